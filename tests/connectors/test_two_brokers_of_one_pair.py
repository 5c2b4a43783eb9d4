"""The same positions on two brokers' real ticks, one of which crosses its own quotes.

FXCM prints on fixed UTC-05:00 and has the bid above the ask in every eighth quote of 2 May 2014;
Oanda prints on UTC and never has. What each feed holds is counted here from the raw files, without
the readers.
"""

import zipfile
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pytest

from propdesk.connectors.quotes.crossed import told
from propdesk.connectors.quotes.source import open_quotes
from propdesk.domain.evaluation import Evaluation
from propdesk.domain.events import Bar, Quote
from propdesk.domain.instants import HOUR, MINUTE
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.rules.profit_target import ProfitTarget
from tests.story import at, deal, judged, money, opened, rulebook

D = Decimal
DAY = "2014-05-02"
POINT = D("0.00001")
BEHIND_UTC = {"oanda": 0, "fxcm": 5}
WINDOWS = [("06:00", "07:00"), ("08:00", "09:00"), ("12:29", "12:31"), ("13:00", "14:00")]
Raw = list[tuple[int, Decimal, Decimal]]


@lru_cache
def raw(shared: Path, broker: str) -> Raw:
    """Moment, bid and ask of every line of the day's file."""
    path = shared / f"ticks/lean_{broker}_eurusd/20140502_quote.zip"
    with zipfile.ZipFile(path) as archive:
        lines = archive.read(archive.namelist()[0]).decode().split()
    midnight = at(f"{DAY} 00:00:00") + BEHIND_UTC[broker] * HOUR
    cells = (line.split(",") for line in lines)
    return [(midnight + int(ms) * 1000, D(bid), D(ask)) for ms, bid, ask in cells]


def judged_on(shared: Path, broker: str, side: str, window: tuple[str, str], **rules) -> Evaluation:
    """One lot held for the window, by one broker's quotes: a point is a dollar."""
    since, until = span_of(window)
    source = open_quotes([shared / f"ticks/lean_{broker}_eurusd/20140502_quote.zip"])
    price, until = rules.pop("price"), rules.pop("until", until)
    before = list(source.stream("EURUSD", since - MINUTE, since - 1))
    return judged(
        rulebook(*rules.pop("terms")),
        [
            opened(f"{DAY} 05:00:00"),
            *before,
            deal(f"{DAY} {window[0]}:00", "P", side, "in", "1.00", str(price)),
            *source.stream("EURUSD", since, until),
        ],
    )


def span_of(window: tuple[str, str]) -> tuple[int, int]:
    since, until = (at(f"{DAY} {clock}:00") for clock in window)
    return since, until


def held(shared: Path, broker: str, window: tuple[str, str]) -> list[tuple[Decimal, Decimal]]:
    """Bid and ask of the window, and the last before it: what the position opens at."""
    since, until = span_of(window)
    day = raw(shared, broker)
    first = next(place for place, (moment, _, _) in enumerate(day) if moment >= since)
    return [(bid, ask) for moment, bid, ask in day[first - 1 :] if moment <= until]


def extremes(shared: Path, broker: str, side: str, window: tuple[str, str]) -> tuple[D, D]:
    """The worst price to close at that is proven, and the worst that is possible.

    Where the sides are crossed the better of them is proven and the other is possible.
    """
    pairs = held(shared, broker, window)
    if side == "buy":
        return min(bid for bid, _ in pairs), min(min(pair) for pair in pairs)
    return max(ask for _, ask in pairs), max(max(pair) for pair in pairs)


def loss_at(side: str, price: Decimal, close: Decimal) -> Decimal:
    return (price - close if side == "buy" else close - price) * 100_000


def around(*prices: Decimal) -> Iterator[Decimal]:
    for price in sorted(set(prices)):
        yield from (price - POINT, price, price + POINT)


def test_every_eighth_quote_of_one_feed_is_crossed_and_none_of_the_other(shared: Path) -> None:
    crossed = {
        broker: sum(bid > ask for _, bid, ask in raw(shared, broker)) for broker in BEHIND_UTC
    }
    assert crossed == {"oanda": 0, "fxcm": 12_061}
    assert len(raw(shared, "fxcm")) == 96_406


def test_a_crossed_quote_is_told_as_the_span_between_its_sides(shared: Path) -> None:
    source = open_quotes([shared / "ticks/lean_fxcm_eurusd/20140502_quote.zip"])
    found = list(source.stream("EURUSD"))
    assert len(found) == 96_406  # none is dropped
    for price, (moment, bid, ask) in zip(found, raw(shared, "fxcm"), strict=True):
        if bid <= ask:
            assert price == Quote(moment, "EURUSD", bid, ask)
        else:
            assert isinstance(price, Bar)
            assert (price.at, price.span_us) == (moment, 0)
            assert (price.bid_low, price.bid_high) == (price.ask_low, price.ask_high) == (ask, bid)


