"""Grid: which prices are levels, when they are too many, and when a grid is gone."""

from typing import Any

import pytest

from propdesk.domain.events import InstrumentDefined, OrderSeen
from propdesk.domain.rules.grid import Grid, adverse_run, evenly_spaced
from propdesk.domain.terms import AppliesTo, Effect, TermsError
from tests.domain.rules.histories import ACCOUNT, at, buy, close, d, judge, sell, start

WARN = (Effect(kind="warn"),)


def grid(levels: int = 3, **more: Any) -> Grid:
    return Grid(levels=levels, effects=WARN, **more)


def order(
    clock: str, name: str, price: str | None = None, action: str = "placed", **more: Any
) -> OrderSeen:
    figures = {"symbol": "ONE", "side": "buy", "kind": "limit", **more}
    wanted = None if price is None else d(price)
    return OrderSeen(ACCOUNT, at(clock), name, action, requested_price=wanted, **figures)  # type: ignore[arg-type]


def told(rule: Grid, *events: Any, netting: bool = False) -> list[tuple[str, str]]:
    """Each verdict: its event's minute after nine, and the prices it names."""
    found = judge(rule, [start(netting=netting), *events]).verdicts
    return [
        (f"09:{(each.at - at('09:00')) // 60_000_000:02d}", each.evidence["prices"])
        for each in found
    ]


def level(minute: int, price: str, name: str = "", **more: Any) -> Any:
    return buy(f"09:{minute:02d}", name or f"p{minute}", price=d(price), **more)


A, B, C = level(0, "10000"), level(1, "9990"), level(2, "9980")
THREE = [("09:02", "10000, 9990, 9980")]


@pytest.mark.parametrize(
    ("rule", "events", "verdicts"),
    [
        (grid(), [A, B, C], THREE),
        (grid(4), [A, B, C], []),
        (grid(2), [A, B], [("09:01", "10000, 9990")]),
        # one price twice is one level, however it is written
        (grid(), [A, B, level(2, "9990.00")], []),
        # the fills of one position are levels too; a part closed takes none away
        (grid(), [A, level(1, "9990", "p0"), level(2, "9980", "p0")], THREE),
        (
            grid(),
            [A, level(1, "9990", "p0"), close("09:01", A, "9995", "1"), level(2, "9980")],
            THREE,
        ),
        # other symbols and the other direction are ladders of their own
        (grid(), [A, B, level(2, "9980", symbol="TWO")], []),
        (grid(), [A, B, level(2, "9980", side="sell")], []),
        (
            grid(),
            [
                A,
                *(level(n, f"{9000 + n}", side="sell") for n in (1, 2, 3)),
                *(level(n, f"{500 + n}", symbol="TWO") for n in (4, 5, 6)),
            ],
            [("09:03", "9001, 9002, 9003"), ("09:06", "504, 505, 506")],
        ),
        # said once, also when it grows
        (grid(), [A, B, C, level(3, "9970")], THREE),
        # a level that is closed is none; a grid that is gone may come again
        (grid(), [A, B, close("09:02", A, "10000"), level(2, "9980")], []),
        (
            grid(),
            [A, B, C, close("09:03", A, "10000"), level(4, "9970")],
            [*THREE, ("09:04", "9990, 9980, 9970")],
        ),
        (
            grid(),
            [A, B, C, level(3, "9970"), close("09:04", A, "10000"), level(5, "9960")],
            THREE,
        ),
    ],
)
def test_open_positions(rule: Grid, events: list[Any], verdicts: list[tuple[str, str]]) -> None:
    assert told(rule, *events) == verdicts


WAITS = order("09:02", "o", "9980")


