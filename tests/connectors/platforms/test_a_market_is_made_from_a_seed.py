"""The made-up market: the same from the same seed, in market hours, plausible, bounded."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise, takewhile
from pathlib import Path

import pytest

from propdesk.connectors.market_hours import hours_of
from propdesk.connectors.replay.recording import own_recording, recording_of
from propdesk.connectors.simulated_platform.generated_market import (
    CHARACTERS,
    TICKS_OF_A_DAY_MAX,
    GeneratedMarket,
)
from propdesk.connectors.simulated_platform.recorded_market import RecordedMarket
from propdesk.domain.events import Quote
from propdesk.domain.instants import DAY, MINUTE, SECOND, parse_instant
from propdesk.wire.catalogue import load_catalogue

CATALOGUE = load_catalogue()
MONDAY = date(2026, 3, 2)
BEGINS = parse_instant("2026-03-02T00:00:00Z")


def market(seed: str = "s", ticks: int = 3000) -> GeneratedMarket:
    return GeneratedMarket(seed, MONDAY, CATALOGUE, ticks_of_a_day=ticks)


def days(count: int, seed: str = "s", ticks: int = 3000, after: int = 0) -> list[Quote]:
    until = BEGINS + count * DAY
    return list(takewhile(lambda quote: quote.at < until, market(seed, ticks).ticks(after)))


def test_one_seed_gives_one_market_and_another_another() -> None:
    assert days(3) == days(3)
    assert days(1) != days(1, seed="t")


@pytest.mark.parametrize("hours", [1, 13, 24, 37, 100])
def test_it_is_resumed_at_any_moment(hours: int) -> None:
    after = BEGINS + hours * 60 * MINUTE
    assert days(5, after=after) == [each for each in days(5) if each.at > after]


def test_it_knows_where_a_day_ends_and_forgets_it() -> None:
    made = market()
    assert made.heads("EURUSD", BEGINS, 1.0) == 0, "nothing was walked yet"
    said: dict[tuple[str, int], int] = {}
    first: dict[tuple[str, int], Quote] = {}
    last: dict[tuple[str, int], Quote] = {}
    for quote in takewhile(lambda each: each.at < BEGINS + 3 * DAY, made.ticks(0)):
        key = quote.symbol, (quote.at - BEGINS) // DAY
        if key not in first:
            first[key] = quote
            said[key] = made.heads(quote.symbol, quote.at, float(quote.bid))
        last[key] = quote
    right = [said[key] == (1 if last[key].bid > first[key].bid else -1) for key in first]
    assert sum(right) >= len(right) - 3, "but where the spread decides"
    resumed = market()
    next(resumed.ticks(BEGINS + 2 * DAY))
    assert resumed.heads("EURUSD", BEGINS + 2 * DAY, 1.08) == made.heads(
        "EURUSD", BEGINS + 2 * DAY, 1.08
    )
    next(resumed.ticks(BEGINS + 40 * DAY))
    assert resumed.heads("EURUSD", BEGINS + 2 * DAY, 1.08) == 0


def test_no_two_quotes_have_one_time_and_none_goes_back() -> None:
    times = [each.at for each in days(8)]
    assert all(before < after for before, after in pairwise(times))


def test_quotes_are_whole_points_with_a_spread_in_market_hours() -> None:
    outside = Counter[str]()
    for quote in days(8):
        digits = CATALOGUE.get(quote.symbol).digits
        assert quote.bid == round(quote.bid, digits)
        assert 0 < quote.bid < quote.ask
        # A quote may be some milliseconds late where many have one time.
        is_open = hours_of(quote.symbol, CATALOGUE).is_open(quote.at - SECOND)
        outside[quote.symbol] += not is_open and not hours_of(quote.symbol, CATALOGUE).is_open(
            quote.at
        )
    assert sum(outside.values()) == 0


def test_a_day_has_no_more_ticks_than_were_asked_for() -> None:
    counts = Counter((each.at - BEGINS) // DAY for each in days(8, ticks=TICKS_OF_A_DAY_MAX))
    assert max(counts.values()) <= TICKS_OF_A_DAY_MAX
    assert counts[2] > TICKS_OF_A_DAY_MAX * 0.9
    assert 0 < counts[5] < counts[2] / 5  # on Saturday only coins are traded
    with pytest.raises(ValueError, match="most"):
        market(ticks=TICKS_OF_A_DAY_MAX + 1)


def test_each_symbol_moves_as_much_as_it_is_known_to() -> None:
    """Over sixty days, within a factor of two."""
    closes: dict[str, dict[int, float]] = defaultdict(dict)
    for quote in days(60, ticks=1500):
        closes[quote.symbol][(quote.at - BEGINS) // DAY] = float(quote.bid)
    for symbol, by_day in closes.items():
        found = [by_day[day] for day in sorted(by_day)]
        moves = [abs(after / before - 1) for before, after in pairwise(found)]
        typical = sum(moves) / len(moves)
        assert CHARACTERS[symbol].volatility / 2 < typical < CHARACTERS[symbol].volatility * 2


def test_a_release_moves_prices_and_widens_spreads() -> None:
    source = market(ticks=20_000)
    releases = [
        at for number in range(30) for at in source.releases(MONDAY + timedelta(days=number))
    ]
    assert 5 <= len(releases) <= 18
    release = releases[0]
    quotes = [each for each in days(14, ticks=20_000) if each.symbol == "EURUSD"]
    spreads = [each.ask - each.bid for each in quotes]
    after = [each for each in quotes if release <= each.at < release + MINUTE]
    assert after
    usual = sorted(spreads)[len(spreads) // 2]
    assert all(each.ask - each.bid >= 2 * usual for each in after)


def test_a_recording_is_played_again_at_another_time() -> None:
    recorded = [each for each in recording_of([own_recording()]) if isinstance(each, Quote)]
    played = list(RecordedMarket(recording_of([own_recording()]), shift=DAY).ticks(0))
    assert [each[1:] for each in played] == [each[1:] for each in recorded]
    assert all(
        0 <= new.at - old.at - DAY < SECOND for new, old in zip(played, recorded, strict=True)
    )
    rest = list(RecordedMarket(recording_of([own_recording()]), shift=DAY).ticks(played[99].at))
    assert rest == played[100:]


def test_a_recording_knows_no_releases() -> None:
    source = RecordedMarket(recording_of([own_recording()]))
    assert source.releases(MONDAY) == []
    assert Path(own_recording()).exists()


def test_prices_are_exact_decimals() -> None:
    assert all(isinstance(each.bid, Decimal) for each in days(1)[:100])
