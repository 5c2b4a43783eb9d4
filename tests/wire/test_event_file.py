"""The event file: what is written is read back, and nothing but the exact form is read."""

import json
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from propdesk.domain import events
from propdesk.domain.events import Event, Quote, TimePassed
from propdesk.domain.instants import SECOND, format_instant
from propdesk.wire.event_file import read_event_file, write_event
from propdesk.wire.event_shapes import SHAPES, WORDS
from propdesk.wire.unreadable import Unreadable

OPENED = events.AccountOpened("A1", 0, "USD", Decimal("100000.00"))
D = Decimal
ONE_OF_EACH: tuple[Event, ...] = (
    OPENED,
    Quote(SECOND, "EURUSD", D("1.07990"), D("1.08000")),
    events.Bar(SECOND, "EURUSD", 60 * SECOND, *[D("1.1")] * 8),
    events.Deal(
        "A1", 2 * SECOND, "D1", "P1", "EURUSD", "buy", "in", D("1.00"), D("1.08"), D("-3.50")
    ),
    events.Deal(
        "A1", 2 * SECOND, "D2", "P1", "EURUSD", "sell", "out_by", D("1.00"), D("1.08"),
        counter_position="P2", order="O1", reason="stop_loss", stop=D("1.05"), target=D("1.2"),
        magic="7", comment="by hand",
    ),
    events.AccountReported("A1", 3 * SECOND, D("104000.00"), D("103500.00")),
    events.BalanceAdjusted("A1", 3 * SECOND, D("-2000.00"), "payout"),
    TimePassed(3 * SECOND + 5),
    events.OrderSeen("A1", 4 * SECOND, "O1", "placed", "EURUSD", "buy", requested_at=3 * SECOND),
    events.StopSet("A1", 4 * SECOND, "P1", None, D("1.2")),
    events.InstrumentDefined(
        4 * SECOND, "MES", 2, D("5"), "USD", "USD", "USD", "futures", D("0.25"), D("1.25")
    ),
    events.NewsScheduled(4 * SECOND, "N1", 9 * SECOND, "Payrolls", ("USD",), ("EURUSD",)),
    events.SessionSeen("A1", 4 * SECOND, "login", address="a"),
    events.DayReported("A1", 4 * SECOND, profit=D("5"), half_day=True),
    events.TradeReported("A1", 4 * SECOND, "T1", "EURUSD", "buy", D(1), SECOND, D(5)),
    events.StateReported("A1", 4 * SECOND, locked=True, days_done=3, first_trade_at=1500),
    *(
        events.PayoutMoved("A1", 5 * SECOND, step, "W1", D("10"), D("8"))
        for step in ("requested", "approved", "paid", "denied")
    ),
    events.Scaled("A1", 5 * SECOND, D("200000")),
    events.Paused("A1", 5 * SECOND, "checked", until=9 * SECOND),
    events.Resumed("A1", 5 * SECOND),
    events.GapOpened(5 * SECOND, "EURUSD"),
    events.GapClosed(5 * SECOND, "EURUSD", back_filled=True),
    events.GroupFormed(5 * SECOND, "G1", ("A1", "A2"), stages=("funded", "funded")),
)  # fmt: skip


def read(*lines: str) -> list[Event]:
    return list(read_event_file([OPENED_LINE, *lines], "given.jsonl"))


OPENED_LINE = write_event(OPENED)


def test_every_event_of_the_domain_has_a_type_word_and_is_in_this_test() -> None:
    assert set(WORDS) == {type(event) for event in ONE_OF_EACH}
    assert set(WORDS) == set(Event.__args__)


def test_what_is_written_is_read_back() -> None:
    assert list(read_event_file([write_event(event) for event in ONE_OF_EACH])) == [*ONE_OF_EACH]


def test_the_lines_of_the_contract_are_read_as_printed_there() -> None:
    deal = (
        '{"type":"deal","account":"A1","id":"D1","position":"P1","at":"2026-03-02T08:00:00Z",'
        '"symbol":"EURUSD","side":"buy","entry":"in","lots":"1.00","price":"1.08000",'
        '"commission":"-3.50","swap":"0.00","profit":"0.00"}'
    )
    _, event = read(deal)
    assert isinstance(event, events.Deal)
    assert (event.at, event.commission) == (1_772_438_400 * SECOND, D("-3.50"))


