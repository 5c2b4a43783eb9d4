"""Bad quotes, bad events, bad records: each has its outcome, and no account a verdict from it.

A firm from its intake to its verdicts. Account A1 is long ten lots and may lose five thousand: any
of these quotes would end it, were it taken. Afterwards a good quote does, as if nothing had been.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from propdesk.boot.engine_worker import EngineWorker
from propdesk.connectors.feeds.deliveries import EventsCame, QuotesCame
from propdesk.connectors.feeds.quote_policy import Fault, Outcome, QuotePolicy, SymbolPolicy
from propdesk.domain.events import AccountOpened, BalanceAdjusted, Deal
from propdesk.domain.instants import SECOND
from propdesk.engine.desk import Desk as EngineDesk
from propdesk.ports.event_log import Entry
from propdesk.ports.intake import Accepted, FeedQuote
from propdesk.ports.memory_snapshots import MemorySnapshots
from propdesk.wire.log_codec import decode, encode
from propdesk.wire.log_records import (
    MARKET,
    DeadLetter,
    Mark,
    Moment,
    StatusChanged,
    Ticks,
    VerdictSaid,
)
from tests.connectors.sequenced import NOW, Desk, quote
from tests.live.recovery.firm_on_a_log import EVENTS, engine_on, enrolled, judge_all, said_on

Said = list[tuple[str, bytes]]
FALL = ("1.07400", "1.07410")


def opened(account: str) -> list[Any]:
    return [
        enrolled(account, "ftmo-2-step", "challenge", Decimal(100000)),
        AccountOpened(account, NOW, "USD", Decimal(100000)),
    ]


def bought(account: str, *, at: int = NOW, **changed: Any) -> Deal:
    deal = Deal(account, at, "D1", "P1", "EURUSD", "buy", "in", Decimal(10), Decimal("1.08010"))
    return replace(deal, **changed)


class House:
    """A sequencer, its log, and an engine that judges it; two accounts of which one trades."""

    def __init__(self, policy: QuotePolicy | None = None) -> None:
        self.intake = Desk(policy or QuotePolicy())
        self.alarms: list[str] = []
        self.engine: EngineWorker = engine_on(self.intake.log, MemorySnapshots(), self.alarms)
        self.came, self.now = 0, NOW
        self.quoted(quote(1, "1.08000", "1.08010"))
        self.sent(*opened("A1"), *opened("A2"), bought("A1"))

    def quoted(self, *quotes: FeedQuote) -> Accepted:
        accepted = self.intake.take(QuotesCame("lp", quotes, self.now), now=self.now)[0]
        judge_all(self.engine)
        return accepted

    def sent(self, *events: Any) -> Accepted:
        self.came += 1
        came = EventsCame("server", f"n{self.came}", events, self.now)
        accepted = self.intake.take(came, now=self.now)[0]
        judge_all(self.engine)
        return accepted

    def written(self, stream: str, body: bytes) -> None:
        """As whoever holds the stream could write it."""
        self.intake.writer.append([Entry(stream, f"bad/{body[:9]!r}/{len(body)}", body)])
        judge_all(self.engine)

    def end(self, sequence: int = 1_000) -> None:
        """A quote that is right, and costs A1 more than it may lose."""
        self.now += SECOND
        self.quoted(quote(sequence, *FALL, at=self.now))
        while self.engine.partition.owed:
            self.engine.step(0)

    def said(self) -> Said:
        return said_on(self.intake.log)

    def of(self, kind: type) -> list[Any]:
        return [each for _, body in self.said() if isinstance(each := decode(body), kind)]

    def status(self, account: str) -> str:
        return str(self.engine.partition.desk.result(account).status)


@pytest.fixture(scope="module")
def undisturbed() -> Said:
    house = House()
    house.end()
    assert not house.alarms
    assert [(v.account, v.rule, v.outcome) for v in house.of(VerdictSaid)] == [
        ("A1", "daily_loss", "fail")
    ]
    return house.said()


def ended_as(undisturbed: Said, house: House) -> None:
    """The account is ended by the good quote, and nobody by anything else."""
    before = house.of(VerdictSaid)
    house.end()
    expected = [each for _, body in undisturbed if isinstance(each := decode(body), VerdictSaid)]
    assert [replace(each, offset=0) for each in house.of(VerdictSaid)] == [
        replace(each, offset=0) for each in expected
    ]
    assert before == []
    assert house.status("A1") == "breached"


# --- quotes --------------------------------------------------------------------------------------
QUOTES = [
    ("crossed", quote(2, "1.07400", "1.07390"), "crossed"),
    ("zero", quote(2, "0", "1.07410"), "not_positive"),
    ("negative", quote(2, "-1.07400", "1.07410"), "not_positive"),
    ("NaN", quote(2, "NaN", "1.07410"), "no_number"),
    ("infinite", quote(2, "1.07400", "Infinity"), "no_number"),
    ("huge", quote(2, "10000000000000", "10000000000001"), "huge"),
    ("out of order", quote(2, *FALL, at=NOW - 1), "out_of_order"),
    ("of the future", quote(2, *FALL, at=NOW + 3 * SECOND), "future"),
    ("of an unknown symbol", quote(2, *FALL, symbol="NOSUCH"), "unknown_symbol"),
    ("by another name", quote(2, *FALL, symbol="EURUSD.pro"), "unknown_symbol"),
]


@pytest.mark.parametrize(
    ("bad", "fault"), [row[1:] for row in QUOTES], ids=[row[0] for row in QUOTES]
)
def test_a_bad_quote_is_named_and_judges_nobody(
    undisturbed: Said, bad: FeedQuote, fault: str
) -> None:
    house = House()
    (sentence,) = house.quoted(bad).refused
    assert sentence.endswith(fault)
    assert house.status("A1") == "active"
    house.end()
    assert house.said() == undisturbed
    assert not house.alarms


def test_a_quote_sent_again_judges_nobody(undisturbed: Said) -> None:
    house = House()
    house.quoted(quote(1, *FALL))
    assert house.intake.sequencer.refused["", Fault.DUPLICATE] == 1
    house.end()
    assert house.said() == undisturbed


HELD = [row for row in QUOTES if row[2] != "unknown_symbol"]


@pytest.mark.parametrize(("bad", "fault"), [row[1:] for row in HELD], ids=[row[0] for row in HELD])
def test_a_bad_quote_that_is_held_makes_its_accounts_unknown_until_the_next(
    undisturbed: Said, bad: FeedQuote, fault: str
) -> None:
    house = House(QuotePolicy({"EURUSD": SymbolPolicy({Fault(fault): Outcome.HOLD})}))
    house.quoted(bad)
    assert (house.status("A1"), house.status("A2")) == ("unknown", "active")
    ended_as(undisturbed, house)


# --- events --------------------------------------------------------------------------------------
EVENTS_REFUSED = [
    ("a deal of the future",
     bought("A1", at=NOW + 3 * SECOND, id="D2", position="P2"), "ahead of"),
    ("a deal without lots",
     bought("A1", id="D2", position="P2", lots=Decimal(0)), "more than zero"),
    ("money of the future",
     BalanceAdjusted("A1", NOW + 3 * SECOND, Decimal(-9000), "withdrawal"), "ahead of"),
    ("a deal of nobody", bought("", id="D2", position="P2"), "must not be empty"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "says"), [row[1:] for row in EVENTS_REFUSED], ids=[row[0] for row in EVENTS_REFUSED]
)
def test_an_event_that_cannot_be_is_refused_by_name(undisturbed: Said, bad: Any, says: str) -> None:
    house = House()
    (sentence,) = house.sent(bad).refused
    assert re.search(says, sentence)
    house.end()
    assert house.said() == undisturbed
    assert not house.alarms


DEAD = [
    ("a deal of an unknown account", bought("A9"), "A9", "account A9 is not enrolled"),
    ("an account enrolled twice", opened("A1")[0], "A1", "account A1 is enrolled already"),
    ("an unknown rulebook",
     replace(opened("A8")[0], rulebook="no-such-programme"), "A8", "no-such-programme"),
    ("a rulebook of other content",
     replace(opened("A8")[0], sha256="0" * 64), "A8", "ftmo-2-step"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "account", "says"), [row[1:] for row in DEAD], ids=[row[0] for row in DEAD]
)
def test_what_cannot_be_applied_is_a_dead_letter_and_the_rest_is_judged(
    undisturbed: Said, bad: Any, account: str, says: str
) -> None:
    house = House()
    assert house.sent(bad).refused == ()
    (dead,) = house.of(DeadLetter)
    assert (dead.stream, dead.account) == (EVENTS, account)
    assert re.search(says, dead.reason)
    ended_as(undisturbed, house)


def test_an_event_that_fits_nothing_leaves_its_account_in_doubt_and_no_other(
    undisturbed: Said,
) -> None:
    house = House()
    house.sent(bought("A2", entry="out", position="NONE"))
    (dead,) = house.of(DeadLetter)
    assert dead.account == "A2"
    assert [(s.account, s.status) for s in house.of(StatusChanged)][-1] == ("A2", "unknown")
    ended_as(undisturbed, house)


# --- records -------------------------------------------------------------------------------------
def torn() -> Iterator[tuple[str, bytes]]:
    """Records of the accounts' stream that nobody can read."""
    body = encode(Moment("A1", (bought("A1", id="D2", position="P2"),)))
    yield "no record at all", b"no record"
    yield "nothing", b""
    yield "a flipped bit", body[:-1] + bytes([body[-1] ^ 1])
    yield "its end cut off", body[:-3]
    yield "another version", body[:3] + bytes([body[3] + 1]) + body[4:]


