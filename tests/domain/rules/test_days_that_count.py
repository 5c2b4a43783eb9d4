"""Which days count, from when on, and when that cannot be known: activity days step by step."""

from collections.abc import Sequence
from typing import Any

import pytest

from propdesk.domain.events import (
    BalanceAdjusted,
    Bar,
    DayReported,
    PayoutMoved,
    StateReported,
    TimePassed,
)
from propdesk.domain.judging import Objective
from propdesk.domain.rules.activity_days import ActivityDays
from propdesk.domain.rules.trade_filter import TradeFilter
from propdesk.domain.terms import Amount, TermsError
from tests.domain.rules.histories import ACCOUNT, at, buy, close, d, judge, quote, reported, start

FIVE_HUNDRED = Amount(money=d(500))
HALF_OF_DAY = Amount(percent=d("0.5"), of="base")
PROFIT = ("closed_profit", "balance_delta", "equity_delta", "opened_profit")


def terms(count_kind: str, required: int = 1, **more: Any) -> ActivityDays:
    if count_kind in PROFIT:
        more = {"threshold": FIVE_HUNDRED, **more}
    return ActivityDays(count_kind=count_kind, required=required, **more)  # type: ignore[arg-type]


def goal(rule: ActivityDays, *events: object, until: int | None = 9, **more: Any) -> Objective:
    """Judged up to midnight before the ``until``-th, or no further than the last event."""
    clock = () if until is None else (TimePassed(at("00:00", until)),)
    (only,) = judge(rule, [start(), *events, *clock], **more).objectives
    return only


def days(rule: ActivityDays, *events: object, until: int | None = 9) -> tuple[object, object]:
    found = goal(rule, *events, until=until)
    return found.current, found.figures["unknown_days"]


def trade(profit: str, day: int = 1, hour: int = 10, **more: Any) -> Any:
    clock = f"{hour:02d}"
    return reported(f"{clock}:00", f"{clock}:30", profit, day=day, id=f"{day}-{hour}", **more)


def on(day: int, profit: str | None, **more: Any) -> DayReported:
    return DayReported(
        ACCOUNT, at("12:00", day), profit=None if profit is None else d(profit), **more
    )


def paid(day: int, clock: str = "13:00") -> PayoutMoved:
    return PayoutMoved(ACCOUNT, at(clock, day), "paid", f"P{day}", d(100))


def adjusted(day: int, amount: str) -> BalanceAdjusted:
    return BalanceAdjusted(ACCOUNT, at("15:00", day), d(amount), "deposit")


NIGHT = buy("23:00", "n")
CLOSED_AT_MIDNIGHT = close("00:00", NIGHT, "10700", day=2)
BEFORE_MIDNIGHT = close("23:59:59.999999", NIGHT, "10700", day=1)


@pytest.mark.parametrize(
    ("kind", "closing", "counts"),
    [
        ("position_open", CLOSED_AT_MIDNIGHT, 2),  # the second day began with it open
        ("position_open", BEFORE_MIDNIGHT, 1),
        ("executed", CLOSED_AT_MIDNIGHT, 2),
        ("executed", BEFORE_MIDNIGHT, 1),
        ("opened_and_closed", CLOSED_AT_MIDNIGHT, 0),
        ("opened_and_closed", BEFORE_MIDNIGHT, 1),
        ("trade_opened", CLOSED_AT_MIDNIGHT, 1),
    ],
)
def test_the_day_turns_at_midnight(kind: str, closing: object, counts: int) -> None:
    assert days(terms(kind), NIGHT, closing) == (counts, 0)


def test_a_trading_day_counts_at_once() -> None:
    for kind in ("trade_opened", "executed", "position_open"):
        assert days(terms(kind), NIGHT, until=None) == (1, 0)
    assert days(terms("opened_and_closed"), NIGHT, until=None) == (0, 0)


def test_each_day_a_position_is_held_counts_as_it_begins() -> None:
    open_days = terms("position_open", required=9)
    assert days(open_days, NIGHT, until=4) == (4, 0)
    assert days(open_days, NIGHT, CLOSED_AT_MIDNIGHT, until=4) == (2, 0)


def test_a_filtered_day_counts_only_with_the_trade_that_is_over() -> None:
    held = TradeFilter(min_hold_seconds=60)
    for kind, counts in (("trade_opened", 1), ("executed", 2), ("position_open", 2)):
        rule = terms(kind, filters=held)
        assert days(rule, NIGHT, until=None) == (0, 0)
        assert days(rule, NIGHT, CLOSED_AT_MIDNIGHT) == (counts, 0)
        assert days(rule, NIGHT, close("23:00:59", NIGHT, "10001")) == (0, 0)


