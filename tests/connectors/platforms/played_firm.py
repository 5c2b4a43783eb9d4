"""A whole firm in small: simulated traders, judged day by day by the reference evaluator.

Who breaches is closed and disabled, who passes goes on in phase 2, as a firm would do it.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from propdesk.connectors.simulated_platform.generated_market import GeneratedMarket
from propdesk.connectors.simulated_platform.journal import Journal
from propdesk.connectors.simulated_platform.platform import Setup, SimulatedPlatform
from propdesk.connectors.simulated_platform.simulation import Simulation, person_of
from propdesk.connectors.simulated_platform.terms import DEFAULT_GROUPS, GroupTerms
from propdesk.connectors.simulated_platform.traders.mix import player_of
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Deal, Event, Quote, TimePassed
from propdesk.domain.instants import DAY, parse_instant
from propdesk.ports.platform import (
    AccountChanged,
    CloseAll,
    CreateAccount,
    Delta,
    MarginCalled,
    Rights,
    SetRights,
)
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.intake_frames import FeedQuote
from propdesk.wire.rulebook_file import load_rulebook

CATALOGUE = load_catalogue()
BEGINS = date(2026, 3, 2)
SIZE = Decimal(100000)
RULEBOOK = load_rulebook("ftmo-2-step").rulebook
SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "AUDUSD", "USDCAD", "XAUUSD", "NAS100", "BTCUSD")


@dataclass(slots=True)
class Enrolment:
    """One account in one phase, and what is said of it."""

    account: str
    owner: str
    phase: int
    evaluator: Evaluator
    waiting: list[Event] = field(default_factory=list)
    holds: Counter[str] = field(default_factory=Counter)
    """Lots by symbol."""

    @property
    def status(self) -> str:
        return str(self.evaluator.status())


class PlayedFirm:
    """Mutable: it lives a day at a time."""

    def __init__(
        self,
        home: Path,
        traders: int,
        *,
        seed: str,
        ticks: int,
        mix: str = "",
        called: str = "T",
    ) -> None:
        groups = tuple(_of_mix(each, mix) for each in DEFAULT_GROUPS)
        self.now = parse_instant(f"{BEGINS.isoformat()}T00:00:00Z")
        self.home, self.ticks, self.ticks_of_a_step = home, ticks, 2000
        self.seed, self.mix = seed, mix or "default"
        self.setup = Setup(groups, CATALOGUE, SYMBOLS, seed, b"s" * 32)
        self.restart()
        self.active: dict[str, Enrolment] = {}
        self.ended: list[Enrolment] = []
        self.after = ""
        self.persons = {f"{called}{number}": person_of(number) for number in range(traders)}
        self.sold = self.persons.keys()
        for owner in self.persons:
            self._enrol(owner, 0)

    def restart(self) -> None:
        """The platform from its journal alone."""
        self.journal = Journal(self.home / "journal", syncs=False)
        self.platform = SimulatedPlatform(self.setup, self.journal, clock=lambda: self.now)
        market = GeneratedMarket(
            self.seed, BEGINS, CATALOGUE, symbols=SYMBOLS, ticks_of_a_day=self.ticks
        )
        self.simulation = Simulation(self.platform.books, market, SYMBOLS)
        self.platform.recover()

    def live(self, days: int) -> None:
        for _ in range(days):
            self._day()
            self.add_up()

    def profile(self, owner: str) -> str:
        return player_of(self.mix, self.persons[owner], self.seed).name

    # -- one day -----------------------------------------------------------------------------
    def _enrol(self, owner: str, phase: int) -> None:
        group = f"played-phase-{phase + 1}"
        (answer,) = self.platform.act([CreateAccount(f"{owner}/{phase}", group, SIZE, owner=owner)])
        evaluator = Evaluator(
            RULEBOOK, RULEBOOK.phases[phase], size=SIZE, catalogue=CATALOGUE, account=answer.account
        )
        self.active[answer.account] = Enrolment(answer.account, owner, phase, evaluator)

    def _day(self) -> None:
        until = self.now + DAY
        while not self.step(until):
            pass
        self.now = until
        self.judge(until)

    def step(self, until: int) -> bool:
        """One frame of the journal; whether ``until`` is reached."""
        done = False

        def step(_: object) -> None:
            nonlocal done
            done = self.simulation.advance(until, ticks_max=self.ticks_of_a_step)

        self.platform.run(step)
        return done

    def judge(self, until: int) -> None:
        quotes: dict[str, list[Quote]] = defaultdict(list)
        own: dict[str, list[Delta]] = defaultdict(list)
        for delta in self._read():
            if isinstance(delta, FeedQuote):
                quotes[delta.symbol].append(Quote(delta.at, delta.symbol, delta.bid, delta.ask))
            elif not isinstance(delta, AccountChanged | MarginCalled):
                own[delta.account].append(delta)
        for enrolment in [*self.active.values()]:
            events = [*_seen_by(enrolment, own[enrolment.account], quotes)]
            enrolment.evaluator.feed([*events, TimePassed(until)])
            self._follow(enrolment)

    def _read(self) -> Iterator[Delta]:
        while True:
            deltas = self.platform.deltas(self.after)
            self.after = deltas.upto
            for batch in deltas.batches:
                yield from batch.deltas
            if deltas.is_synced:
                return

    def _follow(self, enrolment: Enrolment) -> None:
        if enrolment.status not in {"breached", "passed"}:
            return
        account = enrolment.account
        self.ended.append(self.active.pop(account))
        self.platform.act(
            [CloseAll(f"x/{account}", account), SetRights(f"r/{account}", account, Rights.DISABLED)]
        )
        if enrolment.status == "passed" and enrolment.phase == 0:
            self._enrol(enrolment.owner, 1)

    # -- what came of it ---------------------------------------------------------------------
    def add_up(self) -> None:
        """Whoever was sold a challenge stands somewhere, once; so does who passed phase 1."""
        standing = Counter((each.owner, each.phase) for each in self.everybody())
        assert max(standing.values()) == 1, "an account is there twice"
        assert {owner for owner, phase in standing if phase == 0} == self.sold, "one is missing"
        passed = {each.owner for each in self.ended if not each.phase and each.status == "passed"}
        assert {owner for owner, phase in standing if phase == 1} == passed, "phase 2 differs"
        for each in self.active.values():
            assert each.status in {"active", "unknown"}, "one that is over still runs"
        for each in self.ended:
            assert each.status in {"passed", "breached", "expired"}, "one that is not over ended"

    def everybody(self) -> list[Enrolment]:
        return [*self.ended, *self.active.values()]

    def outcomes(self) -> dict[str, Counter[str]]:
        """By profile, how many were sold, passed phase 1, passed both, and breached."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for each in self.everybody():
            counts = found[self.profile(each.owner)]
            if each.phase == 0:
                counts["sold"] += 1
                counts["phase 1"] += each.status == "passed"
            counts["passed"] += each.phase == 1 and each.status == "passed"
            counts["breached"] += each.status == "breached"
        return found


