"""The daily limit's verdicts: once a period, doubt, warnings, reports, results and words."""

from typing import Any

import pytest

from propdesk.domain.events import AccountReported, Bar, DayReported, StateReported, TimePassed
from propdesk.domain.rules.daily_loss import DailyLoss, StepUp, describe, told
from propdesk.domain.terms import Amount, Effect
from tests.domain.rules.histories import ACCOUNT, at, buy, close, d, judge, quote, reported, start

FIVE = Amount(percent=d(5))
PAUSE = Effect(kind="pause_until", until="next_day")
PEAK = {"base": "day_peak_equity"}
OPEN = [start(), quote("07:00", "10000"), buy("08:00", "a")]  # equity = 90,000 + the price


def daily(**more: Any) -> DailyLoss:
    terms = {"base": "day_start_balance", "allowance": FIVE, "comparison": "cross", **more}
    return DailyLoss(**terms)


def price(equity: str) -> str:
    return str(d(equity) - 90000)


def worth(clock: str, equity: str, *, day: int = 1) -> object:
    return quote(clock, price(equity), day=day)


def verdicts(rule: DailyLoss, events: list[Any], **more: Any) -> list[tuple[object, ...]]:
    result = judge(rule, events, **more)
    found: list[tuple[object, ...]] = []
    for each in result.verdicts:
        day, minute = divmod((each.at - at("00:00")) // 60_000_000, 1440)
        when = f"{day + 1} {minute // 60:02d}:{minute % 60:02d}"
        found.append((when, each.outcome, each.observed, each.limit, each.comparison))
    return found


# -- once a period
@pytest.mark.parametrize("fast", [True, False])
def test_a_soft_limit_is_broken_once_a_day(fast: bool) -> None:
    path = [
        worth("09:00", "94999"),
        worth("10:00", "96000"),
        worth("11:00", "94000"),
        worth("12:00", "98000"),
        worth("09:00", "94500", day=2),
    ]
    said = [
        ("1 09:00", "pause_until", 94999, 95000, "cross"),
        ("2 09:00", "pause_until", 94500, 95000, "cross"),
    ]
    assert verdicts(daily(effects=(PAUSE,)), [*OPEN, *path], fast=fast) == said
    weekly = daily(effects=(PAUSE,), horizon="week")
    assert verdicts(weekly, [*OPEN, *path], fast=fast) == said[:1]


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("more", [{}, {"equity_below": d(99000)}])
def test_a_peak_counts_even_while_nothing_can_be_broken(more: Any, fast: bool) -> None:
    """Broken (or not concerned) on day 1, the account rises to 103,000 and 96,000 at its end."""
    rule = daily(base="account_peak_equity", effects=(PAUSE,), **more)
    path = [
        worth("09:00", "94000"),
        worth("10:00", "103000"),
        worth("11:00", "98500"),
        TimePassed(at("12:00", 2)),
    ]
    result = judge(rule, [*OPEN, *path], fast=fast)
    assert [(each.base, each.peak) for each in result.limits] == [(103000, 103000)]


# -- warnings
@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize(
    ("path", "said"),
    [
        (["97500.01"], []),
        (["97500"], [("50", 97500)]),
        (["97500", "97400", "96000.01"], [("50", 97500)]),
        (["97500", "99000", "96000"], [("50", 97500), ("80", 96000)]),
        (["95000"], [("80", 95000)]),  # a jump over both says the higher
    ],
)
def test_warnings_on_the_way_down(path: list[str], said: list[Any], fast: bool) -> None:
    rule = daily(warn_at=(d(50), d(80)))
    events = [*OPEN, *(worth(f"09:0{no}", each) for no, each in enumerate(path))]
    result = judge(rule, events, fast=fast)
    seen = [(each.evidence["used_percent"], each.observed) for each in result.verdicts]
    assert seen == said
    assert {(v.outcome, v.limit, v.comparison) for v in result.verdicts} <= {
        ("warn", 95000, "cross")
    }
    assert result.status == "active"


def test_a_new_day_warns_anew() -> None:
    rule = daily(base="initial", warn_at=(d(50),))
    path = [worth("09:00", "97000"), worth("10:00", "96500"), worth("09:00", "96000", day=2)]
    assert [(when, seen) for when, _, seen, *_ in verdicts(rule, [*OPEN, *path])] == [
        ("1 09:00", 97000),
        ("2 00:00", 96500),
    ]


# -- what cannot be known
def bar(clock: str, low: str, high: str, *, day: int = 1) -> Bar:
    """Equity between ``low`` and ``high`` for an hour of OPEN's position."""
    worst, best = d(price(low)), d(price(high))
    return Bar(at(clock, day), "ONE", 3_600_000_000, *(worst, best, worst, worst) * 2)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        ("95000", "96000", []),
        ("94999.99", "95000", [("possible", d("94999.99"))]),
        ("94000", "94999.99", [("fail", d("94999.99"))]),  # not even the best price keeps it
    ],
)
def test_a_bar_proves_only_what_its_best_price_breaks(low: str, high: str, said: Any) -> None:
    found = verdicts(daily(), [*OPEN, bar("09:00", low, high)])
    assert [(outcome, seen) for _, outcome, seen, *_ in found] == said
    assert all(rest == (95000, "cross") for *_, limit, by in found for rest in [(limit, by)])


