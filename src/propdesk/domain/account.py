"""One account's books: balance, positions, days. It applies events and judges nothing.

The evaluator asks it to apply an event and gets back what the rules said to it; what that costs
is decided in ``consequences``.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TypeAlias

from propdesk.domain.clock import TradingDay
from propdesk.domain.consequences import AnyJudge
from propdesk.domain.evaluation import Sample, Strip
from propdesk.domain.events import (
    AccountOpened,
    AccountReported,
    BalanceAdjusted,
    Bar,
    DayReported,
    Deal,
    Event,
    GapClosed,
    GapOpened,
    GroupFormed,
    NewsScheduled,
    OrderSeen,
    PayoutMoved,
    Scaled,
    SessionSeen,
    StateReported,
    StopSet,
    TimePassed,
    TradeReported,
)
from propdesk.domain.exact import ZERO
from propdesk.domain.instruments import Catalogue
from propdesk.domain.judging import Violation
from propdesk.domain.money import minor_digits
from propdesk.domain.positions import ClosedTrade, PositionBook
from propdesk.domain.rulebook import Phase, Rulebook
from propdesk.domain.situation import DayRecord, DayState, Situation, Span, Trade
from propdesk.domain.valuation import ARITHMETIC, Platform
from propdesk.domain.worth import Worth

Found: TypeAlias = list[tuple[AnyJudge, Violation]]
NO_LOW, NO_HIGH = Decimal("Infinity"), Decimal("-Infinity")
TRADING_KINDS = {"correction"}  # money the platform books for trades, whatever it calls them


class OpeningBalanceDiffers(ValueError):
    """The account did not start with the balance of the size it is judged as."""


class Account:
    """The state of one account, and how each event changes it."""

    def __init__(
        self,
        event: AccountOpened,
        rulebook: Rulebook,
        phase: Phase,
        *,
        size: Decimal,
        catalogue: Catalogue,
    ) -> None:
        self.accounting = phase.accounting or rulebook.accounting
        origin = ZERO if self.accounting.balance_origin == "zero" else size
        if abs(event.balance - origin) > rulebook.deposit_tolerance:
            raise OpeningBalanceDiffers(
                f"the account starts with {event.balance:f} {event.currency}, "
                f"the size asked for starts with {origin:f}"
            )
        clock = rulebook.clock.day_clock()
        day = clock.day_of(event.at)
        self.half_days = frozenset(rulebook.clock.half_days)
        digits = minor_digits(event.currency)
        self.book = PositionBook(event.netting, minor_digits=digits)
        arithmetic = ARITHMETIC[Platform(self.accounting.platform)]
        self.worth = Worth(event.currency, arithmetic, catalogue)
        self.catalogue = catalogue
        self.at = event.at
        self.situation = Situation(
            account=event.account,
            currency=event.currency,
            digits=digits,
            size=size,
            origin=origin,
            clock=clock,
            catalogue=catalogue,
            day=DayState(day, origin, Span(origin, origin)),
            stage=phase.stage,
            account_type=event.account_type,
            at=event.at,
            balance=event.balance,
            equity=Span(event.balance, event.balance),
            positions=self.book.positions,
            prices=self.worth.prices,
            opened_at=event.at,
            cycle_started_at=event.at,
            cycle_start_balance=origin,
        )
        self.base = event.balance  # balance and what equity adds to it besides open profit
        self.uncounted_costs = ZERO  # costs in the balance that this equity leaves out
        self.reported: Decimal | None = None
        self.computed = False  # deals have been seen: our own equity is the one that counts
        self.was_known = True
        self.window_low, self.window_high = NO_LOW, NO_HIGH
        self.mismatches: list[str] = []

    @property
    def reads_reports(self) -> bool:
        """Whether the rules read the platform's own equity."""
        return self.accounting.equity_source == "reported" or not self.computed

    # -- the present moment ------------------------------------------------------------------
    def refresh(self, event_no: int, cause: str) -> None:
        """Write the present into the situation before the rules look at it."""
        situation = self.situation
        situation.at, situation.event_no, situation.cause = self.at, event_no, cause
        situation.floating = self.worth.floating()
        situation.equity = self._equity()
        situation.unknown_because = ""
        self.was_known = situation.equity is not None
        if situation.equity is None:
            situation.unknown_because = "no price for " + ", ".join(self.worth.missing())
            return
        self.window_low = min(self.window_low, situation.equity.low)
        self.window_high = max(self.window_high, situation.equity.high)

    def _equity(self) -> Span | None:
        if self.reads_reports and self.reported is not None:
            return Span(self.reported, self.reported)
        if not self.accounting.floating_in_equity:
            return Span(self.base, self.base)
        if self.worth.unknown:
            return None
        return Span(self.base + self.worth.low, self.base + self.worth.high)

    def _moved(self, amount: Decimal) -> None:
        """The balance changed by ``amount``; a reported equity moves with it until the next."""
        self.situation.balance += amount
        self.base = self.situation.balance + self.uncounted_costs
        if self.reported is not None:
            self.reported += amount

    # -- events ------------------------------------------------------------------------------
    def apply(
        self,
        event: Event,
        judges: Sequence[AnyJudge],
        event_no: int,
        name: Callable[[str], str | None],
    ) -> tuple[str, Found]:
        """Apply one event. Returns its id and what the rules said to it.

        Raises ``ValueError`` (a subclass of it) for an event that cannot be.
        """
        self.at = max(self.at, event.at)
        self.situation.at, self.situation.event_no = self.at, event_no
        match event:
            case Deal():
                return f"deal:{event.id}", self._deal(event, judges)
            case BalanceAdjusted():
                return f"adjusted:{event.id or event.at}", self._adjusted(event, judges)
            case AccountReported():
                self._account_reported(event)
                return f"reported:{event.at}", _ask(judges, lambda judge: judge.on_reported(event))
            case Bar():
                symbol = name(event.symbol)
                if symbol is not None:
                    prices = (event.bid_low, event.bid_high, event.ask_low, event.ask_high)
                    self.worth.range(symbol, prices)
            case GapOpened() | GapClosed():
                self._gap(event, name)
            case TradeReported():
                return f"trade:{event.id}", self._trade_reported(event, judges)
            case DayReported():
                return f"day:{event.at}", self._day_reported(event, judges)
            case StateReported():
                self._state_reported(event)
                return f"state:{event.at}", _ask(judges, lambda judge: judge.on_state(event))
            case PayoutMoved():
                return f"payout:{event.id}", self._payout(event, judges)
            case Scaled():
                self._scaled(event)
                return f"scaled:{event.at}", _ask(judges, lambda judge: judge.on_scaled(event))
            case OrderSeen():
                self.situation.orders.append(event)
                return f"order:{event.id}", _ask(judges, lambda judge: judge.on_order(event))
            case StopSet():
                self.book.set_stop(event)
                return f"stop:{event.at}", _ask(judges, lambda judge: judge.on_stop(event))
            case NewsScheduled():
                return f"news:{event.id}", self._news(event, judges)
            case SessionSeen():
                return f"session:{event.at}", _ask(judges, lambda judge: judge.on_session(event))
            case GroupFormed():
                self.situation.groups.append(event)
                return f"group:{event.id}", _ask(judges, lambda judge: judge.on_group(event))
            case TimePassed():
                pass
            case _:
                raise ValueError(f"an event of type {type(event).__name__} is not expected here")
        return f"{type(event).__name__}:{event.at}", []

    def _deal(self, deal: Deal, judges: Sequence[AnyJudge]) -> Found:
        self.catalogue.get(deal.symbol)
        worst = {key: each.worst for key, each in self.worth.holdings.items()}
        closed = self.book.apply(deal)
        situation, day = self.situation, self.situation.day
        if not self.computed and self.accounting.equity_source == "computed":
            self.computed, self.reported = True, None
        if not self.accounting.commission_in_equity:
            self.uncounted_costs -= deal.commission + deal.fee
        if not self.accounting.swap_in_equity:
            self.uncounted_costs -= deal.swap
        self._moved(deal.profit + deal.commission + deal.swap + deal.fee)
        self.worth.sync(self.book.positions.values())
        situation.positions = self.book.positions
        situation.floating = self.worth.floating()
        day.fills += 1
        found: Found = []
        if deal.entry in {"in", "inout"}:
            day.positions_opened += 1
            if situation.first_trade_at is None:
                situation.first_trade_at = deal.at
            found += _ask(judges, lambda judge: judge.on_opened(deal), deal.symbol, self.catalogue)
        for each in closed:
            trade = _trade(each, worst.get(each.position))
            found += self._closed(trade, judges)
        found += _ask(judges, lambda judge: judge.on_deal(deal), deal.symbol, self.catalogue)
        return found

    def _closed(self, trade: Trade, judges: Sequence[AnyJudge]) -> Found:
        day = self.situation.day
        day.closed_profit += trade.net
        if trade.opened_at >= day.day.start:
            day.opened_profit += trade.net
        self.situation.trades.append(trade)
        return _ask(judges, lambda judge: judge.on_closed(trade), trade.symbol, self.catalogue)

    def _trade_reported(self, event: TradeReported, judges: Sequence[AnyJudge]) -> Found:
        situation = self.situation
        costs = event.commission + event.swap
        self._moved(event.profit + costs)
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
        return self._closed(trade, judges)

    def _adjusted(self, event: BalanceAdjusted, judges: Sequence[AnyJudge]) -> Found:
        if event.kind == "payout":
            paid = PayoutMoved(
                event.account, event.at, "paid", event.id or str(event.at), -event.amount
            )
            return self._payout(paid, judges)
        self._moved(event.amount)
        situation = self.situation
        if not self._is_profit(event.kind):
            situation.deposited += event.amount
            situation.day.adjusted += event.amount
        if event.kind == "bonus":
            situation.bonuses += event.amount
        if self._is_profit(event.kind):
            situation.day.closed_profit += event.amount
            return []
        return _ask(judges, lambda judge: judge.on_adjusted(event))

    def _is_profit(self, kind: str) -> bool:
        names = {"bonus": "bonuses", "refund": "refunds", "fee": "fees"}
        if kind not in names:
            return kind in TRADING_KINDS
        return names[kind] not in self.accounting.excluded_pnl

    def _payout(self, event: PayoutMoved, judges: Sequence[AnyJudge]) -> Found:
        if event.step != "paid":
            return []
        situation = self.situation
        self._moved(-event.amount)
        situation.deposited -= event.amount
        situation.day.adjusted -= event.amount
        situation.payouts.append(event)
        situation.cycle_started_at = event.at
        situation.cycle_start_balance = situation.balance
        return _ask(judges, lambda judge: judge.on_payout(event))

    def _account_reported(self, event: AccountReported) -> None:
        situation = self.situation
        if self.reads_reports:
            if event.balance is not None:
                situation.day.closed_profit += event.balance - situation.balance
                self._moved(event.balance - situation.balance)
            self.reported = event.equity if event.equity is not None else self.reported
            return
        if event.balance is not None and event.balance != situation.balance:
            self.mismatches.append(
                f"event {situation.event_no}: the platform reports balance {event.balance:f}, "
                f"its deals give {situation.balance:f}"
            )
        known = self._equity()
        if event.equity is not None and known is not None and known.exact:
            if event.equity != known.low:
                self.mismatches.append(
                    f"event {situation.event_no}: the platform reports equity {event.equity:f}, "
                    f"quotes give {known.low:f}"
                )

    def _day_reported(self, event: DayReported, judges: Sequence[AnyJudge]) -> Found:
        found = _ask(judges, lambda judge: judge.on_day_reported(event))
        situation, day = self.situation, self.situation.day
        for extreme in (event.peak_equity, event.low_equity):
            if extreme is not None:
                self.window_low = min(self.window_low, extreme)
                self.window_high = max(self.window_high, extreme)
        change = event.profit
        if event.balance is not None:
            change = event.balance - situation.balance
        if change is not None:
            day.closed_profit += change
            day.profit_reported = event.profit
            self._moved(change)
        day.half_day = day.half_day or event.half_day
        if event.equity is not None:
            self.reported = event.equity
        elif self.reported is not None:
            self.reported = situation.balance  # a finished day without open profit
        return found

    def _state_reported(self, event: StateReported) -> None:
        situation, day = self.situation, self.situation.day
        if event.paid_total is not None:
            situation.paid_before = event.paid_total
            situation.deposited -= event.paid_total
        if event.balance is not None:
            self._moved(event.balance - situation.balance)
            day.start_balance = event.balance
            day.start_equity = Span(event.balance, event.balance)
        if event.equity is not None:
            self.reported = event.equity
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

    def _scaled(self, event: Scaled) -> None:
        situation = self.situation
        situation.size = event.size
        if self.accounting.balance_origin == "initial":
            situation.deposited += situation.origin - event.size
            situation.origin = event.size
        if event.balance is not None:
            change = event.balance - situation.balance
            situation.deposited += change
            situation.day.adjusted += change
            self._moved(change)

    def _gap(self, event: GapOpened | GapClosed, name: Callable[[str], str | None]) -> None:
        symbol = name(event.symbol)
        if symbol is None:
            return
        if isinstance(event, GapOpened):
            self.worth.fall_silent(symbol)
        else:
            self.worth.speak(symbol)

    def _news(self, event: NewsScheduled, judges: Sequence[AnyJudge]) -> Found:
        if event.withdrawn:
            self.situation.news.pop(event.id, None)
        else:
            self.situation.news[event.id] = event
        return _ask(judges, lambda judge: judge.on_news(event))

    # -- days --------------------------------------------------------------------------------
    def close_day(self, judges: Sequence[AnyJudge]) -> DayRecord:
        """The record of the running day as it ends now."""
        self.note_floors(judges)
        self.take_window(self.at)
        situation, day = self.situation, self.situation.day
        equity = self._equity()
        profit = day.closed_profit
        match self.accounting.day_profit:
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
            half_day=day.half_day or day.day.label in self.half_days,
            daily_floor=day.daily_floor,
            overall_floor=day.overall_floor,
            touched=self._touched(day),
        )

    def _touched(self, day: DayState) -> bool:
        moved = self.situation.balance != day.start_balance or day.profit_reported is not None
        return bool(day.fills or self.book.positions or moved or self.reported is not None)

    def open_day(self, record: DayRecord) -> None:
        """Begin the day after ``record``; its anchors are what the account is worth now."""
        situation = self.situation
        situation.days.append(record)
        following: TradingDay = situation.clock.next_day(record.day)
        situation.day = DayState(following, situation.balance, self._equity())
        self.refresh(situation.event_no, situation.cause)

    def day_rows(self, judges: Sequence[AnyJudge]) -> tuple[DayRecord, ...]:
        """Every day on which something happened, the running one last."""
        running = self.close_day(judges)
        return tuple(each for each in (*self.situation.days, running) if each.touched)

    def note_floors(self, judges: Sequence[AnyJudge]) -> None:
        """Write the floors in force into the running day."""
        day = self.situation.day
        daily = [
            line.floor
            for judge in judges
            if judge.terms.rule == "daily_loss" and (line := judge.limit()) is not None
        ]
        if daily:
            day.daily_floor = max(each for each in daily if isinstance(each, Decimal))

    # -- what is shown -----------------------------------------------------------------------
    def take_window(self, at: int) -> Sample:
        """The extremes since the last look, folded into the day's own."""
        day = self.situation.day
        low = None if self.window_low == NO_LOW else self.window_low
        high = None if self.window_high == NO_HIGH else self.window_high
        if low is not None and (day.min_equity is None or low < day.min_equity):
            day.min_equity = low
        if high is not None and (day.max_equity is None or high > day.max_equity):
            day.max_equity = high
        self.window_low, self.window_high = NO_LOW, NO_HIGH
        return Sample(at, self.situation.balance, low, high, day.daily_floor, day.overall_floor)

    def strip(self) -> Strip:
        """Positions and prices as they were at this moment."""
        positions = tuple(
            {
                "position": each.id,
                "symbol": each.symbol,
                "side": each.side,
                "lots": f"{each.lots:f}",
                "open_price": f"{each.open_price:f}",
                "floating": _shown(self.worth.floating().get(each.id)),
            }
            for each in self.book.positions.values()
        )
        prices = {
            symbol: (f"{prices[0]:f}", f"{prices[3]:f}")
            for symbol, prices in self.worth.prices.items()
            if symbol in self.worth.by_symbol
        }
        return Strip(self.at, positions, prices, self.situation.balance, self.situation.equity)


