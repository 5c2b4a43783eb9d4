"""The account's days: how one is written down, how the next begins, and which are shown."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from propdesk.domain.consequences import AnyJudge
from propdesk.domain.evaluation import Sample
from propdesk.domain.rules.activity_days import ActivityDaysJudge
from propdesk.domain.situation import DayRecord, DayState

if TYPE_CHECKING:
    from propdesk.domain.account import Account


def close_day(account: "Account", judges: Sequence[AnyJudge]) -> DayRecord:
    """The record of the running day as it ends now."""
    note_floors(account, judges)
    account.take_window(account.at)
    situation, day = account.situation, account.situation.day
    equity = account.worth_now()
    profit = day.closed_profit
    match account.accounting.day_profit:
        case "open_day":
            profit = day.opened_profit
        case "balance_delta":
            profit = situation.balance - day.start_balance - day.adjusted
        case "equity_delta" if equity is not None and day.start_equity is not None:
            profit = equity.low - day.start_equity.low - day.adjusted
        case _:
            pass
    return DayRecord(
        day=day.day,
        start_balance=day.start_balance,
        start_equity=day.start_equity,
        end_balance=situation.balance,
        end_equity=equity,
        min_equity=day.min_equity,
        max_equity=day.max_equity,
        profit=profit if day.profit_reported is None else day.profit_reported,
        closed_profit=day.closed_profit,
        opened_count=day.positions_opened,
        fills=day.fills,
        half_day=day.half_day or day.day.label in account.half_days,
        daily_floor=day.daily_floor,
        overall_floor=day.overall_floor,
        touched=_touched(account, day),
    )


def _touched(account: "Account", day: DayState) -> bool:
    moved = account.situation.balance != day.start_balance or day.profit_reported is not None
    return bool(day.fills or account.book.positions or moved or account.reported is not None)


def open_day(account: "Account", record: DayRecord) -> None:
    """Begin the day after ``record``; its anchors are what the account is worth now."""
    situation = account.situation
    situation.days.append(record)
    following = situation.clock.next_day(record.day)
    situation.day = DayState(following, situation.balance, account.worth_now())
    account.refresh(situation.event_no, situation.cause)


def day_rows(account: "Account", judges: Sequence[AnyJudge]) -> tuple[DayRecord, ...]:
    """Every day on which something happened, the running one last."""
    running = close_day(account, judges)
    counting = {
        label
        for judge in judges
        if isinstance(judge, ActivityDaysJudge)
        for label in judge.counted()[0]
    }
    return tuple(
        replace(each, counted=each.label in counting)
        for each in (*account.situation.days, running)
        if each.touched
    )


def note_floors(account: "Account", judges: Sequence[AnyJudge]) -> None:
    """Write the floors in force into the running day."""
    day = account.situation.day
    daily = [
        line.floor
        for judge in judges
        if judge.terms.rule == "daily_loss" and (line := judge.limit()) is not None
    ]
    if daily:
        day.daily_floor = max(each for each in daily if isinstance(each, Decimal))


def with_new_floors(account: "Account", judges: Sequence[AnyJudge], sample: Sample) -> Sample:
    """A point of the chart taken as time rolls, with the floors that hold from then on."""
    note_floors(account, judges)
    day = account.situation.day
    overall = sample.overall_floor if day.overall_floor is None else day.overall_floor
    return replace(sample, daily_floor=day.daily_floor, overall_floor=overall)
