"""A daily limit on the day's result: its figures are results, and its anchor is not a choice."""

from typing import Any

import pytest

from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.terms import Amount, Effect, TermsError
from tests.domain.rules.histories import at, buy, d, judge, quote, reported, start

THOUSAND = Amount(money=d(1000))


def limit(tested: str, base: str, **more: Any) -> DailyLoss:
    figures = {"allowance": THOUSAND, "comparison": "touch", **more}
    return DailyLoss(base=base, tested=tested, **figures)  # type: ignore[arg-type]


NET = limit("day_net", "day_start_equity")
SUM = limit("closed_plus_floating", "day_start_balance")
Q = quote("08:00", "10000")
# Held overnight with 600 of open profit: the day starts with 100,000 and with 100,600.
HELD = (Q, buy("09:00", "p"), quote("20:00", "10600"))


@pytest.mark.parametrize("tested", ["day_net", "closed_plus_floating"])
@pytest.mark.parametrize(
    "base",
    [
        "initial",
        "day_start_balance",
        "day_start_equity",
        "max_balance_equity",
        "day_peak_equity",
        "account_peak_equity",
    ],
)
def test_a_base_that_would_be_ignored_is_refused(tested: str, base: str) -> None:
    right = {"day_net": "day_start_equity", "closed_plus_floating": "day_start_balance"}[tested]
    if base == right:
        assert limit(tested, base).base == right
        return
    with pytest.raises(TermsError, match=f"^tested: {tested} is counted from base: {right}$"):
        limit(tested, base)


@pytest.mark.parametrize(
    ("rule", "price", "verdict"),
    [
        (NET, "9601", None),
        (NET, "9600", (d(-1000), d(-1000))),
        (NET, "9599", (d(-1001), d(-1000))),
        (SUM, "9001", None),
        (SUM, "9000", (d(-1000), d(-1000))),
        (SUM, "8999", (d(-1001), d(-1000))),
        (limit("day_net", "day_start_equity", comparison="cross"), "9600", None),
        (limit("closed_plus_floating", "day_start_balance", comparison="cross"), "9000", None),
        # the same floors, told as equity
        (limit("equity", "day_start_equity"), "9600", (d(99600), d(99600))),
        (limit("equity", "day_start_balance"), "9000", (d(99000), d(99000))),
    ],
)
def test_the_result_is_told_as_a_result(rule: DailyLoss, price: str, verdict: Any) -> None:
    result = judge(rule, [start(), *HELD, quote("09:00", price, day=2)])
    told = [(each.observed, each.limit) for each in result.verdicts]
    assert told == ([] if verdict is None else [verdict])


def test_a_warning_is_told_as_a_result_too() -> None:
    rule = limit("day_net", "day_start_equity", warn_at=(d(80),), effects=(Effect(kind="fail"),))
    result = judge(rule, [start(), Q, reported("09:00", "10:00", "-800")])
    warning = result.verdicts[0]
    assert (warning.outcome, warning.observed, warning.limit) == ("warn", d(-800), d(-1000))
    assert warning.at == at("10:00")


def test_the_words_name_a_result() -> None:
    assert NET.sentence() == "A loss by the net result of one day may not reach 1,000.00."
    assert SUM.sentence() == (
        "A loss by the profit closed in one day and all open profit together may not reach "
        "1,000.00."
    )
    soft = limit("day_net", "day_start_equity", comparison="cross", horizon="week",
                 effects=(Effect(kind="pause_until", until="next_day"),))  # fmt: skip
    assert soft.sentence() == (
        "A loss by the net result of one week may not exceed 1,000.00. "
        "The account is not lost by it."
    )
    assert NET.formula() == (
        "result = equity − the equity at the day's start; "
        "floor = the equity at the day's start − 1000"
    )