@pytest.mark.parametrize("body", [each for _, each in torn()], ids=[name for name, _ in torn()])
def test_a_record_nobody_can_read_is_a_dead_letter_with_an_alarm(
    undisturbed: Said, body: bytes
) -> None:
    house = House()
    house.written(EVENTS, body)
    (dead,) = house.of(DeadLetter)
    assert (dead.stream, dead.account) == (EVENTS, None)
    (alarm,) = house.alarms
    assert f"{EVENTS}, record {dead.offset}: cannot be read" in alarm
    ended_as(undisturbed, house)


def test_a_record_that_has_no_place_is_a_dead_letter_with_an_alarm(undisturbed: Said) -> None:
    house = House()
    at = house.intake.records(MARKET)
    ticks = next(each for each in at if isinstance(each, Ticks))
    house.written(EVENTS, encode(ticks))
    assert "has no place in this stream" in house.alarms[0]
    ended_as(undisturbed, house)


def test_a_mark_of_ticks_that_are_nowhere_is_a_dead_letter_with_an_alarm(
    undisturbed: Said,
) -> None:
    house = House()
    house.written(EVENTS, encode(Mark(500)))
    assert "the ticks up to 500 are not here yet" in house.alarms[0]
    ended_as(undisturbed, house)


def test_ticks_nobody_can_read_are_a_dead_letter_with_an_alarm_and_the_next_are_judged() -> None:
    house = House()
    (ticks,) = [each for each in house.intake.records(MARKET) if isinstance(each, Ticks)]
    lost = encode(replace(ticks, first=2, sequence=2))
    house.intake.writer.append([Entry(MARKET, "torn", lost[:-1] + bytes([lost[-1] ^ 1]))])
    house.written(EVENTS, encode(Mark(2)))
    assert {each.stream for each in house.of(DeadLetter)} == {MARKET, EVENTS}
    assert len(house.alarms) == 2
    later = replace(
        ticks, first=3, sequence=3, at=ticks.at + 1, bid=ticks.bid - 600, ask=ticks.ask - 600
    )
    house.intake.writer.append([Entry(MARKET, "good", encode(later))])
    assert house.of(VerdictSaid) == []
    house.written(EVENTS, encode(Mark(3)))
    while house.engine.partition.owed:
        house.engine.step(0)
    assert [(v.account, v.outcome, v.tick) for v in house.of(VerdictSaid)] == [("A1", "fail", 3)]


