"""Who enters with a replay: invented accounts in our recording, and those that files open."""

import heapq
from decimal import Decimal
from itertools import pairwise

import pytest

from propdesk.connectors.refusal import Unreadable
from propdesk.connectors.replay.demonstration import COMMISSION_PER_LOT, RELEASE_AT
from propdesk.connectors.replay.entrants import (
    Asked,
    Entrants,
    EntrantsRefused,
    entrants_of_files,
    invented_entrants,
)
from propdesk.connectors.replay.recording import own_recording, recording_of
from propdesk.connectors.replay.streaming import Pace, enrol
from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import AccountOpened, Deal, Event, Quote
from propdesk.domain.instants import HOUR, MINUTE, SECOND
from propdesk.ports.intake_in_memory import MemoryIntake
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.rulebook_file import PRESETS, load_rulebook

CATALOGUE = load_catalogue(None)
NOW = 1_795_000_000 * SECOND


@pytest.fixture(scope="module")
def recorded() -> list[Event]:
    return list(recording_of([own_recording()]))


def entered(recorded: list[Event], now: int = NOW, **asked: object) -> Entrants:
    return invented_entrants(Asked(**asked), recorded, catalogue=CATALOGUE, now=now)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def twelve(recorded: list[Event]) -> Entrants:
    return entered(recorded)


def judged(entrants: Entrants, recorded: list[Event]) -> dict[str, Evaluation]:
    found = {}
    for command in entrants.commands:
        rulebook = load_rulebook(command.rulebook).rulebook
        evaluator = Evaluator(
            rulebook, rulebook.phase(command.phase), size=Decimal(command.size),
            catalogue=CATALOGUE, account=command.account,
        )  # fmt: skip
        mine = [e for e in entrants.events if getattr(e, "account", "") == command.account]
        quotes = [e for e in recorded if isinstance(e, Quote) and e.bid <= e.ask]
        evaluator.feed(heapq.merge(mine, quotes, key=lambda event: event.at))
        found[command.account] = evaluator.result()
    return found


def test_some_breach_in_the_minute_of_the_release_and_some_profit(
    twelve: Entrants, recorded: list[Event]
) -> None:
    results = judged(twelve, recorded)
    assert len(results) == 12
    breached = [each for each in results.values() if each.status == "breached"]
    assert 3 <= len(breached) <= 5
    for each in breached:
        assert RELEASE_AT <= each.verdicts[0].at < RELEASE_AT + MINUTE
    earned = [each for each in results.values() if each.balance > Decimal(101_000)]
    assert len(earned) >= 3
    assert {"stop_loss"} <= {e.reason for e in twelve.events if isinstance(e, Deal)}


def test_what_is_booked_is_the_price_of_the_moment(twelve: Entrants, recorded: list[Event]) -> None:
    """Each fill is at the last price before it, and profit is the difference, to the cent."""
    opened: dict[tuple[str, str], Deal] = {}
    quotes: dict[str, Quote] = {}
    looked = 0
    for event in heapq.merge(twelve.events, recorded, key=lambda each: each.at):
        if isinstance(event, Quote) and event.bid <= event.ask:
            quotes[event.symbol] = event
        if not isinstance(event, Deal):
            continue
        looked += 1
        quote, key = quotes[event.symbol], (event.account, event.position)
        assert event.commission == -(COMMISSION_PER_LOT * event.lots).quantize(Decimal("0.01"))
        if event.reason == "manual":
            assert event.price == (quote.ask if event.side == "buy" else quote.bid)
        if event.entry == "in":
            assert event.at < RELEASE_AT
            opened[key] = event
            continue
        first = opened.pop(key)
        if first.stop is not None:
            assert event.price <= first.stop if first.side == "buy" else event.price >= first.stop
        moved = event.price - first.price if first.side == "buy" else first.price - event.price
        contract = Decimal(100) if event.symbol == "XAUUSD" else Decimal(100_000)
        earned = moved * contract * event.lots
        if event.symbol == "USDJPY":
            earned /= event.price
        assert abs(event.profit - earned) <= Decimal("0.005")
    assert looked > 15


def test_events_are_by_time_and_begin_with_the_openings(
    twelve: Entrants, recorded: list[Event]
) -> None:
    times = [each.at for each in twelve.events]
    assert all(before <= after for before, after in pairwise(times))
    assert [type(each) for each in twelve.events[:12]] == [AccountOpened] * 12
    assert times[0] == recorded[0].at
    assert [e.account for e in twelve.events[:12] if isinstance(e, AccountOpened)] == [
        each.account for each in twelve.commands
    ]