@pytest.mark.parametrize(
    ("rule", "events", "verdicts"),
    [
        (grid(), [A, B, WAITS], THREE),
        (grid(), [A, B, order("09:02", "o", "9990")], []),
        (grid(pending_orders=False), [A, B, WAITS], []),
        (grid(), [A, B, order("09:02", "o", "9980", kind="market")], []),
        (grid(), [A, B, order("09:02", "o")], []),
        (grid(), [A, B, order("09:02", "o", "9980", side="sell")], []),
        (grid(), [A, B, order("09:02", "o", "9980", symbol="TWO")], []),
        # three that wait and no position
        (
            grid(),
            [order("09:00", "x", "10000"), order("09:01", "y", "9990", kind="stop"), WAITS],
            THREE,
        ),
        # positions come before what waits, and each in the order it was taken
        (
            grid(4),
            [order("09:00", "x", "9970"), A, order("09:01", "y", "10010"), C],
            [("09:02", "10000, 9980, 9970, 10010")],
        ),
        # an order moved is one level, where it is now
        (grid(), [A, order("09:01", "o", "9990"), order("09:02", "o", "9980", "modified")], []),
        (
            grid(),
            [A, B, order("09:01", "o", "9990"), order("09:02", "o", "9980", "modified")],
            THREE,
        ),
        # one whose protective price alone moved waits where it was
        (
            grid(),
            [A, order("09:01", "o", "9990"), order("09:01", "o", None, "modified"), C],
            [("09:02", "10000, 9980, 9990")],
        ),
        # filled, it is the position's level, at the price it got
        (
            grid(),
            [A, order("09:01", "o", "9990"), level(2, "9989", order="o")],
            [],
        ),
        (grid(), [A, level(1, "9990", order="never-told"), C], THREE),
        # filled by closing another: gone
        (
            grid(),
            [
                A,
                B,
                order("09:02", "o", "9970"),
                close("09:03", B, "9990"),
                order("09:04", "q", "9960"),
            ],
            [("09:02", "10000, 9990, 9970"), ("09:04", "10000, 9970, 9960")],
        ),
    ],
)
def test_orders_that_wait(rule: Grid, events: list[Any], verdicts: list[tuple[str, str]]) -> None:
    assert told(rule, *events) == verdicts


@pytest.mark.parametrize("action", ["cancelled", "filled", "rejected", "expired"])
def test_an_order_that_is_over_waits_no_more_and_a_grid_of_them_may_come_again(
    action: str,
) -> None:
    # the end of an order is often told without its kind and price
    over = order("09:03", "o", None, action, kind="market")
    unknown = order("09:03", "z", None, action)
    assert told(grid(), A, order("09:01", "o", "9990"), over, C) == []
    assert told(grid(), A, B, WAITS, unknown, over, order("09:04", "q", "9970")) == [
        *THREE,
        ("09:04", "10000, 9990, 9970"),
    ]


def test_a_fill_against_a_position_takes_its_order_and_leaves_no_level() -> None:
    """Netting: what shrinks a long is no level, of the long or of a short."""
    long = [A, level(1, "9990", "p0"), order("09:02", "o", "9980", side="sell")]
    shrink = sell("09:02", "s", "1", entry="inout", price=d(9980), order="o")
    assert told(grid(), *long, shrink, netting=True) == []
    shorts = [order(f"09:0{n}", f"s{n}", f"99{n}0", side="sell") for n in (3, 4)]
    assert told(grid(), *long, shrink, *shorts, netting=True) == []


def test_a_position_of_the_same_name_starts_with_its_own_price() -> None:
    again = level(3, "9970", "p0")
    history = [A, level(1, "9990", "p0"), close("09:02", A, "9990", "2"), again, level(4, "9960")]
    assert told(grid(), *history) == []


def test_only_worse_levels() -> None:
    worse = grid(adverse_only=True)
    assert told(worse, A, B, C) == THREE
    assert told(worse, A, level(1, "10010"), B, C) == [("09:02", "10000, 9990, 9980")]
    assert told(worse, A, B, level(2, "9995")) == []
    sells = [level(n, f"{10000 + 10 * n}", side="sell") for n in range(3)]
    assert told(worse, *sells) == [("09:02", "10000, 10010, 10020")]
    assert told(worse, *(level(n, f"{10000 - 10 * n}", side="sell") for n in range(3))) == []


def test_only_even_levels() -> None:
    """Steps of 10 and 12 have the mean 11 and differ from it by 1: 100 ÷ 11 = 9.09 %."""
    uneven = [A, B, level(2, "9978")]
    said = [("09:02", "10000, 9990, 9978")]
    assert told(grid(spacing_tolerance_percent=d("9.1")), *uneven) == said
    assert told(grid(spacing_tolerance_percent=d("9.09")), *uneven) == []
    assert told(grid(spacing_tolerance_percent=d(0)), A, B, C) == THREE
    # a level that breaks the pattern ends the grid; when it is gone the grid is there again
    odd = level(3, "9000")
    history = [A, B, C, odd, close("09:04", odd, "9000")]
    assert told(grid(spacing_tolerance_percent=d(1)), *history) == [
        *THREE,
        ("09:04", "10000, 9990, 9980"),
    ]


