"""Recordings of ticks and events: order, pace, shift, and an intake that is away for a moment."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from scripts.make_recording import text

from propdesk.connectors.feeds.quote_policy import Fault
from propdesk.connectors.refusal import Unreadable
from propdesk.connectors.replay.recording import own_recording, recording_of
from propdesk.connectors.replay.shifting import shifted
from propdesk.connectors.replay.streaming import BATCH_MAX, Pace, shift_to_now, stream
from propdesk.domain import events as domain
from propdesk.domain.events import Event, Quote
from propdesk.domain.instants import HOUR, SECOND, format_instant, parse_instant
from propdesk.ports.intake import Accepted, FeedQuote, IntakeAway
from propdesk.ports.intake_in_memory import MemoryIntake
from propdesk.wire.event_file import write_event
from propdesk.wire.log_records import Delivered
from tests.connectors.sequenced import Desk
from tests.connectors.test_the_intake_answers_when_it_is_durable import committing

AT = parse_instant("2026-03-06T13:30:00Z")
NOW = AT + 1000 * HOUR


@dataclass
class Clock:
    """Time that passes only in pauses."""

    now: int = NOW
    pauses: list[int] = field(default_factory=list)

    def pause(self, micros: int) -> None:
        assert micros > 0
        self.now += micros
        self.pauses.append(micros)

    def pace(self, speed: int | None = 1) -> Pace:
        return Pace(clock=lambda: self.now, pause=self.pause, speed=speed)


@dataclass
class Stamped(MemoryIntake):
    """Keeps when each delivery came."""

    clock: Clock
    came: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def quotes(self, feed: str, quotes: Sequence[FeedQuote]) -> Accepted:
        self.came.append((self.clock.now - NOW, len(quotes)))
        return super().quotes(feed, quotes)

    def events(self, events: Sequence[Delivered], *, source: str, key: str) -> Accepted:
        self.came.append((self.clock.now - NOW, -len(events)))
        return super().events(events, source=source, key=key)


def ticks(*seconds: float) -> list[Event]:
    return [
        Quote(AT + round(each * SECOND), "EURUSD", Decimal("1.08"), Decimal("1.09"))
        for each in seconds
    ]


def deal(second: int, number: int) -> domain.Deal:
    price = Decimal("1.08")
    at = AT + second * SECOND
    return domain.Deal("A", at, f"D{number}", "P", "EURUSD", "buy", "in", Decimal(1), price)


# --- pace ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("speed", "came"),
    [
        (1, [(0, 2), (2 * SECOND, 1), (60 * SECOND, 1)]),
        (60, [(0, 2), (2 * SECOND // 60, 1), (SECOND, 1)]),
        (None, [(0, 4)]),
    ],
)
def test_each_quote_is_sent_when_it_is_due(speed: int | None, came: list[tuple[int, int]]) -> None:
    clock = Clock()
    intake = Stamped(clock)
    told = stream(ticks(0, 0, 2, 60), intake, clock.pace(speed), feed="f")
    assert intake.came == came
    assert told.quotes == 4


def test_events_go_between_the_quotes_and_those_of_one_stamp_together() -> None:
    clock = Clock()
    intake = Stamped(clock)
    recorded = [*ticks(0), deal(1, 1), deal(1, 2), deal(2, 3), *ticks(2, 2)]
    told = stream(recorded, intake, clock.pace(None), feed="f")
    assert [count for _, count in intake.came] == [1, -2, -1, 2]
    assert (told.quotes, told.events) == (3, 3)


def test_no_delivery_is_larger_than_a_batch() -> None:
    clock = Clock()
    intake = Stamped(clock)
    stream(ticks(*range(2 * BATCH_MAX + 5)), intake, clock.pace(None), feed="f")
    assert [count for _, count in intake.came] == [BATCH_MAX, BATCH_MAX, 5]


# --- shift -----------------------------------------------------------------------------------
@pytest.mark.parametrize("speed", [1, 60, None])
def test_a_shifted_recording_keeps_its_spacing_and_is_never_ahead(speed: int | None) -> None:
    clock = Clock()
    intake = MemoryIntake()
    pace = clock.pace(speed)
    shift = shift_to_now((AT, AT + 60 * SECOND), pace)
    stream(ticks(0, 30, 60), intake, pace, feed="f", shift=shift)
    times = [quote.at for _, quote in intake.kept_quotes]
    assert [later - earlier for earlier, later in pairwise(times)] == [30 * SECOND] * 2
    assert times[-1] == clock.now
    if speed == 1:
        assert times[0] == NOW


def test_every_time_of_an_event_is_shifted_and_nothing_else() -> None:
    order = domain.OrderSeen("A", AT, "O", "filled", "EURUSD", "buy", requested_at=AT - 5)
    moved = domain.OrderSeen("A", AT + 7, "O", "filled", "EURUSD", "buy", requested_at=AT + 2)
    assert shifted(order, 7) == moved
    news = domain.NewsScheduled(AT, "N", AT + 9, "Payrolls")
    assert shifted(news, 7) == domain.NewsScheduled(AT + 7, "N", AT + 16, "Payrolls")
    assert shifted(ticks(0)[0], 7).at == AT + 7
    assert shifted(news, 0) is news


# --- numbers and keys ------------------------------------------------------------------------
def test_a_later_run_is_not_taken_for_the_first_sent_again() -> None:
    clock = Clock()
    intake = MemoryIntake()
    for _ in range(2):
        stream([*ticks(0, 1), deal(1, 1)], intake, clock.pace(), feed="f")
    assert len(intake.kept_quotes) == 4
    assert len(intake.kept_events) == 2


class Shaky(MemoryIntake):
    """Away for some calls; some of them are kept all the same, and only the answer is lost."""

    def __init__(self, away_for: int) -> None:
        super().__init__()
        self.away_for = away_for

    def quotes(self, feed: str, quotes: Sequence[FeedQuote]) -> Accepted:
        if self.away_for:
            self.away_for -= 1
            if self.away_for % 2:
                super().quotes(feed, quotes)
            raise IntakeAway("away")
        return super().quotes(feed, quotes)


def test_an_intake_that_is_away_for_a_moment_gets_everything_once() -> None:
    intake = Shaky(5)
    told = stream(ticks(0, 1, 2), intake, Clock().pace(), feed="f")
    assert told.quotes == 3
    assert [quote.at for _, quote in intake.kept_quotes] == [each.at for each in ticks(0, 1, 2)]


def test_an_intake_that_stays_away_ends_it() -> None:
    clock = Clock()
    with pytest.raises(IntakeAway):
        stream(ticks(0), Shaky(10**6), clock.pace(), feed="f")
    assert 25 * SECOND <= sum(clock.pauses) <= 35 * SECOND


# --- files -----------------------------------------------------------------------------------
def test_quotes_and_event_files_are_one_stream_by_time(tmp_path: Path) -> None:
    rows = ["time,symbol,bid,ask"]
    rows += [f"{format_instant(AT + n * SECOND)},EURUSD.pro,1.08,1.09" for n in (0, 1, 1, 2)]
    (tmp_path / "q.csv").write_text("\n".join(rows) + "\n")
    opened = domain.AccountOpened("A", AT, "USD", Decimal(100_000))
    events: list[Event] = [opened, deal(1, 1), deal(3, 2)]
    (tmp_path / "e.jsonl").write_text("\n".join(map(write_event, events)) + "\n")
    recording = recording_of([tmp_path / "q.csv", tmp_path / "e.jsonl"])
    found = list(recording)
    assert [type(each).__name__[0] for each in found] == list("AQDQQQD")
    assert {each.symbol for each in found if isinstance(each, Quote)} == {"EURUSD"}
    assert recording.span() == (AT, AT + 3 * SECOND)
    assert list(recording) == found


def test_bars_are_refused(tmp_path: Path) -> None:
    rows = ["time,bid_open,bid_high,bid_low,bid_close,ask_open,ask_high,ask_low,ask_close"]
    rows += [f"2026-03-06T13:3{n}:00Z" + ",1.08" * 4 + ",1.09" * 4 for n in range(3)]
    (tmp_path / "EURUSD.csv").write_text("\n".join(rows) + "\n")
    with pytest.raises(Unreadable, match="bars, whose prices have no known order"):
        recording_of([tmp_path / "EURUSD.csv"])


def test_what_is_neither_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("hello\n")
    with pytest.raises(Unreadable):
        recording_of([tmp_path / "x.csv"])


# --- our own ---------------------------------------------------------------------------------
def test_our_own_recording_is_what_its_seed_makes() -> None:
    assert gzip.decompress(own_recording().read_bytes()).decode() == text()


def test_our_own_recording_goes_through_the_sequencer() -> None:
    recording = recording_of([own_recording()])
    clock, desk = Clock(), Desk()
    with committing(desk, clock=lambda: clock.now, waiting_max=5000) as (commit, _):
        pace = clock.pace(None)
        told = stream(
            recording, commit, pace, feed="own", shift=shift_to_now(recording.span(), pace)
        )
    crossed = sum(isinstance(each, Quote) and each.bid > each.ask for each in recording)
    assert crossed > 3
    assert told.quotes + crossed == len(list(recording))
    assert {each.rpartition(": ")[2] for each in told.refused} == {"crossed"}
    assert len(desk.ticks()) == told.quotes > 8000
    assert {row[1] for row in desk.ticks()} == {"EURUSD", "GBPUSD", "USDJPY", "XAUUSD"}


def test_real_ticks_of_a_payrolls_day_and_a_sunday_are_all_in_the_log(shared: Path) -> None:
    """An eighth of this feed's quotes are crossed; every other one is a tick, exactly."""
    recorded = list(recording_of([shared / "ticks" / "lean_fxcm_eurusd"]))
    clock, desk = Clock(), Desk()
    with committing(desk, clock=lambda: clock.now, waiting_max=50_000) as (commit, _):
        stream(recorded, commit, clock.pace(None), feed="fxcm")
    taken = [
        (each.bid, each.ask)
        for each in recorded
        if isinstance(each, Quote) and each.bid <= each.ask
    ]
    ticked = [(Decimal(bid), Decimal(ask)) for *_, bid, ask in desk.ticks()]
    assert ticked == taken
    assert len(recorded) == 104_431
    assert desk.sequencer.refused == {("EURUSD", Fault.CROSSED): 12_235}
