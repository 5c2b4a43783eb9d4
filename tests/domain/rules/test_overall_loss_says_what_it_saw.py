"""The overall limit's verdicts: when it is tested, doubt, warnings, reports, and its words."""

from dataclasses import replace
from typing import Any

import pytest

from propdesk.domain.events import AccountReported, Bar, DayReported, Event
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.floor_lock import Lock
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.terms import Amount, AppliesTo, Effect
from tests import story
from tests.domain.rules.histories import ACCOUNT, at, buy, close, d, judge, quote, start
from tests.domain.rules.overall_losses import (
    FIVE,
    PAUSE,
    ZERO,
    lock,
    made,
    money,
    paid,
    static,
    trailing,
    until,
)

OPEN = [start(), quote("07:00", "10000"), buy("08:00", "a")]  # equity = 90,000 + the price
WARN = Effect(kind="warn")


def worth(clock: str, equity: str, *, day: int = 1) -> object:
    return quote(clock, str(d(equity) - 90000), day=day)


def bar(clock: str, low: str, high: str) -> Bar:
    """Equity between ``low`` and ``high`` for an hour of OPEN's position."""
    worst, best = d(low) - 90000, d(high) - 90000
    return Bar(at(clock), "ONE", 3_600_000_000, *(worst, best, worst, worst) * 2)


def verdicts(rule: OverallLoss, events: list[Any], **more: Any) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for each in judge(rule, events, **more).verdicts:
        day, minute = divmod((each.at - at("00:00")) // 60_000_000, 1440)
        when = f"{day + 1} {minute // 60:02d}:{minute % 60:02d}"
        found.append((when, each.outcome, each.observed, each.limit, each.comparison))
    return found


# -- when it is tested
@pytest.mark.parametrize("fast", [True, False])
def test_a_soft_limit_is_broken_once(fast: bool) -> None:
    rule = static(effects=(PAUSE,), comparison="cross")
    path = [worth("09:00", "94999"), worth("10:00", "99000"), worth("09:00", "94000", day=2)]
    said = [("1 09:00", "pause_until", 94999, 95000, "cross")]
    assert verdicts(rule, [*OPEN, *path], fast=fast) == said


@pytest.mark.parametrize("fast", [True, False])
def test_a_peak_counts_even_after_a_soft_breach(fast: bool) -> None:
    rule = trailing("live_equity", effects=(PAUSE,))
    path = [worth("09:00", "95000"), worth("10:00", "103000"), worth("11:00", "101000")]
    (line,) = judge(rule, [*OPEN, *path], fast=fast).limits
    assert (line.peak, line.floor) == (103000, 98000)


@pytest.mark.parametrize(("end", "broken"), [("95000.01", False), ("95000", True)])
def test_a_limit_of_the_days_end_looks_only_then(end: str, broken: bool) -> None:
    rule = static(check="day_end")
    path = [worth("09:00", "90000"), worth("23:00", end), until(2), worth("09:00", "91000", day=2)]
    said = [("2 00:00", "fail", d(end), 95000, "touch")]
    assert verdicts(rule, [*OPEN, *path]) == said * broken
    every_tick = replace(rule, check="tick")
    assert verdicts(every_tick, [*OPEN, *path])[0][0] == "1 09:00"


def test_the_day_is_judged_by_the_floor_in_force_before_its_own_end_moves_it() -> None:
    """Balance 106,000 and equity 100,000 at the end: the old floor holds, the new one does not."""
    won = buy("08:00", "w")
    day = [quote("07:00", "10000"), won, close("08:30", won, "16000"), buy("09:00", "b")]
    low = [quote("10:00", "4000"), until(2)]
    rule = trailing("eod_balance", check="day_end")
    assert verdicts(rule, [start(), *day, *low]) == []
    at_once = verdicts(replace(rule, check="tick"), [start(), *day, *low])
    assert at_once == [("2 00:00", "fail", 100000, 101000, "touch")]


@pytest.mark.parametrize(
    ("tested", "equity", "loss", "seen"),
    [
        ("equity", "94999", "0", 94999),
        ("balance", "94999", "0", None),
        ("balance", "99000", "5000", 95000),
        ("balance_or_equity", "94999", "0", 94999),
        # Open profit of 6,000 over a closed loss of 6,000: equity stands at 100,000.
        ("balance_or_equity", "106000", "6000", 94000),
        ("equity", "106000", "6000", None),
    ],
)
def test_what_is_held_against_the_floor(tested: str, equity: str, loss: str, seen: Any) -> None:
    result = judge(static(tested=tested), [*OPEN, worth("09:00", equity), made(f"-{loss}")])
    assert [each.observed for each in result.verdicts] == ([] if seen is None else [seen])
    assert all(each.evidence["tested"] == tested for each in result.verdicts)


# -- what cannot be known
@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        ("95000.01", "96000", []),
        ("95000", "95000.01", [("possible", 95000)]),
        ("94000", "95000", [("fail", 95000)]),
    ],
)
def test_a_bar_proves_only_what_its_best_price_breaks(low: str, high: str, said: Any) -> None:
    found = verdicts(static(), [*OPEN, bar("09:00", low, high)])
    assert [(outcome, seen) for _, outcome, seen, *_ in found] == said