def test_who_holds_something_while_ticks_are_lost_is_unknown() -> None:
    house = House()
    (ticks,) = [each for each in house.intake.records(MARKET) if isinstance(each, Ticks)]
    later = replace(ticks, first=4, sequence=4, at=ticks.at + 1)
    house.intake.writer.append([Entry(MARKET, "good", encode(later))])
    house.written(EVENTS, encode(Mark(4)))
    said = [(each.account, each.status, each.tick) for each in house.of(StatusChanged)]
    assert said[-1] == ("A1", "unknown", 3)
    assert house.status("A2") == "active"
    assert house.of(VerdictSaid) == []


def test_a_record_that_breaks_the_engine_is_a_dead_letter_and_its_account_in_doubt(
    undisturbed: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, moment = House(), EngineDesk.moment

    def broken(desk: EngineDesk, account: str, events: Sequence[Any]) -> Any:
        if account == "A2":
            raise ZeroDivisionError("a fault nobody thought of")
        return moment(desk, account, events)

    monkeypatch.setattr(EngineDesk, "moment", broken)
    house.sent(BalanceAdjusted("A2", NOW, Decimal(-9000), "withdrawal"))
    (dead,) = house.of(DeadLetter)
    assert (dead.account, dead.reason) == ("A2", "ZeroDivisionError: a fault nobody thought of")
    assert len(house.alarms) == 1
    assert [(s.account, s.status) for s in house.of(StatusChanged)][-1] == ("A2", "unknown")
    ended_as(undisturbed, house)