def test_a_doubt_does_not_hide_the_breach_that_follows() -> None:
    path = [bar("09:00", "94000", "96000"), bar("10:00", "94000", "94500")]
    assert [each[1] for each in verdicts(daily(), [*OPEN, *path])] == ["possible", "fail"]


@pytest.mark.parametrize(
    ("high", "said"), [("95999.99", "fail"), ("96000", "possible"), ("98000", "possible")]
)
def test_a_day_that_starts_inside_a_bar_has_a_floor_between_two(high: str, said: str) -> None:
    """It starts at 101,000 to 103,000, so the floor is somewhere from 96,000 to 98,000."""
    path = [bar("23:00", "101000", "103000"), bar("09:00", "95000", high, day=2)]
    rule = daily(base="day_start_equity")
    assert [each[1] for each in verdicts(rule, [*OPEN, *path])] == [said]
    above = [path[0], bar("09:00", "98000", "98500", day=2)]
    assert verdicts(rule, [*OPEN, *above]) == []


@pytest.mark.parametrize(
    ("tested", "loss", "said"),
    [
        ("balance_or_equity", "5000", []),
        ("balance_or_equity", "5000.01", [("fail", d("94999.99"))]),
        ("equity", "5000.01", []),
    ],
)
def test_without_a_price_only_the_balance_can_prove_a_breach(
    tested: str, loss: str, said: Any
) -> None:
    events = [start(), buy("08:00", "a"), reported("09:00", "10:00", f"-{loss}")]
    result = judge(daily(tested=tested), events)
    assert [(each.outcome, each.observed) for each in result.verdicts] == said
    assert result.status == ("breached" if said else "unknown")
    (line,) = result.limits
    assert line.room == (d("-0.01") if said else None)


@pytest.mark.parametrize("base", ["day_start_equity", "max_balance_equity", "day_peak_equity"])
def test_no_floor_where_the_days_start_is_not_known(base: str) -> None:
    night = [start(), buy("08:00", "a"), quote("08:00", "1", day=2)]
    result = judge(daily(base=base, tested="balance_or_equity"), night)
    assert (result.limits, result.verdicts, result.status) == ((), (), "unknown")


def test_the_peak_so_far_outlasts_a_night_without_prices() -> None:
    won = buy("08:00", "w")
    night = [
        start(),
        quote("07:00", "10000"),
        won,
        close("09:00", won, "12000"),
        buy("10:00", "b", symbol="TWO"),
        TimePassed(at("01:00", 2)),
    ]
    (line,) = judge(daily(base="account_peak_equity"), night).limits
    assert (line.base, line.floor, line.room) == (102000, 97000, None)


# -- reports
@pytest.mark.parametrize(
    ("more", "peak", "low", "said"),
    [
        ({}, None, "95000", []),
        ({}, None, "94999.99", [(d("94999.99"), 95000)]),
        (PEAK, "101000", "96000", []),
        (PEAK, "101000", "95999.99", [(d("95999.99"), 96000)]),  # the peak first, then the low
        (PEAK, "99000", "95000", []),
        (PEAK, "101000", None, []),
    ],
)
def test_a_day_known_by_its_figures(more: Any, peak: Any, low: Any, said: Any) -> None:
    figures = {"peak_equity": peak, "low_equity": low}
    known: dict[str, Any] = {name: d(each) for name, each in figures.items() if each is not None}
    result = judge(
        daily(**more), [start(), DayReported(ACCOUNT, at("12:00"), profit=d(0), **known)]
    )
    assert [(each.observed, each.limit) for each in result.verdicts] == said


def test_a_state_in_the_middle_is_a_fresh_look() -> None:
    state = StateReported(ACCOUNT, at("11:00"), balance=d(94000), day_start_balance=d(100000))
    rule = daily(effects=(PAUSE,))
    found = verdicts(rule, [start(), reported("09:00", "10:00", "-6000"), state])
    assert [each[:3] for each in found] == [
        ("1 10:00", "pause_until", 94000),
        ("1 11:00", "pause_until", 94000),
    ]


# -- results
@pytest.mark.parametrize(
    ("tested", "base", "start_of_day"),
    [
        ("day_net", "day_start_equity", 101000),
        ("closed_plus_floating", "day_start_balance", 100000),
    ],
)
@pytest.mark.parametrize("comparison", ["touch", "cross"])
def test_a_result_is_told_as_a_result(
    tested: str, base: str, start_of_day: int, comparison: str
) -> None:
    rule = daily(tested=tested, base=base, comparison=comparison, warn_at=(d(80),))
    night = [*OPEN, worth("23:00", "101000")]
    warned = verdicts(rule, [*night, worth("09:00", str(start_of_day - 4000), day=2)])
    assert warned == [("2 09:00", "warn", -4000, -5000, comparison)]
    low = str(start_of_day - 5000 - (comparison == "cross"))
    broken = verdicts(rule, [*night, worth("09:00", low, day=2)])
    assert broken == [("2 09:00", "fail", d(low) - start_of_day, -5000, comparison)]


