"""The evaluator's door: what it takes, what it leaves, what it refuses, and in which order."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from propdesk.domain.evaluation import UnusableHistory
from propdesk.domain.evaluator import Evaluator, evaluate
from propdesk.domain.events import (
    AccountOpened,
    AccountReported,
    Bar,
    Event,
    GapClosed,
    GapOpened,
    GroupFormed,
    InstrumentDefined,
    NewsScheduled,
    Paused,
    Quote,
    Resumed,
)
from propdesk.domain.rulebook import Rulebook
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.situation import Span
from propdesk.domain.terms import AppliesTo, Effect
from tests.story import (
    ACCOUNT,
    CATALOGUE,
    adjusted,
    at,
    deal,
    judged,
    money,
    opened,
    outcomes,
    passed,
    quote,
    rulebook,
)

SIZE = Decimal(100000)
DAILY = DailyLoss(base="day_start_balance", allowance=money("5000"), comparison="touch")
PAUSE = Effect(kind="pause_until", until="next_day")
WARN = Effect(kind="warn")
MIDNIGHT = "2026-03-02 23:00:00"  # the reset, 00:00 in Prague


def evaluator_of(book: Rulebook, **more: Any) -> Evaluator:
    return Evaluator(book, book.phases[0], size=SIZE, catalogue=CATALOGUE, **more)


def long(*between: Event) -> list[Event]:
    """One lot of EURUSD bought at 1.10000: a point is a dollar, 1.05000 is the floor of DAILY."""
    return [
        opened("2026-03-02 08:00:00"),
        quote("2026-03-02 08:00:01", "EURUSD", "1.10000", "1.10000"),
        deal("2026-03-02 08:00:02", "P1", "buy", "in", "1.00", "1.10000"),
        *between,
    ]


def bid(clock: str, price: str, *, day: int = 2) -> Quote:
    return quote(f"2026-03-{day:02d} {clock}", "EURUSD", price, "2.00000")


# -- what belongs to the account
EARLY = quote("2026-03-02 07:00:00", "EURUSD", "1.10000", "1.10000")
SILENT = GapOpened(at("2026-03-02 07:10:00"), "EURUSD")
SPOKEN = GapClosed(at("2026-03-02 07:20:00"), "EURUSD")
BAR = Bar(at("2026-03-02 07:30:00"), "EURUSD", 60_000_000, *(Decimal("1.1"),) * 8)


@pytest.mark.parametrize(
    ("before", "status"),
    [
        ([EARLY], "active"),
        ([], "unknown"),
        ([EARLY, SILENT], "unknown"),
        ([EARLY, SILENT, SPOKEN], "unknown"),
        ([EARLY, SILENT, SPOKEN, EARLY], "active"),
        ([SILENT, EARLY], "unknown"),
        ([SILENT, BAR, EARLY], "unknown"),
        ([EARLY, BAR], "unknown"),
    ],
)
def test_the_last_price_before_the_account_opened_is_the_price_unless_it_fell_silent(
    before: list[Event], status: str
) -> None:
    held = deal("2026-03-02 08:00:02", "P1", "buy", "in", "1.00", "1.10010")
    result = judged(rulebook(DAILY), [*before, opened("2026-03-02 08:00:00"), held])
    known = Span(SIZE - 10, SIZE - 10) if status == "active" else None
    assert (result.status, result.equity) == (status, known)


def test_another_account_of_the_log_is_not_this_one() -> None:
    other = replace(adjusted("2026-03-02 09:00:00", "-6000", "correction"), account="B2")
    second = AccountOpened("B2", at("2026-03-02 08:30:00"), "USD", SIZE)
    log: list[Event] = [opened("2026-03-02 08:00:00"), second, other]
    evaluator = evaluator_of(rulebook(DAILY), account=ACCOUNT)
    evaluator.feed(log)
    result = evaluator.result()
    assert (result.account, result.status, result.balance) == (ACCOUNT, "active", SIZE)
    with pytest.raises(UnusableHistory, match="event 2: a second account B2 in one history"):
        judged(rulebook(DAILY), log)


def test_an_event_of_an_account_that_is_not_open_is_refused_by_its_place() -> None:
    with pytest.raises(UnusableHistory) as refused:
        judged(rulebook(DAILY), [passed("2026-03-02 07:00:00"), adjusted(MIDNIGHT, "1", "refund")])
    assert (refused.value.event_no, refused.value.why) == (
        2,
        f"account {ACCOUNT} is not open yet; the first event must open it",
    )
    assert str(refused.value) == f"event 2: {refused.value.why}"


@pytest.mark.parametrize(("events", "place"), [([], 1), ([passed("2026-03-02 07:00:00")] * 2, 2)])
def test_a_history_without_an_account_is_refused(events: list[Event], place: int) -> None:
    with pytest.raises(UnusableHistory, match=r"no account was opened$") as refused:
        judged(rulebook(DAILY), events)
    assert refused.value.event_no == place


def test_an_impossible_event_keeps_the_number_it_has_in_the_whole_log() -> None:
    evaluator = evaluator_of(rulebook(DAILY))
    closing = deal("2026-03-02 09:00:00", "P9", "sell", "out", "1.00", "1.10000")
    with pytest.raises(UnusableHistory) as refused:
        evaluator.feed_numbered([3, 8], [opened("2026-03-02 08:00:00"), closing])
    assert refused.value.event_no == 8


def test_a_part_of_a_log_keeps_its_numbers_and_the_next_goes_on_from_there() -> None:
    evaluator = evaluator_of(rulebook(DAILY))
    evaluator.feed_numbered([3, 5, 6, 9], long(bid("09:00:00", "1.06000")))
    assert evaluator.event_no == 9
    evaluator.apply(bid("09:00:01", "1.05000"))
    assert [(v.event, v.outcome) for v in evaluator.result().verdicts] == [(10, "fail")]


def test_evaluating_a_history_is_feeding_it() -> None:
    book = rulebook(DAILY)
    terms: dict[str, Any] = {"phase": "phase", "size": SIZE, "catalogue": CATALOGUE}
    story = long(bid("09:00:00", "1.05000"))
    result = evaluate(story, book, **terms, sampled=True)
    assert result.verdicts == judged(book, story).verdicts
    assert result.phase == "phase"
    assert len(result.samples) > 1
    assert evaluate(story, book, **terms).samples == ()
    unasked = evaluator_of(book)
    unasked.feed(story)
    assert unasked.result().samples == ()
    second = AccountOpened("B2", at("2026-03-02 10:00:00"), "USD", SIZE)
    assert evaluate([*story, second], book, **terms, account=ACCOUNT).status == "breached"


@pytest.mark.parametrize(("kind", "asked"), [("swing", True), ("standard", False)])
def test_a_rule_for_one_kind_of_account_is_not_asked_about_another(kind: str, asked: bool) -> None:
    rule = replace(DAILY, applies_to=AppliesTo(account_types=("swing",)))
    account = replace(opened("2026-03-02 08:00:00"), account_type=kind)
    assert bool(judged(rulebook(rule), [account]).limits) is asked


def test_news_and_groups_known_before_the_account_are_still_known() -> None:
    release = NewsScheduled(at("2026-03-01 08:00:00"), "N1", at("2026-03-02 12:00:00"), "Payrolls")
    ring = GroupFormed(at("2026-03-01 09:00:00"), "G1", (ACCOUNT, "B2"))
    evaluator = evaluator_of(rulebook(DAILY))
    evaluator.feed([release, ring, opened("2026-03-02 08:00:00")])
    assert evaluator.account is not None
    situation = evaluator.account.situation
    assert (dict(situation.news), situation.groups) == ({"N1": release}, [ring])
    assert situation.at == at("2026-03-02 08:00:00")


def test_an_instrument_may_be_defined_before_and_after_the_account() -> None:
    small = InstrumentDefined(
        at("2026-03-02 08:00:00"), "EURUSD", 5, Decimal(10000), "EUR", "USD", "EUR"
    )
    low = bid("09:00:00", "1.05000")
    assert judged(rulebook(DAILY), long(low)).status == "breached"
    before = judged(rulebook(DAILY), [small, *long(low)])
    after = judged(rulebook(DAILY), long(small, low))
    assert before.equity == after.equity
    assert (before.status, after.status) == ("active", "active")
    with pytest.raises(UnusableHistory, match="event 4: EURUSD: mode 'lottery'"):
        judged(rulebook(DAILY), long(replace(small, mode="lottery")))


def test_a_new_symbol_is_looked_up_again_after_it_was_defined() -> None:
    unknown = quote("2026-03-02 08:00:01", "HOME", "1.10000", "1.10000")
    home = InstrumentDefined(
        at("2026-03-02 08:00:02"), "HOME", 5, Decimal(100000), "EUR", "USD", "EUR"
    )
    story: list[Event] = [
        opened("2026-03-02 08:00:00"),
        unknown,
        home,
        quote("2026-03-02 08:00:03", "HOME", "1.10000", "1.10000"),
        deal("2026-03-02 08:00:04", "P1", "buy", "in", "1.00", "1.10000", symbol="HOME"),
        quote("2026-03-02 08:00:05", "HOME", "1.05000", "1.05001"),
    ]
    assert judged(rulebook(DAILY), story).status == "breached"


# -- pauses of the firm
def test_the_firm_pauses_until_a_moment_or_until_it_says_otherwise() -> None:
    until = at("2026-03-02 12:00:00")
    for_a_while = Paused(ACCOUNT, at("2026-03-02 09:00:00"), until=until)
    before = judged(rulebook(DAILY), long(for_a_while, passed("2026-03-02 11:59:59")))
    assert (before.status, before.paused_until) == ("paused", until)
    after = judged(rulebook(DAILY), long(for_a_while, passed("2026-03-02 12:00:00")))
    assert (after.status, after.paused_until) == ("active", None)
    for_good = Paused(ACCOUNT, at("2026-03-02 09:00:00"))
    later = judged(rulebook(DAILY), long(for_good, passed("2026-03-20 12:00:00")))
    assert later.status == "paused"
    resumed = Resumed(ACCOUNT, at("2026-03-02 10:00:00"))
    assert judged(rulebook(DAILY), long(for_good, resumed)).status == "active"


@pytest.mark.parametrize(
    ("end", "status"), [("2026-03-02 11:59:59", "paused"), ("2026-03-02 12:00:00", "passed")]
)
def test_nobody_passes_while_paused_and_passes_when_the_pause_is_over(
    end: str, status: str
) -> None:
    book = rulebook(ProfitTarget(target=money("1000")))
    pause = Paused(ACCOUNT, at("2026-03-02 09:00:00"), until=at("2026-03-02 12:00:00"))
    won = adjusted("2026-03-02 10:00:00", "1000", "correction")
    start = opened("2026-03-02 08:00:00")
    assert judged(book, [start, pause, won, passed(end)]).status == status


def test_a_soft_limit_pauses_until_the_reset_and_the_account_goes_on() -> None:
    book = rulebook(replace(DAILY, effects=(PAUSE,)))
    low = long(bid("09:00:00", "1.05000"), bid("10:00:00", "1.09000"))
    assert judged(book, [*low, passed("2026-03-02 22:59:59")]).status == "paused"
    assert judged(book, [*low, passed(MIDNIGHT)]).status == "active"


# -- the day roll
def test_a_quote_after_the_reset_is_judged_by_the_new_day() -> None:
    """−4,900 before and −4,900 after midnight: the balance is the anchor of both days."""
    book = rulebook(replace(DAILY, base="day_start_equity"))
    path = long(bid("22:59:59", "1.05001"), bid("23:00:00", "1.05001"), bid("23:00:01", "1.00002"))
    assert judged(book, path).status == "active"
    broken = judged(book, [*path, bid("23:00:02", "1.00001")])
    assert [(v.observed, v.limit) for v in broken.verdicts] == [(90001, 90001)]


def test_days_without_any_event_are_rolled_one_by_one() -> None:
    evaluator = evaluator_of(rulebook(DAILY))
    evaluator.feed(long(bid("09:00:00", "1.10500"), passed("2026-03-06 23:00:00")))
    days = [each.label.day for each in evaluator.result().days]
    assert days == [2, 3, 4, 5, 6, 7]


def test_days_go_on_after_the_end() -> None:
    result = judged(
        rulebook(DAILY), long(bid("09:00:00", "1.05000"), passed("2026-03-04 12:00:00"))
    )
    assert [each.label.day for each in result.days] == [2, 3, 4]
    assert [each.at for each in result.verdicts] == [at("2026-03-02 09:00:00")]


# -- order and doubt
def test_overall_floors_stand_before_the_daily_ones_that_are_clamped_to_them() -> None:
    overall = OverallLoss(
        mode="static", allowance=money("3000"), comparison="touch", effects=(WARN,)
    )
    daily = replace(DAILY, clamp_to_overall=True)
    result = judged(rulebook(daily, overall), long(bid("09:00:00", "1.07000")))
    assert [(v.rule, v.limit) for v in result.verdicts] == [("daily_loss", 97000)]


def test_a_late_quote_judges_nothing_and_leaves_doubt() -> None:
    book = rulebook(DAILY, ProfitTarget(target=money("1000")))
    on_time = long(bid("10:00:00", "1.09000"), bid("10:00:00", "1.08000"))
    assert judged(book, on_time).status == "active"
    late = judged(book, [*on_time, bid("09:59:59", "1.00000")])
    assert (late.status, late.verdicts) == ("unknown", ())
    assert late.equity is not None
    assert late.equity.low == 98000


def test_a_late_event_of_the_account_is_applied_and_leaves_doubt() -> None:
    same = adjusted("2026-03-02 10:00:00", "10", "refund")
    on_time = [*long(bid("10:00:00", "1.09000")), same]
    assert judged(rulebook(DAILY), on_time).status == "active"
    late = judged(rulebook(DAILY), [*on_time, adjusted("2026-03-02 09:59:59", "10", "refund")])
    assert late.status == "unknown"
    assert late.balance == 100020
    broken = adjusted("2026-03-02 09:59:59", "-9000", "correction")
    assert judged(rulebook(DAILY), [*on_time, broken]).status == "breached"


# -- passing
def won(amount: str, when: str = "2026-03-02 10:00:00") -> Event:
    return adjusted(when, amount, "correction")


def test_the_pass_is_told_with_its_moment_and_its_balance() -> None:
    book = rulebook(ProfitTarget(target=money("1000")))
    result = judged(book, [opened("2026-03-02 08:00:00"), won("1000"), won("-9000", MIDNIGHT)])
    (verdict,) = result.verdicts
    assert (verdict.rule, verdict.outcome, verdict.observed) == ("phase", "pass", 101000)
    assert (verdict.at, verdict.event) == (at("2026-03-02 10:00:00"), 2)
    assert (verdict.limit, verdict.comparison, verdict.basis) == (None, None, "deals")
    assert result.status == "passed"


def test_a_phase_without_a_goal_is_never_passed() -> None:
    assert judged(rulebook(DAILY), [opened("2026-03-02 08:00:00"), won("9000")]).status == "active"


def test_a_pass_that_waits_for_the_reset_is_lost_by_a_breach_on_the_way() -> None:
    book = rulebook(DAILY, ProfitTarget(target=money("1000")), moment="after_day_reset")
    start = [opened("2026-03-02 08:00:00"), won("1000")]
    assert judged(book, [*start, passed("2026-03-02 22:59:59")]).status == "active"
    there = judged(book, [*start, passed("2026-03-03 08:00:00")])
    assert [(v.outcome, v.at) for v in there.verdicts] == [("pass", at(MIDNIGHT))]
    broken = judged(book, [*start, won("-9000", "2026-03-02 12:00:00"), passed(MIDNIGHT)])
    assert outcomes(broken) == [("daily_loss", "fail")]


def test_what_a_person_reviews_is_passed() -> None:
    """The review is the firm's gate before the next account; without a pass it never opened."""
    book = rulebook(ProfitTarget(target=money("1000")), moment="after_manual_review")
    evaluator = evaluator_of(book)
    evaluator.feed([opened("2026-03-02 08:00:00"), won("1000"), passed("2026-03-05 08:00:00")])
    assert evaluator.status() == "passed"