def test_decimals_keep_their_digits_and_never_get_an_exponent() -> None:
    written = json.loads(write_event(events.BalanceAdjusted("A1", 0, D("1E+3"), "deposit")))
    assert written["amount"] == "1000"
    assert json.loads(OPENED_LINE)["balance"] == "100000.00"


def quote(**changes: object) -> str:
    row = {"type": "quote", "symbol": "EURUSD", "at": "2026-01-01T00:00:00Z"}
    return json.dumps(row | {"bid": "1.1", "ask": "1.2"} | changes)


def deal(**changes: object) -> str:
    row = json.loads(write_event(ONE_OF_EACH[3]))
    return json.dumps(row | changes)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (quote(bid="NaN"), "not a finite number"),
        (quote(bid="Infinity"), "not a finite number"),
        (quote(ask="1e400"), "outside what an amount or a price may be"),
        (quote(ask="1,2"), "not a decimal number"),
        (quote(bid=1.1), "Expected `str`, got `float`"),
        (quote(symbol=""), "length >= 1"),
        (quote(volume="1"), "unknown field `volume`"),
        (quote(type="qoute"), "Invalid value 'qoute'"),
        (quote(at="2026-01-01T00:00:00"), "has no time zone"),
        (quote(at="yesterday"), "not an ISO 8601 time"),
        (quote(at=5), "Expected `str`, got `int`"),
        (deal(lots="-1"), "lots: '-1' must be more than zero"),
        (deal(lots="0"), "must be more than zero"),
        (deal(side="long"), "Invalid enum value 'long'"),
        (deal(symbol=" "), "symbol: must not be empty"),
        (deal(account="A9"), "account 'A9' has not been opened yet"),
        (OPENED_LINE, "was opened before"),
        ('{"type":"time"', "breaks off in the middle"),
        ("[]", "Expected `object`"),
        ("\x00\x01garbage", "malformed"),
        ('{"type":"time","at":"2026-01-01T00:00:00Z","x":"' + "y" * 70_000 + '"}', "longer than"),
    ],
)
def test_a_line_that_is_not_exactly_right_is_refused_with_its_row(line: str, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(line)
    assert str(refused.value).startswith("given.jsonl:2: ")
    assert said in refused.value.reason


def test_time_may_go_backwards_only_when_the_line_says_it_is_late() -> None:
    later, earlier = TimePassed(2 * SECOND), TimePassed(SECOND)
    with pytest.raises(Unreadable, match="3: time goes backwards"):
        read(write_event(later), write_event(earlier))
    assert read(write_event(later), write_event(earlier, late=True))[1:] == [later, earlier]


def test_a_late_line_does_not_move_the_clock_back() -> None:
    lines = [write_event(TimePassed(3)), write_event(TimePassed(1), late=True)]
    with pytest.raises(Unreadable, match="4: time goes backwards"):
        read(*lines, write_event(TimePassed(2)))


def test_a_file_without_events_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_bytes(b"\n")
    with pytest.raises(Unreadable, match=r"empty.jsonl: the file holds no events"):
        list(read_event_file(empty))


def test_text_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "latin.jsonl"
    file.write_bytes(OPENED_LINE.replace("A1", "ä").encode("latin-1"))
    with pytest.raises(Unreadable, match=r"latin.jsonl:1: "):
        list(read_event_file(file))


def test_every_form_of_a_time_means_the_same_moment() -> None:
    forms = ("00:00:01.5Z", "00:00:01.500Z", "00:00:01.500000Z", "01:00:01.5+01:00")
    moments = {read(quote(at=f"2026-01-01T{form}"))[1].at for form in forms}
    assert {format_instant(moment) for moment in moments} == {"2026-01-01T00:00:01.500Z"}


def test_every_type_and_field_is_in_the_reference() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "events.md"
    sections = {
        words: text
        for heading, _, text in (part.partition("\n") for part in page.read_text().split("\n## "))
        for words in heading.replace("`", "").split(", ")
    }
    for shape in SHAPES:
        for field in shape.fields:
            assert f"`{field.name}`" in sections[shape.word], (shape.word, field.name)


@pytest.mark.drill
def test_quotes_are_read_at_three_hundred_thousand_lines_a_second() -> None:
    count = 300_000

    def lines() -> Iterator[str]:
        for step in range(count):
            price = f"1.{10_000 + step % 700}"
            yield quote(at=format_instant(step * 250_000), bid=price, ask=price)

    prepared = [line.encode() for line in lines()]
    begun = time.perf_counter()
    assert sum(1 for _ in read_event_file(prepared)) == count
    assert count / (time.perf_counter() - begun) > 300_000