def test_the_same_trades_every_time_under_names_of_the_run(
    twelve: Entrants, recorded: list[Event]
) -> None:
    later = entered(recorded, now=NOW + SECOND)
    assert not {e.account for e in twelve.commands} & {e.account for e in later.commands}
    traded = [
        [(e.at, e.symbol, e.lots, e.price) for e in each.events if isinstance(e, Deal)]
        for each in (twelve, later)
    ]
    assert traded[0] == traded[1]
    assert twelve.commands[0].account == "demo-top2v4-01"


def test_size_and_rulebook_are_those_asked_for(recorded: list[Event]) -> None:
    found = entered(recorded, accounts=2, rulebook="ftmo-1-step", phase="challenge", size="25000")
    loaded = load_rulebook("ftmo-1-step")
    assert [(e.rulebook, e.version, e.sha256, e.phase, e.size) for e in found.commands] == [
        ("ftmo-1-step", loaded.rulebook.version, loaded.sha256, "challenge", "25000")
    ] * 2
    assert {e.balance for e in found.events if isinstance(e, AccountOpened)} == {Decimal(25_000)}
    assert {e.status for e in judged(found, recorded).values()} == {"breached", "active"}
    assert entered(recorded, accounts=0) == Entrants()


OPENED = [
    AccountOpened("B", 1, "USD", Decimal(100_000)), AccountOpened("A", 1, "USD", Decimal(100_000)),
]  # fmt: skip


def test_the_accounts_that_files_open_are_enrolled_where_a_rulebook_is_named() -> None:
    asked = Asked(rulebook="ftmo-2-step@2023", phase="verification", size="100000")
    found = entrants_of_files(asked, [*OPENED, OPENED[0]])
    assert [(e.account, e.version, e.phase) for e in found.commands] == [
        ("B", "2023", "verification"), ("A", "2023", "verification"),
    ]  # fmt: skip
    assert found.events == ()
    assert entrants_of_files(Asked(), OPENED) == Entrants()


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (Asked(accounts=-1), "--accounts: -1 is not between 0 and 1000"),
        (Asked(accounts=1001), "--accounts: 1001 is not"),
        (Asked(rulebook="ftmo-2-step"), "--rulebook needs --phase and --size"),
        (Asked(phase="funeral"), "--phase: no phase 'funeral'; there are challenge"),
        (Asked(size="much"), "--size: 'much' is not a decimal number"),
        (Asked(size="0"), "--size: an account size is more than zero"),
        (Asked(rulebook="none", phase="x", size="1"), "there is no such file or preset"),
    ],
)
def test_what_cannot_be_enrolled_is_refused(asked: Asked, says: str) -> None:
    with pytest.raises((EntrantsRefused, Unreadable), match=says):
        invented_entrants(asked, [], catalogue=CATALOGUE, now=NOW)


@pytest.mark.parametrize(
    ("asked", "events", "says"),
    [
        (Asked(accounts=3), OPENED, "--accounts is for our own recording"),
        (Asked(rulebook="ftmo-2-step", phase="challenge"), OPENED, "go together"),
        (Asked(size="1"), OPENED, "go together"),
        (Asked(None, "ftmo-2-step", "challenge", "1"), [], "PATHS open no account"),
    ],
)
def test_what_files_do_not_open_is_refused(asked: Asked, events: list[Event], says: str) -> None:
    with pytest.raises(EntrantsRefused, match=says):
        entrants_of_files(asked, events)


def test_a_rulebook_the_engine_does_not_know_is_refused() -> None:
    asked = Asked(None, str(PRESETS / "ftmo-2-step.yaml"), "challenge", "1")
    with pytest.raises(EntrantsRefused, match="the engine knows presets only"):
        entrants_of_files(asked, OPENED)


def test_commands_are_one_delivery_of_their_own(twelve: Entrants) -> None:
    intake = MemoryIntake()
    pace = Pace(clock=lambda: NOW + HOUR, pause=lambda _: None)
    assert enrol(twelve.commands, intake, pace, source="f") == ()
    assert intake.kept_events == list(twelve.commands)
    enrol((), intake, pace, source="f")
    assert len(intake.kept_events) == 12