def test_a_platform_that_disagrees_holds_it_too() -> None:
    book = rulebook(ProfitTarget(target=money("1000")))
    told = AccountReported(ACCOUNT, at("2026-03-02 09:00:00"), Decimal(99999))
    closed = deal("2026-03-02 10:00:00", "P1", "sell", "out", "1.00", "1.11000", profit="1000")
    held = judged(book, long(told, bid("09:59:59", "1.11000"), closed))
    assert (held.status, len(held.mismatches)) == ("active", 1)


# -- the chart
def test_the_chart_has_a_point_a_minute_and_one_at_every_event() -> None:
    evaluator = evaluator_of(rulebook(DAILY), sampled=True)
    evaluator.feed(
        long(
            bid("08:01:01", "1.09000"),  # a minute after the first quote
            bid("08:01:30", "1.07000"),
            bid("08:02:00", "1.12000"),
            bid("08:02:01", "1.10000"),
            adjusted("2026-03-02 08:02:30", "10", "refund"),
        )
    )
    samples = [
        (each.at - at("2026-03-02 08:00:00")) // 1_000_000 for each in evaluator.result().samples
    ]
    assert samples == sorted(samples)
    assert samples[-1] == 150
    assert 30 + 60 not in samples  # nothing between two minutes
    lows = [each.equity_low for each in evaluator.result().samples if each.equity_low is not None]
    assert min(lows) == 97000