def _shown(span: Span | None) -> str:
    if span is None:
        return "unknown"
    return f"{span.low:f}" if span.exact else f"{span.low:f} … {span.high:f}"


def _ask(
    judges: Sequence[AnyJudge],
    hook: Callable[[AnyJudge], Iterable[Violation]],
    symbol: str | None = None,
    catalogue: Catalogue | None = None,
) -> Found:
    """Ask every rule; one that concerns other instruments is not asked about this symbol."""
    found: Found = []
    for judge in judges:
        applies = judge.terms.applies_to
        if symbol is not None and catalogue is not None:
            instrument = catalogue.find(symbol)
            asset_class = "" if instrument is None else instrument.asset_class
            known = symbol if instrument is None else instrument.symbol
            if not (applies.covers(symbol, asset_class) or applies.covers(known, asset_class)):
                continue
        found += [(judge, each) for each in hook(judge)]
    return found


def _trade(closed: ClosedTrade, worst: Decimal | None) -> Trade:
    costs = closed.commission + closed.swap + closed.fee
    return Trade(
        id=closed.id,
        position=closed.position,
        symbol=closed.symbol,
        side=closed.side,
        lots=closed.lots,
        opened_at=closed.opened_at,
        closed_at=closed.closed_at,
        profit=closed.profit,
        costs=costs,
        net=closed.net,
        open_price=closed.open_price,
        close_price=closed.close_price,
        worst_floating=worst,
        stopped_at=closed.first_stop_at,
        partial=closed.partial,
        reason=closed.reason or "",
    )