def test_one_trade_that_counts_is_enough() -> None:
    small = TradeFilter(min_notional_percent=d(5))
    sized, tiny, blind = (
        trade("1", hour=9, notional=d(5000)),
        trade("1", hour=10, notional=d(10)),
        trade("1", hour=11),
    )
    rule = terms("trade_opened", filters=small)
    table: list[tuple[Sequence[object], tuple[int, int]]] = [
        ((sized, tiny), (1, 0)),
        ((tiny, sized), (1, 0)),
        ((sized, blind), (1, 0)),
        ((blind, sized), (1, 0)),
        ((tiny, blind), (0, 1)),
        ((blind, tiny), (0, 1)),
        ((tiny,), (0, 0)),
    ]
    for events, verdict in table:
        assert days(rule, *events) == verdict


def test_a_profit_in_doubt_is_no_days_profit() -> None:
    sized = TradeFilter(min_notional_percent=d(5))
    known, blind = trade("600", hour=9, notional=d(5000)), trade("1", hour=10)
    small = trade("600", hour=11, notional=d(10))
    for kind in ("closed_profit", "opened_profit"):
        rule = terms(kind, filters=sized)
        assert days(rule, known) == (1, 0)
        assert days(rule, small) == (0, 0)
        assert days(rule, known, blind) == (0, 1)
        assert days(rule, known, blind, trade("1", hour=12, notional=d(5000))) == (0, 1)


@pytest.mark.parametrize(
    ("kind", "events", "counts"),
    [
        # a deposit is no profit, a payout no loss
        ("balance_delta", (trade("499.99"), adjusted(1, "1000")), 0),
        ("balance_delta", (trade("500"), adjusted(1, "-1000")), 1),
        ("equity_delta", (trade("499.99"), adjusted(1, "1000")), 0),
        ("equity_delta", (trade("500"), adjusted(1, "-1000")), 1),
        # the sum of the day, and each day its own
        ("closed_profit", (trade("300"), trade("200", hour=12)), 1),
        ("closed_profit", (trade("300"), trade("200", day=2)), 0),
        ("balance_delta", (trade("300"), trade("200", day=2)), 0),
        ("balance_delta", (trade("300"), trade("500", day=2)), 1),
        ("opened_profit", (trade("300"), trade("200", hour=12)), 1),
        ("opened_profit", (trade("700"), trade("-201", hour=12)), 0),
        # nothing happened on the other days
        ("balance_delta", (), 0),
    ],
)
def test_what_a_day_earned(kind: str, events: Sequence[object], counts: int) -> None:
    assert days(terms(kind), *events) == (counts, 0)


OPEN = buy("09:00", "p")


@pytest.mark.parametrize(
    ("events", "verdict"),
    [
        ((OPEN, quote("12:00", "10500")), (1, 0)),
        ((OPEN, quote("12:00", "10499.99")), (0, 0)),
        ((OPEN,), (0, 1)),  # open, and no price was ever seen: nobody knows the equity
        # the second day is measured from its start
        ((OPEN, quote("12:00", "10500"), quote("12:00", "10999", day=2)), (1, 0)),
        ((OPEN, quote("12:00", "10500"), quote("12:00", "11000", day=2)), (2, 0)),
    ],
)
def test_a_rise_of_equity(events: Sequence[object], verdict: tuple[int, int]) -> None:
    last = 3 if len(events) == 3 else 2
    assert days(terms("equity_delta"), *events, until=last) == verdict


@pytest.mark.parametrize(
    ("day", "profit", "counts"),
    [
        (1, "500", 1),  # of 100,000
        (1, "499.99", 0),
        (2, "550", 1),  # of 110,000, where the first day brought 10,000
        (2, "549.99", 0),
    ],
)
def test_a_percentage_of_the_days_start(day: int, profit: str, counts: int) -> None:
    rule = terms("closed_profit", threshold=HALF_OF_DAY)
    before = [trade("10000")] if day == 2 else []
    assert days(rule, *before, trade(profit, day=day)) == (counts + len(before), 0)
    found = goal(rule, *before, until=None)
    assert found.figures["threshold"] == 500
    if before:
        assert goal(rule, *before, until=2).figures["threshold"] == 550


@pytest.mark.parametrize(("profit", "counts"), [("550", 2), ("549.99", 1)])
def test_a_reported_day_takes_its_own_start(profit: str, counts: int) -> None:
    rule = terms("closed_profit", threshold=HALF_OF_DAY)
    assert days(rule, trade("10000"), on(2, profit), until=None) == (counts, 0)


def test_a_change_of_balance_is_not_the_reported_profit() -> None:
    """550 more on the account, of which 500 are called profit."""
    day = on(1, "500", balance=d(100550))
    for kind, counts in (("balance_delta", 1), ("closed_profit", 0)):
        assert days(terms(kind, threshold=Amount(money=d(550))), day, until=2) == (counts, 0)