def test_a_doubt_does_not_hide_the_breach_that_follows() -> None:
    path = [bar("09:00", "94000", "96000"), bar("10:00", "94000", "94500")]
    assert [each[1] for each in verdicts(static(), [*OPEN, *path])] == ["possible", "fail"]


@pytest.mark.parametrize(
    ("equity", "said"), [("96000", "fail"), ("96000.01", "possible"), ("98000.01", None)]
)
def test_a_peak_inside_a_bar_leaves_the_floor_between_two(equity: str, said: str | None) -> None:
    """The peak is somewhere from 101,000 to 103,000: the floor from 96,000 to 98,000."""
    path = [bar("09:00", "101000", "103000"), worth("10:00", equity)]
    found = [each[1] for each in verdicts(trailing("live_equity"), [*OPEN, *path])]
    assert found == ([] if said is None else [said])


@pytest.mark.parametrize(
    ("tested", "loss", "said", "room"),
    [
        ("balance_or_equity", "4999.99", [], None),
        ("balance_or_equity", "5000", [("fail", 95000, 95000)], 0),
        ("balance", "4999.99", [], d("0.01")),
        ("equity", "5000", [], None),
    ],
)
def test_without_a_price_only_the_balance_can_prove_a_breach(
    tested: str, loss: str, said: Any, room: Any
) -> None:
    result = judge(static(tested=tested), [start(), buy("08:00", "a"), made(f"-{loss}")])
    assert [(v.outcome, v.observed, v.limit) for v in result.verdicts] == said
    assert result.limits[0].room == room
    assert result.status == ("breached" if said else "unknown")


# -- warnings
@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize(
    ("rule", "path", "said"),
    [
        (static(), ["97500.01"], []),
        (static(), ["97500"], [("50", 97500, 95000)]),
        (static(), ["97500", "99000", "97000", "96000"], [("50", 97500, 95000),
                                                         ("80", 96000, 95000)]),
        (static(), ["95500"], [("80", 95500, 95000)]),
        # From a peak of 104,000 the half is 101,500.
        (trailing("live_equity"), ["104000", "101500.01"], []),
        (trailing("live_equity"), ["104000", "101500"], [("50", 101500, 99000)]),
        # 5 % of the peak: 5,200, and half of it 2,600.
        (trailing("live_equity", allowance=Amount(percent=d(5), of="peak")),
         ["104000", "101400.01"], []),
        (trailing("live_equity", allowance=Amount(percent=d(5), of="peak")),
         ["104000", "101400"], [("50", 101400, 98800)]),
        # The buffer is part of what may be lost: half of 6,000.
        (static(news_buffer=money(1000)), ["97000.01"], []),
        (static(news_buffer=money(1000)), ["97000"], [("50", 97000, 94000)]),
    ],
)  # fmt: skip
def test_warnings_on_the_way_down(
    rule: OverallLoss, path: list[str], said: Any, fast: bool
) -> None:
    warned = replace(rule, warn_at=(d(50), d(80)), comparison="cross")
    events = [*OPEN, *(worth(f"09:0{no}", each) for no, each in enumerate(path))]
    result = judge(warned, events, fast=fast)
    seen = [(v.evidence["used_percent"], v.observed, v.limit) for v in result.verdicts]
    assert seen == said
    assert {(v.outcome, v.comparison) for v in result.verdicts} <= {("warn", "cross")}
    assert result.status == "active"


