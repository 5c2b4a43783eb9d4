"""Every fault a quote can have, and its outcome: taken, dropped with a count, or held."""

import re
from decimal import Decimal

import pytest

from propdesk.connectors.feeds.points import Points
from propdesk.connectors.feeds.quote_policy import (
    DEFAULTS,
    Fault,
    Outcome,
    PolicyError,
    QuotePolicy,
    SymbolPolicy,
)
from propdesk.domain.events import GapClosed, GapOpened
from propdesk.domain.instants import SECOND
from propdesk.ports.intake import FeedQuote
from propdesk.wire.log_records import Mark
from tests.architecture.source_tree import ROOT
from tests.connectors.sequenced import NOW, Desk, quote

SEEN = ("1.08000", "1.08010")
GOOD = quote(1, *SEEN, at=NOW - SECOND)

FAULTS = [
    ("the same number again", quote(1, "1.08", "1.09"), Fault.DUPLICATE),
    ("a lower number", quote(0, "1.08", "1.09"), Fault.DUPLICATE),
    ("a symbol nobody knows", quote(2, "1.08", "1.09", symbol="NOSUCH"), Fault.UNKNOWN_SYMBOL),
    ("another name", quote(2, "1.08", "1.09", symbol="EURUSD.pro"), Fault.UNKNOWN_SYMBOL),
    ("no name", quote(2, "1.08", "1.09", symbol=""), Fault.UNKNOWN_SYMBOL),
    ("NaN", quote(2, "NaN", "1.09"), Fault.NO_NUMBER),
    ("a signalling NaN", quote(2, "1.08", "sNaN"), Fault.NO_NUMBER),
    ("infinity", quote(2, "1.08", "Infinity"), Fault.NO_NUMBER),
    ("a number too high", quote(2, "1.08", "1000000000000.1"), Fault.HUGE),
    ("a number without end", quote(2, "1.08", "1e999999"), Fault.HUGE),
    ("thirteen decimals", quote(2, "1.0000000000001", "1.09"), Fault.HUGE),
    ("a thousand decimals", quote(2, "1.08", "1." + "01" * 500), Fault.HUGE),
    ("next to nothing", quote(2, "1e-999999", "1.09"), Fault.HUGE),
    ("a sequence number too high", quote(2**62 + 1, "1.08", "1.09"), Fault.HUGE),
    ("zero", quote(2, "0", "1.09"), Fault.NOT_POSITIVE),
    ("a negative price", quote(2, "1.08", "-1.09"), Fault.NOT_POSITIVE),
    ("too far ahead", quote(2, "1.08", "1.09", at=NOW + 2 * SECOND + 1), Fault.FUTURE),
    ("before the last", quote(2, "1.08", "1.09", at=NOW - SECOND - 1), Fault.OUT_OF_ORDER),
    ("too far ahead at old prices", quote(2, *SEEN, at=NOW + 2 * SECOND + 1), Fault.FUTURE),
    ("before the last at old prices", quote(2, *SEEN, at=NOW - SECOND - 1), Fault.OUT_OF_ORDER),
    ("four digits too fine", quote(2, "1.080000001", "1.09"), Fault.DIGITS),
    ("crossed", quote(2, "1.08011", "1.08010"), Fault.CROSSED),
]  # fmt: skip
NEVER_HELD = {Fault.DUPLICATE, Fault.UNKNOWN_SYMBOL}
OF_THE_SYMBOL = [
    row for row in FAULTS if row[2] not in NEVER_HELD and "sequence number" not in row[0]
]
TAKEN = [
    ("without a spread", quote(2, "1.08010", "1.08010")),
    ("two seconds ahead", quote(2, "1.08", "1.09", at=NOW + 2 * SECOND)),
    ("at the time of the last", quote(2, "1.08", "1.09", at=NOW - SECOND)),
    ("three digits finer", quote(2, "1.08000001", "1.09")),
    ("zeros at its end", quote(2, "1.0800000000000000", "1.09")),
    ("numbers left out", quote(900, "1.08", "1.09")),
    ("the highest price", quote(2, "1.08", "1000000000000")),
]


def market_of(desk: Desk) -> list[tuple[int, str, int, str, str]]:
    return desk.ticks()[1:]