def _of_mix(group: GroupTerms, mix: str) -> GroupTerms:
    if not (mix and group.played_by):
        return group
    return GroupTerms(
        group.name,
        commissions=group.commissions,
        swaps=group.swaps,
        played_by=mix,
        target_percent=group.target_percent,
    )


def _seen_by(
    enrolment: Enrolment, own: list[Delta], quotes: dict[str, list[Quote]]
) -> Iterator[Event]:
    """The account's own events with the quotes of what it holds while it holds it, by time."""
    held = enrolment.holds
    begun = {symbol: 0 for symbol in held if held[symbol]}
    events: dict[tuple[int, str], Event] = {}

    def take(symbol: str, until: int) -> None:
        column = quotes[symbol]
        # The price it was opened at is the one before.
        first = max(0, bisect_left(column, begun.pop(symbol), key=lambda quote: quote.at) - 1)
        upto = bisect_right(column, until, key=lambda quote: quote.at)
        events.update({(quote.at, symbol): quote for quote in column[first:upto]})

    for number, delta in enumerate(own):
        assert not isinstance(delta, FeedQuote | AccountChanged | MarginCalled)
        if isinstance(delta, Deal):
            if not held[delta.symbol]:
                begun[delta.symbol] = delta.at
            held[delta.symbol] += int(delta.lots * 100) * (1 if delta.entry == "in" else -1)
            if not held[delta.symbol]:
                take(delta.symbol, delta.at)
        events[delta.at, f"~{number:06}"] = delta
    for symbol in [*begun]:
        take(symbol, 2**62)
    return (event for _, event in sorted(events.items(), key=lambda each: each[0]))