def test_equity_known_only_as_a_span_at_the_days_end() -> None:
    ends = (d(10500), d(10600), d(10500), d(10600))
    bar = Bar(at("23:00"), "ONE", 2 * 3_600_000_000, *ends, *ends)
    assert days(terms("equity_delta"), OPEN, bar, until=2) == (0, 1)


def test_days_with_both_ends_of_a_trade() -> None:
    rule = terms("opened_and_closed", required=5)
    assert days(rule, trade("1"), trade("1", hour=12), trade("1", day=2)) == (2, 0)


def test_a_payout_may_ask_for_no_days() -> None:
    assert goal(terms("executed", required_by_payout=(5, 0)), paid(1)).required == 0


def test_a_percentage_of_the_start_of_a_told_day() -> None:
    told = StateReported(ACCOUNT, at("08:00"), balance=d(120000), day_start_balance=d(110000))
    rule = terms("closed_profit", threshold=HALF_OF_DAY)
    assert goal(rule, told, until=None).figures["threshold"] == 550


def test_days_of_trading_alone_have_no_threshold() -> None:
    assert "threshold" not in goal(terms("executed"), until=None).figures


@pytest.mark.parametrize(
    ("kind", "event", "verdict", "later"),
    [
        ("closed_profit", on(1, "500"), (1, 0), (1, 0)),  # a reported day is over at once
        ("closed_profit", on(1, "499.99"), (0, 0), (0, 0)),
        ("balance_delta", on(1, "500"), (1, 0), (1, 0)),
        ("equity_delta", on(1, "500"), (0, 1), (1, 0)),  # open profit is told with its end
        ("opened_profit", on(1, "500"), (0, 1), (0, 1)),  # and never when the trades began
        ("trade_opened", on(1, "500"), (0, 1), (0, 1)),
        ("trade_opened", on(1, "0"), (0, 0), (0, 0)),  # no result, no trade to look for
        ("executed", on(1, "-1"), (1, 0), (1, 0)),
        # told by its balance instead
        ("closed_profit", on(1, None, balance=d(100500)), (0, 0), (1, 0)),
        ("executed", on(1, None, balance=d(100500)), (1, 0), (1, 0)),
        ("executed", on(1, None, balance=d(100000)), (0, 0), (0, 0)),
        ("opened_profit", on(1, None, balance=d(100500)), (0, 0), (0, 1)),
        ("executed", on(1, None), (0, 0), (0, 0)),
    ],
)
def test_a_reported_day(
    kind: str, event: DayReported, verdict: tuple[int, int], later: tuple[int, int]
) -> None:
    assert days(terms(kind), event, until=None) == verdict
    assert days(terms(kind), event, until=3) == later


def test_a_trade_that_is_known_decides_beside_a_bare_result() -> None:
    rule = terms("trade_opened")
    assert days(rule, trade("5"), on(1, "5")) == (1, 0)
    assert days(terms("opened_profit"), trade("600"), on(1, "5")) == (0, 1)


def test_a_bare_result_stays_unknown_when_the_average_moves() -> None:
    rule = terms("closed_profit", filters=TradeFilter(min_percent_of_average_size=d(70)))
    assert days(rule, on(1, "600"), trade("600", day=2)) == (1, 1)


def test_with_losses_open_a_reported_day_is_not_final() -> None:
    rule = terms("closed_profit", open_loss_offsets=True)
    assert days(rule, on(1, "600"), until=None) == (1, 0)
    assert days(rule, OPEN, quote("10:00", "10000"), on(1, "600"), until=None) == (0, 1)
    assert days(rule, OPEN, quote("10:00", "9900"), on(1, "600"), until=2) == (1, 0)
    assert days(rule, OPEN, quote("10:00", "9899"), on(1, "600"), until=2) == (0, 0)


@pytest.mark.parametrize("kind", ["trade_opened", "closed_profit"])
def test_half_days_are_known_when_they_are_over(kind: str) -> None:
    rule = terms(kind, half_days="excluded")
    half, whole = on(1, "0", half_day=True), trade("600", day=2)
    assert days(rule, trade("600"), until=None) == (0, 0)
    assert days(rule, trade("600"), until=2) == (1, 0)
    assert days(rule, trade("600"), half, whole, until=3) == (1, 0)
    assert days(terms(kind), trade("600"), half, whole, until=3) == (
        (2, 0) if kind == "trade_opened" else (1, 0)  # the platform's figure is the day's
    )
    told = on(1, "600", half_day=True)
    assert days(terms("closed_profit", half_days="excluded"), told, until=None) == (0, 0)