def test_the_verdict_in_full() -> None:
    (verdict,) = judge(grid(2), [start(), A, B]).verdicts
    assert (verdict.observed, verdict.limit, verdict.comparison) == (2, 2, "touch")
    assert verdict.evidence == {"symbol": "ONE", "side": "buy", "prices": "10000, 9990"}


def test_only_what_the_rule_is_about() -> None:
    indices = grid(applies_to=AppliesTo(asset_classes=("indices",)))
    assert told(indices, A, B, WAITS) == THREE
    metals = grid(applies_to=AppliesTo(asset_classes=("metals",)))
    gold = [order(f"09:0{n}", f"g{n}", f"{n}", symbol="GOLD") for n in (1, 2, 3)]
    assert told(metals, A, B, WAITS) == []
    assert told(metals, *gold) == [("09:03", "1, 2, 3")]
    named = grid(applies_to=AppliesTo(instruments=("ONE",)))
    suffixed = [order(f"09:0{n}", f"o{n}", f"{n}", symbol="ONE.pro") for n in (1, 2, 3)]
    assert told(named, *suffixed) == [("09:03", "1, 2, 3")]


def test_positions_taken_before_the_rule_was_about_them_have_no_known_fills() -> None:
    metals = grid(2, applies_to=AppliesTo(asset_classes=("metals",)))
    figures = {
        "digits": 2,
        "contract_size": d(1),
        "base_currency": "USD",
        "profit_currency": "USD",
        "margin_currency": "USD",
        "mode": "cfd_index",
        "asset_class": "metals",
    }
    now_metal = InstrumentDefined(at("09:01"), "ONE", **figures)  # type: ignore[arg-type]
    assert told(metals, A, now_metal, C) == []
    assert told(metals, A, now_metal, C, level(3, "9970")) == [("09:03", "9980, 9970")]


@pytest.mark.parametrize(
    ("prices", "tolerance", "even"),
    [
        ("1 2 3", "0", True),
        ("3 1 2", "0", True),  # in any order
        ("1 2 2 3", "0", True),  # one price twice is one
        # steps of 1 and 3: the mean is 2, each differs by half of it
        ("1 2 5", "50", True),
        ("1 2 5", "49.99", False),
        ("1 4 5", "49.99", False),
        ("0.1 0.2 0.5", "50", True),
        # steps of 1, 1 and 2: the mean is 4⁄3, the last differs by half of it
        ("1 2 3 5", "50", True),
        ("1 2 3 5", "49", False),
        ("1 2", "0", True),
        ("1", "100", False),  # a single price has no distance
    ],
)
def test_even_distances(prices: str, tolerance: str, even: bool) -> None:
    assert evenly_spaced([d(each) for each in prices.split()], d(tolerance)) is even


@pytest.mark.parametrize(
    ("prices", "bought", "sold"),
    [
        ("5 4 4 3", "5 4 3", "5"),
        ("3 4 4 5", "3", "3 4 5"),
        ("5 3 4 2", "5 3 2", "5"),
        ("", "", ""),
    ],
)
def test_what_is_worse_than_all_before(prices: str, bought: str, sold: str) -> None:
    levels = [d(each) for each in prices.split()]
    assert adverse_run(levels, "buy") == [d(each) for each in bought.split()]
    assert adverse_run(levels, "sell") == [d(each) for each in sold.split()]


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (
            grid(),
            (
                "Fewer than 3 positions or pending orders of one symbol and direction at different "
                "prices may be open at once."
            ),
        ),
        (
            grid(pending_orders=False, adverse_only=True),
            (
                "Fewer than 3 positions of one symbol and direction at different prices, each "
                "worse than the one before, may be open at once."
            ),
        ),
        (
            grid(5, spacing_tolerance_percent=d("2.5")),
            (
                "Fewer than 5 positions or pending orders of one symbol and direction at different "
                "prices may be open at once where their distances differ by at most 2.5 % from the "
                "mean distance."
            ),
        ),
    ],
)
def test_it_says_itself(rule: Grid, sentence: str) -> None:
    assert rule.sentence() == sentence


def test_terms_that_mean_nothing_are_refused() -> None:
    with pytest.raises(TermsError) as refused:
        grid(1)
    assert str(refused.value) == "a grid has at least 2 levels"
    with pytest.raises(TermsError) as refused:
        grid(spacing_tolerance_percent=d("-0.01"))
    assert str(refused.value) == "'spacing_tolerance_percent' is not below 0"