# -- reports
@pytest.mark.parametrize(
    ("rule", "peak", "low", "said"),
    [
        (static(), None, "95000.01", []),
        (static(), None, "95000", [(95000, 95000)]),
        (static(tested="balance"), None, "90000", []),  # a low of equity is none of the balance
        (static(check="day_end"), None, "90000", []),
        (trailing("live_equity"), "102000", "97000", [(97000, 97000)]),  # the peak first
        (trailing("live_equity"), "102000", "97000.01", []),
        (trailing("live_max_balance_equity"), "102000", "97000", [(97000, 97000)]),
        (trailing("closed_balance"), "102000", "97000", []),
        (trailing("closed_balance", lock=lock(ZERO, "equity_profit", profit=money(2000))),
         "102000", "99999", [(99999, 100000)]),
        (trailing("closed_balance", lock=lock(ZERO, "equity_profit", profit=money(2001))),
         "102000", "99999", []),
        (trailing("live_equity"), "102000", None, []),
    ],
)  # fmt: skip
def test_a_day_known_by_its_figures(rule: OverallLoss, peak: Any, low: Any, said: Any) -> None:
    figures = {"peak_equity": peak, "low_equity": low}
    known: dict[str, Any] = {name: d(each) for name, each in figures.items() if each is not None}
    day = DayReported(ACCOUNT, at("12:00"), profit=d(0), **known)
    result = judge(rule, [start(), day])
    assert [(each.observed, each.limit) for each in result.verdicts] == said


def test_a_reported_peak_moves_the_floor_the_daily_limit_is_clamped_to() -> None:
    daily = DailyLoss(
        base="initial", allowance=money(9000), comparison="touch", clamp_to_overall=True
    )
    day = DayReported(ACCOUNT, at("12:00"), peak_equity=d(102000), low_equity=d(97000))
    result = judge((daily, trailing("live_equity", effects=(WARN,))), [start(), day])
    assert [(each.rule, each.limit) for each in result.verdicts] == [("daily_loss", 97000)]


@pytest.mark.parametrize(
    ("rule", "events", "floor"),
    [
        (static(), [], 95000),
        (static(news_buffer=money(1000)), [], 94000),
        (trailing(), [made("2000")], 97000),
        (trailing(on_payout="set_initial"), [made("2000"), paid("100")], 100000),
        (static(applies_to=AppliesTo(instruments=("ONE",))), [], None),
    ],
)
def test_the_day_table_shows_the_floor(rule: OverallLoss, events: list[Any], floor: Any) -> None:
    (day,) = judge(rule, [start(), made("1", "08:00"), made("-1", "08:30"), *events]).days
    assert day.overall_floor == floor


def test_the_day_table_goes_on_after_the_end() -> None:
    """Broken on day 1 with its position still open, whose loss goes on."""
    path = [worth("09:00", "104000"), worth("10:00", "99000"), until(2)]
    days = judge(trailing("live_equity"), [*OPEN, *path]).days
    assert [each.overall_floor for each in days] == [99000, 99000]


def test_the_line_of_a_report() -> None:
    report = AccountReported(ACCOUNT, at("09:00"), d(100000), d("98765.43"))
    (line,) = judge(static(comparison="cross", id="max_loss"), [start(), report]).limits
    assert (line.rule, line.base, line.allowance, line.floor) == ("max_loss", 100000, 5000, 95000)
    assert (line.room, line.comparison, line.locked) == (d("3765.43"), "cross", False)


def test_two_deals_of_one_second_are_doubted_at_the_floor_in_force() -> None:
    """−5,500 and +5,500 close together: below 95,000 in between, but not below the buffer."""
    when = "2026-03-02 10:00:00"
    events: list[Event] = [
        story.opened("2026-03-02 08:00:00"),
        story.quote("2026-03-02 08:00:01", "EURUSD", "1.08000", "1.08000"),
        story.deal("2026-03-02 08:00:02", "P1", "buy", "in", "1.00", "1.08000"),
        story.deal("2026-03-02 08:00:03", "P2", "buy", "in", "1.00", "1.08000"),
        story.deal(when, "P1", "sell", "out", "1.00", "1.02500", profit="-5500"),
        story.deal(when, "P2", "sell", "out", "1.00", "1.13500", profit="5500"),
    ]
    book = story.rulebook(static())
    assert story.judged(book, events).status == "unknown"
    buffered = story.rulebook(static(news_buffer=money(1000)))
    assert story.judged(buffered, events).status == "active"


# -- words
SIZED = Amount(by_size={d(100000): d(2000)})
TWO = Amount(percent=d(2))
FROM_START = "Equity may never reach or fall below the initial balance, minus 2,000.00."


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"tested": "balance"}, "The balance may never reach or fall below the initial balance, "),
        ({"tested": "balance_or_equity", "comparison": "cross"},
         "Balance and equity may never fall below the initial balance, "),
        ({"comparison": "cross"}, "Equity may never fall below the initial balance, "),
    ],
)  # fmt: skip
def test_what_may_not_fall(terms: dict[str, Any], sentence: str) -> None:
    amount = "minus 5 % of the initial balance (5,000.00)."
    assert static(**terms).sentence(d(100000)) == sentence + amount