def test_every_point_of_the_chart_has_the_floor_in_force_then() -> None:
    evaluator = evaluator_of(rulebook(DAILY), sampled=True)
    closed = deal("2026-03-02 10:00:00", "P1", "sell", "out", "1.00", "1.11000", profit="1000")
    evaluator.feed(long(closed, passed("2026-03-03 08:00:00")))
    midnight = at(MIDNIGHT)
    floors = {(each.at >= midnight, each.daily_floor) for each in evaluator.result().samples}
    assert floors == {(False, Decimal(95000)), (True, Decimal(96000))}


def test_the_strip_shows_what_was_held_at_the_breach() -> None:
    result = judged(rulebook(DAILY), long(bid("09:00:00", "1.04000"), bid("09:00:01", "1.20000")))
    strip = result.strip
    assert strip is not None
    assert (strip.at, strip.balance) == (at("2026-03-02 09:00:00"), SIZE)
    assert strip.equity is not None
    assert strip.equity.low == 94000
    assert judged(rulebook(DAILY), long(bid("09:00:00", "1.09000"))).strip is None


def test_whoever_watches_is_told_after_every_mark() -> None:
    seen: list[int] = []
    evaluator = evaluator_of(rulebook(DAILY))
    evaluator.observer = lambda: seen.append(evaluator.event_no)
    evaluator.feed(long(adjusted("2026-03-02 09:00:00", "10", "refund")))
    assert seen == [1, 3, 4]  # the quote before any position moves nothing
