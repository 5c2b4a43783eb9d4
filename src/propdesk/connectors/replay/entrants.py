"""Which accounts enter with a replay: the commands that enrol them, and what they do.

It must not send anything, nor judge: it only says by which rulebook they are to be judged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from propdesk.connectors.replay.demonstration import Demonstration
from propdesk.domain.events import AccountOpened, Event
from propdesk.domain.exact import parse_decimal
from propdesk.domain.instants import SECOND
from propdesk.domain.instruments import Catalogue
from propdesk.domain.rulebook import Phase
from propdesk.wire.log_records import AccountEnrolled
from propdesk.wire.rulebook_file import LoadedRulebook, load_rulebook, presets

ACCOUNTS_MAX = 1000
OWN_ACCOUNTS, OWN_RULEBOOK, OWN_PHASE, OWN_SIZE = 12, "ftmo-2-step", "challenge", "100000"
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


class EntrantsRefused(ValueError):
    """What was asked for cannot be enrolled; the sentence says what to write instead."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for, as written; None: nothing was said."""

    accounts: int | None = None
    rulebook: str | None = None
    phase: str | None = None
    size: str | None = None


@dataclass(frozen=True, slots=True)
class Entrants:
    """Commands, and the events of the accounts that no recording holds, by time."""

    commands: tuple[AccountEnrolled, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class _Terms:
    loaded: LoadedRulebook
    phase: Phase
    size: Decimal


def invented_entrants(
    asked: Asked, recorded: Iterable[Event], *, catalogue: Catalogue, now: int
) -> Entrants:
    """Accounts that trade in the own recording; ``now`` makes their names this run's.

    Raises ``EntrantsRefused`` and ``Unreadable``.
    """
    count = OWN_ACCOUNTS if asked.accounts is None else asked.accounts
    if not 0 <= count <= ACCOUNTS_MAX:
        raise EntrantsRefused(f"--accounts: {count} is not between 0 and {ACCOUNTS_MAX}")
    if asked.rulebook is not None and (asked.phase is None or asked.size is None):
        raise EntrantsRefused("--rulebook needs --phase and --size with it")
    terms = _terms(asked.rulebook or OWN_RULEBOOK, asked.phase or OWN_PHASE, asked.size or OWN_SIZE)
    if not count:
        return Entrants()
    names = _names(count, now // SECOND)
    rulebook = terms.loaded.rulebook
    trades = Demonstration(
        names,
        size=terms.size,
        accounting=terms.phase.accounting or rulebook.accounting,
        catalogue=catalogue,
    )
    return Entrants(_commands(names, terms), tuple(trades.events(recorded)))


def entrants_of_files(asked: Asked, recorded: Iterable[Event]) -> Entrants:
    """The accounts that a recording opens, where a rulebook is named; else none.

    Raises ``EntrantsRefused`` and ``Unreadable``.
    """
    if asked.accounts is not None:
        raise EntrantsRefused("--accounts is for our own recording; PATHS bring their accounts")
    if asked.rulebook is None and asked.phase is None and asked.size is None:
        return Entrants()
    if asked.rulebook is None or asked.phase is None or asked.size is None:
        raise EntrantsRefused("--rulebook, --phase and --size go together")
    terms = _terms(asked.rulebook, asked.phase, asked.size)
    names = list(dict.fromkeys(e.account for e in recorded if isinstance(e, AccountOpened)))
    if not names:
        raise EntrantsRefused("--rulebook: PATHS open no account (account_opened)")
    return Entrants(_commands(names, terms))


def _terms(rulebook: str, phase: str, size: str) -> _Terms:
    loaded = load_rulebook(rulebook)
    if not loaded.source.startswith("preset:"):
        known = ", ".join(presets())
        raise EntrantsRefused(f"--rulebook: the engine knows presets only; presets are {known}")
    try:
        found = loaded.rulebook.phase(phase)
    except KeyError as missing:
        raise EntrantsRefused(f"--phase: {missing.args[0]}") from None
    try:
        amount = parse_decimal(size)
    except ValueError as wrong:
        raise EntrantsRefused(f"--size: {wrong}") from None
    if amount <= 0:
        raise EntrantsRefused("--size: an account size is more than zero")
    return _Terms(loaded, found, amount)


def _commands(names: Sequence[str], terms: _Terms) -> tuple[AccountEnrolled, ...]:
    loaded, rulebook = terms.loaded, terms.loaded.rulebook
    size = f"{terms.size:f}"
    return tuple(
        AccountEnrolled(
            name, rulebook.name, rulebook.version, loaded.sha256, terms.phase.name, size
        )
        for name in names
    )


def _names(count: int, second: int) -> list[str]:
    """Names that no run of another second has."""
    run = ""
    while second:
        second, digit = divmod(second, len(_LETTERS))
        run = _LETTERS[digit] + run
    width = max(2, len(str(count)))
    return [f"demo-{run}-{number:0{width}d}" for number in range(1, count + 1)]
