"""The sentences of activity days, profit caps, consistency and conditions, read by a person."""

from datetime import time
from decimal import Decimal
from typing import Any

import pytest

from propdesk.domain.rules.activity_days import ActivityDays
from propdesk.domain.rules.condition import Condition
from propdesk.domain.rules.consistency import Consistency, ShareLimit
from propdesk.domain.rules.profit_cap import ProfitCap
from propdesk.domain.rules.trade_filter import TradeFilter
from propdesk.domain.terms import Amount, Effect
from tests.domain.rules.histories import d

SIZE = d(50000)
PAUSE = (Effect(kind="pause_until", until="next_month"),)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("trade_opened", "At least 4 days with a trade opened."),
        ("executed", "At least 4 days with an execution."),
        ("opened_and_closed", "At least 4 days with a trade both opened and closed."),
        ("position_open", "At least 4 days with a position open."),
    ],
)
def test_days_of_trading(kind: Any, sentence: str) -> None:
    rule = ActivityDays(count_kind=kind, required=4)
    assert rule.sentence(SIZE) == rule.sentence() == sentence
    assert rule.formula() == "days that count ≥ days required"


@pytest.mark.parametrize(
    ("kind", "threshold", "sentence"),
    [
        (
            "closed_profit",
            Amount(percent=d("0.5")),
            (
                "At least 3 days with a closed profit of at least 0.5 % of the initial balance"
                " (250.00)."
            ),
        ),
        (
            "balance_delta",
            Amount(money=d(150)),
            "At least 3 days with a rise of the balance of at least 150.00.",
        ),
        (
            "equity_delta",
            Amount(by_size={SIZE: d(200)}),
            "At least 3 days with a rise of the equity of at least 200.00.",
        ),
        (
            "opened_profit",
            Amount(percent=d("0.5"), of="base"),
            (
                "At least 3 days with a profit from trades opened that day of at least 0.5 % of the"
                " balance at the day's start."
            ),
        ),
        (
            "closed_profit",
            Amount(percent=d(1), of="balance"),
            (
                "At least 3 days with a closed profit of at least 1 % of the balance at the day's"
                " start."
            ),
        ),
    ],
)
def test_days_of_profit(kind: Any, threshold: Amount, sentence: str) -> None:
    rule = ActivityDays(count_kind=kind, required=3, threshold=threshold)
    assert rule.sentence(SIZE) == sentence


def test_without_a_size_a_table_is_only_named() -> None:
    table = Amount(by_size={SIZE: d(200)})
    rule = ActivityDays(count_kind="closed_profit", required=3, threshold=table)
    assert rule.sentence() == "At least 3 days with a closed profit of at least an amount by size."


FIFTY = {"count_kind": "closed_profit", "threshold": Amount(money=d(50))}


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"required": 1}, "At least 1 day with an execution."),
        ({"required": 0}, "At least 0 days with an execution."),
        (
            {"required": 5, "required_by_payout": (5, 3), "per": "payout_cycle"},
            "At least 5, then 3 days (payout by payout) with an execution since the last payout.",
        ),
        (
            {"weekends": "excluded"},
            "At least 2 days with an execution. Saturdays and Sundays do not count.",
        ),
        ({"half_days": "excluded"}, "At least 2 days with an execution. Half days do not count."),
        (
            {**FIFTY, "operator": "above", "trading_days": 8},
            "At least 2 days with a closed profit of more than 50.00, among 8 trading days.",
        ),
        (
            {**FIFTY, "open_loss_offsets": True},
            (
                "At least 2 days with a closed profit of at least 50.00, less the losses open at"
                " its end."
            ),
        ),
        (
            {"filters": TradeFilter(min_hold_seconds=60)},
            "At least 2 days with an execution. Only trades count that were held at least 60 s.",
        ),
        (
            {
                "filters": TradeFilter(
                    min_lots=d("0.10"),
                    min_notional_percent=d(5),
                    min_result_percent=d(1),
                    min_percent_of_average_size=d(70),
                    instruments_of_target=Amount(percent=d(6)),
                ),
                "half_days": "excluded",
                "weekends": "excluded",
            },
            (
                "At least 2 days with an execution. Only trades count that had at least 0.10 lots,"
                " were worth at least 5 % of the account's size, won or lost at least 1 % of their"
                " worth, had at least 70 % of the average lots, were in an instrument traded until"
                " the profit came to 6 % of the initial balance (3,000.00). Half days do not count."
                " Saturdays and Sundays do not count."
            ),
        ),
    ],
)
def test_what_else_a_day_needs(more: dict[str, Any], sentence: str) -> None:
    rule = ActivityDays(**{"count_kind": "executed", "required": 2, **more})
    assert rule.sentence(SIZE) == sentence


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"cap": Amount(money=d(3000))}, "Profit of one day counts up to 3,000.00."),
        (
            {"cap": Amount(percent=d(1), of="base")},
            "Profit of one day counts up to 1 % of the balance at the day's start.",
        ),
        (
            {"cap": Amount(percent=d(10)), "horizon": "month", "effects": PAUSE},
            (
                "Consequences follow as soon as the profit of one month exceeds 10 % of the initial"
                " balance (5,000.00)."
            ),
        ),
        (
            {
                "cap": Amount(percent=d(10)),
                "horizon": "month",
                "effects": PAUSE,
                "comparison": "touch",
            },
            (
                "Consequences follow as soon as the profit of one month reaches 10 % of the initial"
                " balance (5,000.00)."
            ),
        ),
        (  # taking the excess beside another effect is still taking it
            {
                "cap": Amount(money=d(3000)),
                "effects": (
                    Effect(kind="warn", also=(Effect(kind="profit_adjust", factor=d(0)),)),
                ),
            },
            "Profit of one day counts up to 3,000.00.",
        ),
    ],
)
def test_profit_caps(more: dict[str, Any], sentence: str) -> None:
    rule = ProfitCap(**{"horizon": "day", **more})
    assert rule.sentence(SIZE) == sentence
    assert rule.formula() == f"excess = max(0, profit of the {rule.horizon} − cap)"