@pytest.mark.parametrize(
    ("bad", "fault"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
def test_a_quote_at_fault_is_counted_and_leaves_no_trace(bad: FeedQuote, fault: Fault) -> None:
    desk, undisturbed = Desk(), Desk()
    desk.quotes(GOOD)
    undisturbed.quotes(GOOD)
    accepted = desk.quotes(bad)
    assert {each for _, each in desk.sequencer.refused} == {fault}
    assert desk.sequencer.refused.total() == 1
    assert desk.ticks() == undisturbed.ticks()
    assert desk.events() == undisturbed.events() == [Mark(1)]
    if fault is not Fault.DUPLICATE:
        assert accepted.quotes == 0
        assert [each.endswith(f": {fault}") for each in accepted.refused] == [True]


@pytest.mark.parametrize(
    ("bad", "fault"),
    [row[1:] for row in OF_THE_SYMBOL],
    ids=[row[0] for row in OF_THE_SYMBOL],
)
def test_a_quote_that_is_held_makes_a_gap_from_the_last_good_one_to_the_next(
    bad: FeedQuote, fault: Fault
) -> None:
    desk = Desk(QuotePolicy({"EURUSD": SymbolPolicy({fault: Outcome.HOLD})}))
    desk.quotes(GOOD, bad, bad, quote(4, "1.08", "1.09", at=NOW + 1))
    assert desk.events() == [
        Mark(1),
        GapOpened(NOW - SECOND, "EURUSD", fault),
        GapClosed(NOW + 1, "EURUSD"),
        Mark(2),
    ]


@pytest.mark.parametrize("good", [row[1] for row in TAKEN], ids=[row[0] for row in TAKEN])
def test_what_is_odd_but_right_is_a_tick(good: FeedQuote) -> None:
    desk = Desk()
    desk.quotes(GOOD)
    assert desk.quotes(good).quotes == 1
    ((number, symbol, at, bid, ask),) = market_of(desk)
    assert (number, symbol, at) == (2, "EURUSD", good.at - NOW)
    assert (Decimal(bid), Decimal(ask)) == (good.bid, good.ask)
    assert not desk.sequencer.refused


def test_no_policy_takes_a_crossed_quote_for_two_prices() -> None:
    """It proves a span; judged as printed it would prove for each side what is better for it."""
    with pytest.raises(PolicyError, match="crossed cannot be treated by accept"):
        SymbolPolicy({Fault.CROSSED: Outcome.ACCEPT})


def test_a_finer_price_makes_the_symbol_finer_from_there_on() -> None:
    desk = Desk()
    desk.quotes(GOOD, quote(2, "1.080005", "1.08010"), quote(3, "1.08002", "1.08010"))
    assert [row[3] for row in desk.ticks()] == ["1.08000", "1.080005", "1.080020"]


def test_a_price_beyond_sixty_four_bits_is_huge() -> None:
    policy = QuotePolicy(otherwise=SymbolPolicy({Fault.DIGITS: Outcome.ACCEPT}))
    desk = Desk(policy)
    accepted = desk.quotes(quote(1, "1.08", "500000000000.00000001"))
    assert accepted.refused == ("quote 1 of EURUSD: huge",)


def test_a_price_finer_than_its_points_has_none() -> None:
    points = Points(2)
    assert [points.of(Decimal(each)) for each in ("1.10", "1.101", "-0.01")] == [110, None, -1]
    assert points.known(Decimal("1.1")) == 110
    assert points.known(Decimal("1.101")) is None


def test_a_symbol_held_before_its_first_quote_is_no_gap() -> None:
    desk = Desk(QuotePolicy(otherwise=SymbolPolicy({Fault.CROSSED: Outcome.HOLD})))
    desk.quotes(quote(1, "1.09", "1.08"))
    assert desk.events() == []


def test_refusals_are_named_up_to_a_hundred_and_all_counted() -> None:
    desk = Desk()
    accepted = desk.quotes(*(quote(n, "0", "1") for n in range(250)))
    assert len(accepted.refused) == 100
    assert accepted.quotes == 0
    assert desk.sequencer.refused == {("EURUSD", Fault.NOT_POSITIVE): 250}


@pytest.mark.parametrize("feed", ["", "x" * 65, "é" * 33, "a\0b", "a\nb"])
def test_a_feed_needs_a_name(feed: str) -> None:
    desk = Desk()
    assert "no name of a feed" in desk.quotes(GOOD, feed=feed).refused[0]
    assert desk.ticks() == []


NOT_CHOSEN = [
    (Fault.DUPLICATE, Outcome.ACCEPT),
    (Fault.DUPLICATE, Outcome.HOLD),
    (Fault.UNKNOWN_SYMBOL, Outcome.HOLD),
    (Fault.UNKNOWN_SYMBOL, Outcome.ACCEPT),
    (Fault.NO_NUMBER, Outcome.ACCEPT),
    (Fault.HUGE, Outcome.ACCEPT),
    (Fault.NOT_POSITIVE, Outcome.ACCEPT),
    (Fault.FUTURE, Outcome.ACCEPT),
    (Fault.OUT_OF_ORDER, Outcome.ACCEPT),
]


@pytest.mark.parametrize(("fault", "outcome"), NOT_CHOSEN)
def test_no_policy_takes_what_can_be_no_tick(fault: Fault, outcome: Outcome) -> None:
    with pytest.raises(PolicyError, match=fault):
        SymbolPolicy({fault: outcome})


def test_a_symbol_may_not_be_silent_for_no_time() -> None:
    with pytest.raises(PolicyError, match="silence_s_max"):
        SymbolPolicy(silence_s_max=0)


def test_the_reference_states_every_fault_and_its_outcome() -> None:
    page = (ROOT / "docs" / "reference" / "quotes-policy.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z_]+)` \|.*\| (accept|drop|hold) \|", page, re.MULTILINE)
    assert {Fault(name): Outcome(outcome) for name, outcome in rows} == DEFAULTS
