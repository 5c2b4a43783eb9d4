"""Applies what a platform reports instead of deals and quotes: states, days, round trips.

Reported figures drive an account only where nothing better is known; beside deals and quotes
they are reconciliation, and a difference is written down, never taken over.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from propdesk.domain.asking import Found, ask
from propdesk.domain.consequences import AnyJudge
from propdesk.domain.events import AccountReported, DayReported, StateReported, TradeReported
from propdesk.domain.judging import Judge
from propdesk.domain.situation import Span, Trade

if TYPE_CHECKING:
    from propdesk.domain.account import Account

Report: TypeAlias = AccountReported | TradeReported | DayReported | StateReported


def apply_report(account: "Account", event: Report, judges: Sequence[AnyJudge]) -> Found:
    """Apply one report. Returns what the rules said to it."""
    match event:
        case TradeReported():
            return _trade_reported(account, event, judges)
        case DayReported():
            return _day_reported(account, event, judges)
        case StateReported():
            _state_reported(account, event)
            return ask(judges, Judge.on_state, event)
        case AccountReported():
            _account_reported(account, event)
            return ask(judges, Judge.on_reported, event)


def _trade_reported(account: "Account", event: TradeReported, judges: Sequence[AnyJudge]) -> Found:
    situation = account.situation
    costs = event.commission + event.swap
    account.reported = None  # its open profit is booked now; the next report says what is left
    account.moved(event.profit + costs)
    situation.day.fills += 1
    if event.opened_at >= situation.day.day.start:
        situation.day.positions_opened += 1
    if situation.first_trade_at is None:
        situation.first_trade_at = event.opened_at
    trade = Trade(
        id=event.id,
        position=event.position or event.id,
        symbol=event.symbol,
        side=event.side,
        lots=event.lots,
        opened_at=event.opened_at,
        closed_at=event.at,
        profit=event.profit,
        costs=costs,
        net=event.profit + costs,
        notional=event.notional,
        worst_floating=event.worst_floating,
        stop_risk=event.stop_risk,
        target_gain=event.target_gain,
        stopped_at=event.stopped_at,
    )
    return account.closed(trade, judges)


def _account_reported(account: "Account", event: AccountReported) -> None:
    situation = account.situation
    if account.reads_reports:
        if event.balance is not None:
            situation.day.closed_profit += event.balance - situation.balance
            account.moved(event.balance - situation.balance)
        account.reported = event.equity if event.equity is not None else account.reported
        return
    if event.balance is not None and event.balance != situation.balance:
        account.mismatches.append(
            f"event {situation.event_no}: the platform reports balance {event.balance:f}, "
            f"its deals give {situation.balance:f}"
        )
    known = account.platform_worth()
    differs = known is not None and known.exact and event.equity != known.low
    if event.equity is not None and known is not None and differs:
        account.mismatches.append(
            f"event {situation.event_no}: the platform reports equity {event.equity:f}, "
            f"quotes give {known.low:f}"
        )


def _day_reported(account: "Account", event: DayReported, judges: Sequence[AnyJudge]) -> Found:
    found = ask(judges, Judge.on_day_reported, event)
    situation, day = account.situation, account.situation.day
    for extreme in (event.peak_equity, event.low_equity):
        if extreme is not None:
            account.window_low = min(account.window_low, extreme)
            account.window_high = max(account.window_high, extreme)
    change = event.profit
    if event.balance is not None:
        change = event.balance - situation.balance
    if change is not None:
        day.closed_profit += change
        day.profit_reported = event.profit
        account.moved(change)
    day.half_day = day.half_day or event.half_day
    if event.equity is not None:
        account.reported = event.equity
    elif account.reported is not None:
        account.reported = situation.balance  # a finished day without open profit
    return found


def _state_reported(account: "Account", event: StateReported) -> None:
    situation, day = account.situation, account.situation.day
    if event.paid_total is not None:
        situation.paid_before = event.paid_total
        situation.deposited -= event.paid_total
    if event.balance is not None:
        account.moved(event.balance - situation.balance)
        day.start_balance = event.balance
        day.start_equity = Span(event.balance, event.balance)
    if event.equity is not None:
        account.reported = event.equity
        day.start_equity = Span(event.equity, event.equity)
    if event.day_start_balance is not None:
        day.start_balance = event.day_start_balance
        if event.day_start_equity is None:
            day.start_equity = Span(day.start_balance, day.start_balance)
    if event.day_start_equity is not None:
        day.start_equity = Span(event.day_start_equity, event.day_start_equity)
    situation.extra_days_done = event.days_done or 0
    situation.extra_profitable_days = event.profitable_days or 0
    situation.payouts_before = event.payouts or 0
    if event.first_trade_at is not None:
        situation.first_trade_at = event.first_trade_at
    if event.cycle_started_at is not None:
        situation.cycle_started_at = event.cycle_started_at
    if event.cycle_profit is not None:
        situation.cycle_start_balance = situation.balance - event.cycle_profit