def test_room_is_what_may_still_be_lost() -> None:
    report = AccountReported(ACCOUNT, at("09:00"), d(100000), d("98765.43"))
    (line,) = judge(daily(), [start(), report]).limits
    assert (line.rule, line.base, line.allowance, line.floor) == ("daily_loss", 100000, 5000, 95000)
    assert (line.room, line.comparison, line.peak) == (d("3765.43"), "cross", None)


# -- words
BY_SIZE = Amount(by_size={d(100000): d(3000)}, plus=d(100))
SHARES = {d(50000): d(4), d(100000): d(3)}


@pytest.mark.parametrize(
    ("amount", "bare", "sized", "formula"),
    [
        (Amount(money=d(1000), plus=d("0.5")), "1,000.50", "1,000.50", "1000 + 0.5"),
        (BY_SIZE, "an amount by size", "3,100.00", "amount(size) + 100"),
        (FIVE, "5 % of the initial balance", "5 % of the initial balance (5,000.00)",
         "5 % of initial"),
        (Amount(percent=d(5), plus=d(100)), "5 % of the initial balance plus 100.00",
         "5 % of the initial balance plus 100.00 (5,100.00)", "5 % of initial + 100"),
        (Amount(percent=d(5), of="base"), "5 % of it", "5 % of it", "5 % of base"),
        (Amount(percent=d(5), of="peak", plus=d(1)), "5 % of it plus 1.00",
         "5 % of it plus 1.00", "5 % of peak + 1"),
        (Amount(percent=d(5), of="balance_after_last_payout"),
         "5 % of the balance after last payout", "5 % of the balance after last payout",
         "5 % of balance after last payout"),
        (Amount(percent_by_size=SHARES), "a percentage by size of the initial balance",
         "3 % of the initial balance (3,000.00)", "amount(size)"),
        (Amount(percent_by_size=SHARES, of="base"), "a percentage by size of it", "3 % of it",
         "amount(size)"),
    ],
)  # fmt: skip
def test_an_amount_in_words(amount: Amount, bare: str, sized: str, formula: str) -> None:
    assert (told(amount, None), told(amount, d(100000)), describe(amount)) == (bare, sized, formula)


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"comparison": "touch", "tested": "balance_or_equity", "base": "initial"},
         ("Balance and equity may not reach or fall below the initial balance minus 5 % of the "
         "initial balance (5,000.00) within one day.")),
        ({"base": "account_peak_equity", "allowance": Amount(percent=d(3), of="base"),
          "horizon": "week"},
         "Equity may not fall below the highest equity so far minus 3 % of it within one week."),
        ({"effects": (PAUSE,), "horizon": "month", "allowance": Amount(money=d(2500))},
         ("Equity may not fall below the balance at the day's start minus 2,500.00 within one "
         "month. The account is not lost by it.")),
        ({"tested": "day_net", "base": "day_start_equity"},
         ("A loss by the net result of one day may not exceed 5 % of the initial balance "
         "(5,000.00).")),
        ({"tested": "closed_plus_floating", "comparison": "touch", "effects": (PAUSE,)},
         ("A loss by the profit closed in one day and all open profit together may not reach 5 % "
         "of the initial balance (5,000.00). The account is not lost by it.")),
        ({"clamp_to_overall": True, "sizes": (d(50000), d(100000)), "equity_from": d(1000),
          "equity_below": d("2000.5"), "allowance": Amount(money=d(1)), "effects": (PAUSE,)},
         ("Equity may not fall below the balance at the day's start minus 1.00 within one day. "
         "The floor is never below that of the overall loss limit. "
         "Only for accounts of 50,000.00, 100,000.00. "
         "Only on days that start with an equity of at least 1,000.00. "
         "Only on days that start with an equity below 2,000.50. "
         "The account is not lost by it.")),
        ({"allowance": Amount(money=d(1)), "step_up": StepUp(profit=FIVE)},
         ("Equity may not fall below the balance at the day's start minus 1.00 within one day. "
         "From the day after a profit of 5 % of the initial balance (5,000.00) on, the limit no "
         "longer applies.")),
        ({"allowance": Amount(money=d(1)), "step_up": StepUp(profit=FIVE, allowance=BY_SIZE)},
         ("Equity may not fall below the balance at the day's start minus 1.00 within one day. "
         "From the day after a profit of 5 % of the initial balance (5,000.00) on, 3,100.00 may "
         "be lost instead.")),
    ],
)  # fmt: skip
def test_the_rule_in_a_sentence(terms: dict[str, Any], sentence: str) -> None:
    assert daily(**terms).sentence(d(100000)) == sentence


def test_the_rule_as_a_formula() -> None:
    peak = daily(base="day_peak_equity", allowance=Amount(percent=d(4), of="base"))
    assert peak.formula() == "floor = the day's highest equity − 4 % of base"
    result = daily(tested="day_net", base="day_start_equity")
    assert result.formula() == (
        "result = equity − the equity at the day's start; "
        "floor = the equity at the day's start − 5 % of initial"
    )