TARGET = Amount(money=d(3000))
HALF = ShareLimit(percent=d(50))
BEST_DAY = "The best day may be at most 50 % of the"


@pytest.mark.parametrize(
    ("more", "sentence", "formula"),
    [
        ({}, f"{BEST_DAY} net profit.", "best day ÷ the net profit ≤ limit"),
        (
            {"operator": "below", "unit": "trade"},
            "The best trade must stay below 50 % of the net profit.",
            "best trade ÷ the net profit < limit",
        ),
        (
            {"operator": "below", "rounding_step": d(1)},
            (
                "The best day must stay below 50 % of the net profit; what is still needed is"
                " counted in steps of 1."
            ),
            "best day ÷ the net profit < limit",
        ),
        (
            {"unit": "trade_idea", "denominator": "positive_days", "since": "last_payout"},
            (
                "The best trade idea may be at most 50 % of the sum of the winning days since the"
                " last payout."
            ),
            "best trade idea ÷ the sum of the winning days ≤ limit",
        ),
        (
            {"denominator": "profit_target", "target": TARGET},
            f"{BEST_DAY} profit target.",
            "best day ÷ the profit target ≤ limit",
        ),
        (
            {"consequence": "raises_target_by_ratio", "target": TARGET},
            (
                f"{BEST_DAY} net profit; a larger one raises the target to itself divided by the"
                " limit."
            ),
            "best day ÷ the net profit ≤ limit",
        ),
        (
            {"consequence": "raises_target_by_excess", "target": TARGET},
            f"{BEST_DAY} net profit; a larger one raises the target by the excess.",
            "best day ÷ the net profit ≤ limit",
        ),
        (
            {
                "consequence": "clips_excess",
                "denominator": "profit_target",
                "target": TARGET,
            },
            f"{BEST_DAY} profit target; the excess does not count.",
            "best day ÷ the profit target ≤ limit",
        ),
        (
            {"consequence": "violates", "denominator": "profit_target", "target": TARGET},
            f"{BEST_DAY} profit target; a larger one is a violation.",
            "best day ÷ the profit target ≤ limit",
        ),
    ],
)
def test_consistency(more: dict[str, Any], sentence: str, formula: str) -> None:
    rule = Consistency(**{"limit": HALF, "operator": "at_most", **more})
    assert (rule.sentence(SIZE), rule.formula()) == (sentence, formula)
    assert rule.sentence() == sentence


TABLE = {d(25000): d(40), SIZE: d("35.5"), d(100000): d(30)}


@pytest.mark.parametrize(
    ("limit", "size", "words"),
    [
        (ShareLimit(percent=d("12.5")), None, "12.5 %"),
        (ShareLimit(by_payout=(d(20), d(25), d(30))), SIZE, "20 %, 25 %, 30 % (by payout number)"),
        (ShareLimit(by_stage={"evaluation": d(50), "funded": d(40)}), SIZE,
         "50 % (evaluation), 40 % (funded)"),
        (ShareLimit(by_size=TABLE), None, "40 % (25000), 35.5 % (50000), 30 % (100000)"),
        (ShareLimit(by_size=TABLE), SIZE, "35.5 %"),
        (ShareLimit(by_size=TABLE), d("99999.99"), "35.5 %"),
    ],
)  # fmt: skip
def test_the_limit_of_a_share(limit: ShareLimit, size: Decimal | None, words: str) -> None:
    rule = Consistency(limit=limit, operator="at_most")
    assert rule.sentence(size) == f"The best day may be at most {words} of the net profit."


def test_a_condition_says_what_its_author_says() -> None:
    rule = Condition(expression="flat", on=("timer",), says="Be flat.", timer_at=time(21))
    assert rule.sentence() == rule.sentence(SIZE) == "Be flat."
    assert rule.formula() == "broken when flat"