STEP = {"mode": "stepped", "step_profit": TWO, "step_allowance": SIZED}


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"effects": (PAUSE,)}, "The account is not lost by it."),
        ({"check": "day_end"}, "It is tested at the day's end only."),
        ({"news_buffer": Amount(percent=d(1))},
         "A news buffer of 1 % of the initial balance (1,000.00) widens it."),
        (STEP, ("Once the closed profit reaches 2 % of the initial balance (2,000.00), the floor "
         "stays at the balance of that moment minus 2,000.00.")),
        ({"mode": "payout_trailing", "on_payout": "raise_by_trader_share"},
         "Every payout raises the floor by the trader's share, at most to the starting balance."),
        ({"on_payout": "set_initial"}, "A payout moves the floor to the starting balance."),
        ({"on_scale": "from_balance", "check": "day_end"},
         ("A new size is measured from the balance at that moment. It is tested at the day's end "
         "only.")),
    ],
)  # fmt: skip
def test_what_else_is_said_of_a_floor_that_stays(terms: dict[str, Any], words: str) -> None:
    told = static(allowance=SIZED, **terms).sentence(d(100000))
    assert told == f"{FROM_START} {words}"


@pytest.mark.parametrize(
    ("source", "more", "sentence"),
    [
        ("closed_balance", {}, "closed balance so far, minus 1.00."),
        ("eod_balance", {"peak_update": "day_reset"}, "balance at any day's end, minus 1.00."),
        ("eod_max_balance_equity", {}, "balance or equity at any day's end, minus 1.00."),
        (
            "live_equity",
            {"peak_update": "day_reset"},
            ("equity so far, open profit included, minus 1.00. A new peak counts from the next "
            "day on."),
        ),
        (
            "live_max_balance_equity",
            {"on_payout": "reduce_peak"},
            ("balance or equity so far, open profit included, minus 1.00. A payout lowers the "
            "highest value by its amount."),
        ),
        (
            "closed_balance",
            {"on_payout": "reset"},
            "closed balance so far, minus 1.00. A payout sets the floor back to where it started.",
        ),
        (
            "closed_balance",
            {"also_locks_on_payout": True, "lock": lock(ZERO)},
            ("closed balance so far, minus 1.00. The floor stops at the starting balance, when it "
            "gets there. A payout moves it there at once."),
        ),
        # Nothing raises a floor that hangs from a peak, and nothing locks without a lock.
        ("closed_balance", {"on_payout": "raise_by_trader_share", "also_locks_on_payout": True},
         "closed balance so far, minus 1.00."),
    ],
)  # fmt: skip
def test_a_floor_that_trails_in_a_sentence(source: str, more: Any, sentence: str) -> None:
    told = trailing(source, allowance=money(1), **more).sentence()
    assert told == f"Equity may never reach or fall below the highest {sentence}"


@pytest.mark.parametrize(
    ("where", "words", "level"),
    [
        (lock(ZERO), "the starting balance, when it gets there", "start"),
        (lock(money(100)), "the starting balance plus 100.00, when it gets there", "start + 100"),
        (lock(money(-750)), "the starting balance less 750.00, when it gets there", "start − 750"),
        (lock(TWO, "payout"), ("the starting balance plus 2 % of the initial balance (2,000.00), "
         "with the first payout"), "start + 2 % of initial"),
        (lock(Amount(percent=d(-3)), "realised_profit", profit=money(3000)),
         ("the starting balance less 3 % of the initial balance (3,000.00), once the closed profit "
         "reaches 3,000.00"), "start − 3 % of initial"),
        (lock(SIZED, "equity_profit", profit=TWO), ("the starting balance plus 2,000.00, once the "
         "profit, open profit included, reaches 2 % of the initial balance (2,000.00)"),
         "start + amount(size)"),
        (lock(ZERO, "day_close_profit", profit=money(1), level_from="milestone"),
         "the balance of that moment less the allowance, once a day ends with a profit of 1.00",
         "balance − allowance"),
        (lock(ZERO, "payouts", payouts=3), "the starting balance, after 3 payouts", "start"),
        (lock(ZERO, "payouts", payouts=3, profit=TWO), ("the starting balance, after 3 payouts, "
         "once the closed profit reaches 2 % of the initial balance (2,000.00)"), "start"),
    ],
)  # fmt: skip
def test_a_lock_in_words(where: Lock, words: str, level: str) -> None:
    assert (where.words(d(100000)), where.level()) == (f"at {words}", level)


def test_the_rule_as_a_formula() -> None:
    assert static().formula() == "floor = initial − 5 % of initial"
    moving = trailing("eod_balance", allowance=FIVE, lock=lock(money(100)), news_buffer=money(7))
    assert (
        moving.formula() == "floor = peak(eod_balance) − 5 % of initial − 7, locked at start + 100"
    )
