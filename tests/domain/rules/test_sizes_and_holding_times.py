"""Even sizes and holding times: the firms' examples and the step around each limit."""

from fractions import Fraction
from typing import Any

import pytest

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.rules.holding_time import HoldingTime, is_short
from propdesk.domain.rules.size_consistency import (
    SizeConsistency,
    average_lots,
    in_range,
    lot_range,
)
from propdesk.domain.terms import Effect, TermsError
from tests.domain.rules.histories import buy, close, d, judge, outcomes, quote, reported, start

WARN = (Effect(kind="warn"),)


def sizes(reference: str, low: str, high: str, **more: Any) -> SizeConsistency:
    return SizeConsistency(
        reference=reference,  # type: ignore[arg-type]
        min_factor=d(low),
        max_factor=d(high),
        effects=WARN,
        **more,
    )


def traded(*lots: str, minutes: int = 10) -> list[Any]:
    return [
        reported(
            f"{9 + n * minutes // 60:02d}:{n * minutes % 60:02d}",
            "20:00",
            "1",
            lots=d(each),
            id=f"t{n}",
        )
        for n, each in enumerate(lots)
    ]


def met(result: Evaluation) -> bool | None:
    (goal,) = result.objectives
    return goal.met


@pytest.mark.parametrize(
    ("lots", "ok"),
    [
        ("1.0 0.5 1.0 4.0 0.8", True),  # MySureFunds
        ("1.0 0.49", False),
        ("1.0 4.01", False),
    ],
)
def test_sizes_against_the_first_trade(lots: str, ok: bool) -> None:
    rule = sizes("first_trade", "0.5", "4")
    assert met(judge(rule, [start(), *traded(*lots.split())])) is ok
    spoken = sizes("first_trade", "0.5", "4", consequence="violates")
    assert bool(judge(spoken, [start(), *traded(*lots.split())]).verdicts) is not ok


@pytest.mark.parametrize(
    ("total", "trades", "low", "high", "expected"),
    [("20", 10, "0.25", "2", ("0.5", "4")), ("100", 10, "0.5", "1.5", ("5", "15"))],
)
def test_sizes_against_the_average(
    total: str, trades: int, low: str, high: str, expected: tuple[str, str]
) -> None:
    found = lot_range(average_lots(d(total), trades), d(low), d(high))
    assert found == tuple(map(Fraction, expected))
    assert in_range(d(expected[0]), found)
    assert not in_range(d(expected[1]) + d("0.01"), found)
    assert met(judge(sizes("average", low, high), [start(), *traded("1", "1", "1", "9")])) is False


@pytest.mark.parametrize(("minutes", "ok"), [(3, True), (4, False)])
def test_trades_opened_together_are_one_size(minutes: int, ok: bool) -> None:
    rule = sizes("first_trade", "0.7", "1.3", sum_window_minutes=3)
    first = reported("09:00", "10:00", "1", lots=d(20), id="a")
    pair = [
        reported("11:00", "12:00", "1", lots=d(10), id="b"),
        reported(f"11:0{minutes}", "12:00", "1", lots=d(10), id="c"),
    ]
    assert met(judge(rule, [start(), first, *pair])) is ok
    assert lot_range(d(20), d("0.7"), d("1.3")) == (Fraction(14), Fraction(26))


def test_partial_closes_as_trades_of_their_own() -> None:
    bought = buy("09:00", "p", "4")
    parts = [close("10:00", bought, "10001", "1"), close("11:00", bought, "10001", "3")]
    history = [start(), bought, quote("09:30", "10000"), *parts]
    assert met(judge(sizes("first_trade", "0.5", "2"), history)) is True
    own = sizes("first_trade", "0.5", "2", partial_closes="own_trades")
    assert met(judge(own, history)) is False
    spoken = sizes("first_trade", "0.5", "2", partial_closes="own_trades", consequence="violates")
    assert outcomes(judge(spoken, history)) == [("11:00", "warn")]


def held(measure: str, seconds: int, **more: Any) -> HoldingTime:
    return HoldingTime(measure=measure, seconds=seconds, effects=WARN, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("short", "closed", "broken"),
    [
        ("below", "09:01:59", True),
        ("below", "09:02:00", False),
        ("up_to", "09:02:00", True),
        ("up_to", "09:02:01", False),
    ],
)
def test_every_trade_is_held(short: str, closed: str, broken: bool) -> None:
    rule = held("each", 120, short=short)
    assert bool(judge(rule, [start(), reported("09:00", closed, "1")]).verdicts) is broken


LONG = reported("09:00", "09:10", "100", id="long")
SHORT = reported("10:00", "10:00:05", "100", id="short")
SHORT_LOSS = reported("11:00", "11:00:05", "-500", id="loss")


@pytest.mark.parametrize(
    ("rule", "ok"),
    [
        (held("mean", 201, short="below"), True),  # 610 s over three trades are 203 ⅓ s
        (held("mean", 204, short="below"), False),
        (held("share_of_trades", 60, percent=d("66.6")), False),
        (held("share_of_trades", 60, percent=d("66.7")), True),
        (held("share_of_profit", 5, percent=d(50), short="up_to"), True),
        (held("share_of_profit", 5, percent=d(50), short="up_to", comparison="touch"), False),
        (held("share_of_profit", 5, percent=d("49.9"), short="up_to"), False),
        (held("share_of_profit", 5, percent=d("49.9"), short="below"), True),
        (held("mean", 204, trades_min=4), True),
    ],
)
def test_habits(rule: HoldingTime, ok: bool) -> None:
    result = judge(rule, [start(), LONG, SHORT, SHORT_LOSS])
    assert met(result) is ok


def test_a_time_that_is_too_short() -> None:
    assert is_short(Fraction(5), 5, "up_to")
    assert not is_short(Fraction(5), 5)


def test_terms_that_mean_nothing_are_refused() -> None:
    with pytest.raises(TermsError, match="needs 'percent'"):
        held("share_of_trades", 5)
    with pytest.raises(TermsError, match="an average still moves"):
        sizes("average", "1", "1", consequence="violates")
    with pytest.raises(TermsError, match="both sides of 1"):
        sizes("average", "1.1", "2")
