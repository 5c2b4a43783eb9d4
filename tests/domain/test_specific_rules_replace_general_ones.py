"""Several instances of one rule: which of them holds for an account, and for which trades."""

from dataclasses import replace
from typing import Any

import pytest

from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.exposure import Cap, ExposureLimit
from propdesk.domain.rules.order_rate import OrderRate
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.terms import Amount, AppliesTo, Effect, RuleTerms
from tests.domain.rules.histories import buy, d, judge, quote, start

WARN = (Effect(kind="warn"),)
EVERYTHING = AppliesTo()
METALS = AppliesTo(asset_classes=("metals",))
GOLD = AppliesTo(instruments=("GOLD",))
INDICES = AppliesTo(asset_classes=("indices",))
ONE = AppliesTo(instruments=("ONE",))
SWING = AppliesTo(account_types=("swing",))
GROUP = AppliesTo(groups=("real-b",))
TAGGED = AppliesTo(tags=("vip", "old"))
SWING_GOLD = replace(GOLD, account_types=("swing",))


def lots(name: str, applies_to: AppliesTo, most: int = 1) -> ExposureLimit:
    """No more than ``most`` lots in one order."""
    return ExposureLimit(
        id=name,
        unit="lots",
        aggregation="order",
        cap=Cap(at_most=d(most)),
        applies_to=applies_to,
        effects=WARN,
    )


def broken(rules: tuple[RuleTerms, ...], *events: Any, **account: Any) -> list[str]:
    return [each.rule for each in judge(rules, [start(**account), *events]).verdicts]


TWO_GOLD = buy("09:00", "g", "2", symbol="GOLD")
TWO_ONE = buy("09:00", "o", "2", symbol="ONE")


@pytest.mark.parametrize(
    ("scopes", "deal", "account", "who"),
    [
        # instrument before asset class before everything
        ({"all": EVERYTHING, "metals": METALS, "gold": GOLD}, TWO_GOLD, {}, ["gold"]),
        ({"gold": GOLD, "metals": METALS, "all": EVERYTHING}, TWO_GOLD, {}, ["gold"]),
        ({"all": EVERYTHING, "metals": METALS}, TWO_GOLD, {}, ["metals"]),
        ({"all": EVERYTHING, "metals": METALS, "gold": GOLD}, TWO_ONE, {}, ["all"]),
        ({"indices": INDICES, "gold": GOLD}, TWO_ONE, {}, ["indices"]),
        # a broker's name of the instrument is the instrument
        ({"all": EVERYTHING, "one": ONE}, replace(TWO_ONE, symbol="ONE.pro"), {}, ["one"]),
        ({"all": EVERYTHING, "one": ONE}, replace(TWO_GOLD, symbol="GOLD.pro"), {}, ["all"]),
        # the account's type, before its group and tags
        ({"all": EVERYTHING, "swing": SWING}, TWO_ONE, {"account_type": "swing"}, ["swing"]),
        ({"all": EVERYTHING, "swing": SWING}, TWO_ONE, {"account_type": "day"}, ["all"]),
        ({"all": EVERYTHING, "swing": SWING}, TWO_ONE, {}, ["all"]),
        ({"all": EVERYTHING, "group": GROUP}, TWO_ONE, {"group": "real-b"}, ["group"]),
        ({"all": EVERYTHING, "group": GROUP}, TWO_ONE, {"group": "real-bb"}, ["all"]),
        ({"all": EVERYTHING, "tag": TAGGED}, TWO_ONE, {"tags": ("new", "old")}, ["tag"]),
        ({"all": EVERYTHING, "tag": TAGGED}, TWO_ONE, {"tags": ("new",)}, ["all"]),
        ({"group": GROUP, "swing": SWING}, TWO_ONE, {"group": "real-b", "account_type": "swing"},
         ["swing"]),
        ({"swing": SWING, "metals": METALS}, TWO_GOLD, {"account_type": "swing"}, ["metals"]),
        ({"swing": SWING, "metals": METALS}, TWO_ONE, {"account_type": "swing"}, ["swing"]),
        ({"gold": GOLD, "both": SWING_GOLD}, TWO_GOLD, {"account_type": "swing"}, ["both"]),
        ({"gold": GOLD, "both": SWING_GOLD}, TWO_GOLD, {}, ["gold"]),
        # what does not hold for the account replaces nothing, and says nothing
        ({"tag": TAGGED}, TWO_ONE, {}, []),
        ({"group": GROUP}, TWO_ONE, {}, []),
        # instances of one scope are all judged
        ({"a": METALS, "b": METALS, "all": EVERYTHING}, TWO_GOLD, {}, ["a", "b"]),
        ({"a": EVERYTHING, "b": EVERYTHING}, TWO_GOLD, {}, ["a", "b"]),
    ],
)  # fmt: skip
def test_the_more_specific_one_holds(
    scopes: dict[str, AppliesTo], deal: Any, account: dict[str, Any], who: list[str]
) -> None:
    rules = tuple(lots(name, scope) for name, scope in scopes.items())
    assert broken(rules, deal, **account) == who


def test_a_wider_cap_for_the_special_case_widens_it() -> None:
    rules = (lots("all", EVERYTHING), lots("gold", GOLD, most=5))
    assert broken(rules, TWO_GOLD) == []
    assert broken(rules, TWO_ONE) == ["all"]


def test_what_is_added_up_is_what_the_rule_still_covers() -> None:
    def open_lots(name: str, scope: AppliesTo, most: int) -> ExposureLimit:
        return replace(lots(name, scope, most), aggregation="all_open")

    rules = (open_lots("all", EVERYTHING, 2), open_lots("gold", GOLD, 2))
    assert broken(rules, TWO_GOLD, replace(TWO_ONE, at=TWO_GOLD.at + 1)) == []
    third = replace(buy("09:01", "e", "1", symbol="EUR"))
    assert broken(rules, TWO_GOLD, TWO_ONE, third) == ["all"]


def test_only_instances_of_the_same_rule_replace_each_other() -> None:
    rules = (lots("all", EVERYTHING), OrderRate(counted="executions", max_per_day=0, effects=WARN,
             applies_to=GOLD))  # fmt: skip
    assert sorted(broken(rules, TWO_GOLD)) == ["all", "order_rate"]


def test_a_limit_for_some_accounts_is_the_floor_that_others_clamp_to() -> None:
    """Once it holds for the account, it holds for the whole of it."""
    overall = OverallLoss(
        mode="static", allowance=Amount(percent=d(2)), comparison="touch", applies_to=TAGGED
    )
    daily = DailyLoss(
        base="initial", allowance=Amount(percent=d(5)), comparison="touch", clamp_to_overall=True
    )
    events = [start(tags=("vip",)), quote("08:00", "10000")]
    lines = {each.rule: each.floor for each in judge((overall, daily), events).limits}
    assert lines == {"overall_loss": 98000, "daily_loss": 98000}