@pytest.mark.parametrize(("day", "counts"), [(5, 1), (6, 0), (7, 0), (8, 1)])
def test_weekends(day: int, counts: int) -> None:
    event = trade("1", day=day)  # the 6th is a Saturday
    assert days(terms("trade_opened", weekends="excluded"), event) == (counts, 0)
    assert days(terms("trade_opened"), event) == (1, 0)


CYCLE = terms("executed", required=2, per="payout_cycle", trading_days=2)


@pytest.mark.parametrize(
    ("rule", "events", "current", "traded", "met"),
    [
        (CYCLE, (trade("1"), trade("1", day=2)), 2, 2, True),
        (CYCLE, (trade("1"), trade("1", day=2), paid(2)), 0, 0, False),
        # the day of the payout belongs to the old cycle, also what comes after it
        (CYCLE, (trade("1"), paid(2), trade("1", day=2, hour=14)), 0, 0, False),
        (CYCLE, (paid(1), trade("1", day=2), trade("1", day=3)), 2, 2, True),
        (
            terms("executed", required=2, trading_days=2),
            (trade("1"), paid(2), trade("1", day=2, hour=14)),
            2,
            2,
            True,
        ),
    ],
)
def test_a_cycle_begins_on_the_day_after_a_payout(
    rule: ActivityDays, events: Sequence[object], current: int, traded: int, met: bool
) -> None:
    found = goal(rule, *events)
    assert (found.current, found.figures["trading_days"], found.met) == (current, traded, met)


def test_days_brought_along_end_with_their_cycle() -> None:
    told = StateReported(ACCOUNT, at("08:00"), days_done=3, profitable_days=2)
    for kind, brought in (("executed", 3), ("closed_profit", 2)):
        assert goal(terms(kind), told).current == brought
        assert goal(terms(kind), told).figures["trading_days"] == 3
        assert goal(terms(kind), told, paid(1)).current == brought
        anew = goal(terms(kind, per="payout_cycle"), told, paid(1))
        assert (anew.current, anew.figures["trading_days"]) == (0, 0)
    nothing = StateReported(ACCOUNT, at("08:00"))
    assert goal(terms("executed"), nothing).current == 0


@pytest.mark.parametrize(("payouts", "required"), [(0, 5), (1, 3), (2, 2), (7, 2)])
def test_the_number_of_days_by_payout(payouts: int, required: int) -> None:
    rule = terms("executed", required=9, required_by_payout=(5, 3, 2))
    found = goal(rule, *(paid(day) for day in range(1, payouts + 1)))
    assert (found.required, found.figures["missing"]) == (required, required)


@pytest.mark.parametrize(
    ("required", "trading_days", "events", "met"),
    [
        (1, 0, (trade("600"),), True),
        (1, 1, (trade("600"),), True),
        (1, 2, (trade("600"),), False),  # enough profit, too few days
        (0, 0, (), True),
        (2, 0, (trade("600"), on(2, "600")), None),  # one known, one in doubt
        (3, 0, (trade("600"), on(2, "600")), False),  # too few even so
        (2, 3, (trade("600"), on(2, "600")), False),
        (2, 2, (trade("600"), on(2, "600")), None),
    ],
)
def test_met_or_not_or_not_known(
    required: int, trading_days: int, events: Sequence[object], met: bool | None
) -> None:
    rule = terms("opened_profit", required, trading_days=trading_days)
    assert goal(rule, *events).met is met


@pytest.mark.parametrize(
    ("stage", "blocks", "waits"),
    [("evaluation", "pass", "pass"), ("evaluation", "both", "both"), ("funded", "pass", "payout")],
)
def test_what_waits_for_the_days(stage: str, blocks: str, waits: str) -> None:
    assert goal(terms("executed", blocks=blocks), stage=stage).blocks == waits


def test_an_instance_bears_its_own_name() -> None:
    assert goal(terms("executed", id="five days")).rule == "five days"
    assert goal(terms("executed")).rule == "activity_days"


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        ("executed", {"required": -1}, "a number of days is not negative"),
        ("executed", {"required_by_payout": (1, -1)}, "a number of days is not negative"),
        ("executed", {"threshold": FIVE_HUNDRED}, "'executed' has no 'threshold'"),
        ("closed_profit", {"threshold": None}, "'closed_profit' needs 'threshold'"),
        ("opened_profit", {"open_loss_offsets": True}, "open losses reduce a closed profit only"),
    ],
)
def test_terms_that_mean_nothing_are_refused(kind: str, more: dict[str, Any], words: str) -> None:
    with pytest.raises(TermsError) as refused:
        terms(kind, **{"required": 1, **more})
    assert str(refused.value) == words