@pytest.mark.parametrize(
    ("bid", "ask", "span"),
    [
        # open, high, low, close of each side; the span of both where they are crossed
        ("1.10 1.14 1.09 1.12", "1.11 1.15 1.10 1.13", None),
        ("1.10 1.14 1.09 1.12", "1.10 1.14 1.09 1.12", None),
        ("1.10 1.14 1.09 1.12", "1.11 1.13 1.10 1.13", ("1.09", "1.14")),
        ("1.10 1.14 1.09 1.12", "1.11 1.15 1.08 1.13", ("1.08", "1.15")),
        ("1.12 1.14 1.09 1.12", "1.11 1.15 1.10 1.13", ("1.09", "1.15")),
        ("1.10 1.14 1.09 1.14", "1.11 1.15 1.10 1.13", ("1.09", "1.15")),
    ],
)
def test_a_bar_is_crossed_where_its_ends_or_extremes_are(bid, ask, span) -> None:
    bar = Bar(0, "EURUSD", 60, *map(D, bid.split()), *map(D, ask.split()))
    found = told(bar)
    assert isinstance(found, Bar)
    if span is None:
        assert found == bar
    else:
        low, high = map(D, span)
        assert (found.bid_low, found.bid_high, found.ask_low, found.ask_high) == (
            low, high, low, high,
        )  # fmt: skip


@pytest.mark.parametrize("side", ["buy", "sell"])
@pytest.mark.parametrize("window", WINDOWS)
def test_both_brokers_agree_wherever_their_quotes_do(shared: Path, window, side) -> None:
    """A point around every extreme: each verdict follows from its own feed's raw prices.

    Between the two brokers' extremes they differ, for the one reason that one of them never
    quoted that price; outside they must be the same.
    """
    price = next(bid for moment, bid, _ in raw(shared, "oanda") if moment >= at(f"{DAY} 05:00:00"))
    # Far from the market, so that every floor below is a loss of some hundred dollars.
    price = price + D("0.02") if side == "buy" else price - D("0.02")
    worst = {broker: extremes(shared, broker, side, window) for broker in BEHIND_UTC}
    losses = {
        broker: [loss_at(side, price, close) for close in found] for broker, found in worst.items()
    }
    proven = [found[0] for found in losses.values()]
    possible = [found[1] for found in losses.values()]
    for floor in around(*worst["oanda"], *worst["fxcm"]):
        allowance = loss_at(side, price, floor)
        terms = (OverallLoss(mode="static", allowance=money(str(allowance)), comparison="touch"),)
        status = {
            broker: judged_on(shared, broker, side, window, price=price, terms=terms).status
            for broker in BEHIND_UTC
        }
        for broker, (certain, thinkable) in losses.items():
            expected = "active" if thinkable < allowance else "unknown"
            expected = "breached" if certain >= allowance else expected
            assert status[broker] == expected, (broker, floor)
        if min(proven) >= allowance or max(possible) < allowance:
            assert status["oanda"] == status["fxcm"], floor


def test_a_loss_only_a_stale_side_tells_is_possible_and_not_proven(shared: Path) -> None:
    window = ("08:00", "09:00")
    # In this hour the lowest bid is 1.38525; one crossed quote has an ask of 1.38524.
    assert extremes(shared, "fxcm", "buy", window) == (D("1.38525"), D("1.38524"))
    terms = (OverallLoss(mode="static", allowance=money("96"), comparison="touch"),)
    found = {
        broker: judged_on(shared, broker, "buy", window, price="1.38620", terms=terms)
        for broker in BEHIND_UTC
    }
    assert (found["fxcm"].status, found["oanda"].status) == ("unknown", "breached")
    assert [each.outcome for each in found["fxcm"].verdicts] == ["possible"]


def test_a_target_only_a_stale_side_meets_is_not_met(shared: Path) -> None:
    window = ("06:40", "06:50")
    since, until = span_of(window)
    pairs = [each for each in raw(shared, "fxcm") if since <= each[0] <= until]
    moment, bid, ask = max(pairs, key=lambda one: one[1])
    assert bid > ask  # the highest bid of these minutes stood above the ask of its moment
    met = {}
    for level in (bid, ask):
        gain = (level - D("1.38000")) * 100_000
        terms = (ProfitTarget(target=money(str(gain)), measured_on="equity"),)
        found = judged_on(shared, "fxcm", "buy", window, price="1.38000", terms=terms, until=moment)
        [goal] = found.objectives
        met[level] = goal.met
    assert met == {bid: False, ask: True}


def test_coverage_says_which_feed_told_spans(shared: Path) -> None:
    terms = (OverallLoss(mode="static", allowance=money("5000"), comparison="touch"),)
    for broker, basis in (("oanda", "ticks"), ("fxcm", "bars")):
        found = judged_on(shared, broker, "buy", ("08:00", "09:00"), price="1.38", terms=terms)
        assert (found.coverage.basis, found.coverage.gaps) == (basis, ())
