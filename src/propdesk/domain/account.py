"""One account's books: balance, positions, days. It applies events and judges nothing.

The evaluator asks it to apply an event and gets back what the rules said to it; what that costs
is decided in ``consequences``.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

from propdesk.domain.asked_prices import AskedPrices
from propdesk.domain.asking import Found, ask, cause_of
from propdesk.domain.consequences import AnyJudge
from propdesk.domain.evaluation import Sample
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
from propdesk.domain.exact import ZERO, round_ratio_half_away
from propdesk.domain.instruments import Catalogue
from propdesk.domain.judging import Judge
from propdesk.domain.money import minor_digits
from propdesk.domain.open_costs import OpenCosts
from propdesk.domain.position_sizes import held_in, margin_of
from propdesk.domain.positions import PositionBook
from propdesk.domain.reports import apply_report
from propdesk.domain.rulebook import Phase, Rulebook
from propdesk.domain.situation import DayState, Situation, Span, Trade
from propdesk.domain.snapshots import trade_of
from propdesk.domain.valuation import ARITHMETIC, Platform
from propdesk.domain.worth import NEVER, Market, Worth, average_of

NO_LOW, NO_HIGH = Decimal("Infinity"), Decimal("-Infinity")
NO_QUOTES = "no quotes for an open position"
SILENCE = "quotes are missing while the market is open"
NOT_ASKED = "the price an open position was asked for is not in the log"
NOT_APART = "a reported equity does not say what it is made of"
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
        market: Market | None = None,
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
        self.asked = None if self.accounting.slippage_in_equity else AskedPrices()
        opened = average_of if self.asked is None else self.asked.of
        self.worth = Worth(event.currency, arithmetic, catalogue, opened, market)
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
            owner=event.owner,
            group=event.group,
            tags=event.tags,
            leverage=event.leverage,
            at=event.at,
            balance=event.balance,
            payouts_lower_balance=self.accounting.payouts == "lower_balance",
            equity=Span(event.balance, event.balance),
            positions=self.book.positions,
            prices=self.worth.prices,
            opened_at=event.at,
            cycle_started_at=event.at,
            cycle_start_balance=origin,
        )
        self.base = event.balance  # balance and what equity adds to it besides open profit
        self.open_costs = OpenCosts(self.book, self.accounting)
        self.floats = self.accounting.floating_in_equity
        self.reported: Decimal | None = None
        self.computed = False  # deals have been seen: our own equity is the one that counts
        self.was_known = True
        self.missing: tuple[str, ...] = ()  # symbols without a price, when it was last looked at
        self.window_low, self.window_high = NO_LOW, NO_HIGH
        self.mismatches: list[str] = []
        self.peak_margins: dict[str, Decimal | None] = {}  # by open position; None: not known

    @property
    def reads_reports(self) -> bool:
        """Whether the rules read the platform's own equity."""
        return self.accounting.equity_source == "reported" or not self.computed

    def know(self, catalogue: Catalogue) -> None:
        """Judge and value by this catalogue from now on."""
        self.catalogue = self.situation.catalogue = catalogue
        self.worth.revalue_by(catalogue)

    # -- the present moment ------------------------------------------------------------------
    def refresh(self, event_no: int, cause: str) -> None:
        """Write the present into the situation before the rules look at it."""
        situation = self.situation
        situation.at, situation.event_no, situation.cause = self.at, event_no, cause
        situation.floating = self.worth.floating()
        situation.equity = self.worth_now()
        situation.unknown_because = ""
        self.was_known = situation.equity is not None
        self.missing = self.worth.missing() if self.worth.unknown else ()
        if situation.equity is None:
            blind = [f"{symbol}: {why}" for symbol, why in sorted(self.blind_spots().items())]
            situation.unknown_because = ", ".join(blind)
            return
        self.window_low = min(self.window_low, situation.equity.low)
        self.window_high = max(self.window_high, situation.equity.high)

    def worth_now(self) -> Span | None:
        if not self.floats:
            return Span(self.base, self.base)
        if self.reads_reports and self.reported is not None:
            whole = self.accounting.every_part_in_equity
            return Span(self.reported, self.reported) if whole else None
        if self.worth.unknown:
            return None
        return Span(self.base + self.worth.low, self.base + self.worth.high)

    def platform_worth(self) -> Span | None:
        """Equity as the platform counts it, to hold its report against; None: not comparable."""
        if self.worth.unknown or not self.accounting.slippage_in_equity:
            return None
        base = self.situation.balance + self.open_costs.unbooked
        return Span(base + self.worth.low, base + self.worth.high)

    def blind_spots(self) -> dict[str, str]:
        """What equity is not known for, and why: symbols, or the account itself."""
        if self.reads_reports and self.reported is not None:
            known = self.worth_now() is not None
            return {} if known else {self.situation.account: NOT_APART}
        if self.reads_reports or not self.worth.unknown or not self.floats:
            return {}
        silent = self.worth.silent
        found = {each: SILENCE if each in silent else NO_QUOTES for each in self.worth.missing()}
        return dict.fromkeys(self.worth.without_opening(), NOT_ASKED) | found

    def moved(self, amount: Decimal) -> None:
        """The balance changed by ``amount``; a reported equity moves with it until the next."""
        self.situation.balance += amount
        self.base = self.situation.balance + self.open_costs.beside_balance()
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
                found = self._deal(event, judges)
            case BalanceAdjusted():
                found = self._adjusted(event, judges)
            case PayoutMoved():
                booked = self.accounting.payouts == "lower_balance"
                found = self._payout(event, judges, booked=booked)
            case Scaled():
                self._scaled(event)
                found = ask(judges, Judge.on_scaled, event)
            case Bar() | GapOpened() | GapClosed():
                self._market(event, name)
                found = []
            case AccountReported() | TradeReported() | DayReported() | StateReported():
                found = apply_report(self, event, judges)
            case _:
                found = self._told(event, judges)
        return cause_of(event), found

    def _told(self, event: Event, judges: Sequence[AnyJudge]) -> Found:
        """What changes no money: orders, stops, news, sessions, groups, the clock."""
        match event:
            case OrderSeen():
                self.situation.orders.append(event)
                if self.asked is not None:
                    for position in self.asked.note(event):
                        self.worth.value_anew(position)
                return ask(judges, Judge.on_order, event)
            case StopSet():
                self.book.set_stop(event)
                return ask(judges, Judge.on_stop, event)
            case NewsScheduled():
                return self._news(event, judges)
            case SessionSeen():
                return ask(judges, Judge.on_session, event)
            case GroupFormed():
                self.situation.groups.append(event)
                return ask(judges, Judge.on_group, event)
            case TimePassed():
                return []
            case _:
                raise ValueError(f"an event of type {type(event).__name__} is not expected here")

    def _deal(self, deal: Deal, judges: Sequence[AnyJudge]) -> Found:
        self.catalogue.get(deal.symbol)
        closed = self.book.apply(deal)
        held = {each.position: self.worth.holdings.get(each.position) for each in closed}
        situation, day = self.situation, self.situation.day
        if not self.computed and self.accounting.equity_source == "computed":
            self.computed, self.reported = True, None
        self.open_costs.charge(deal)
        self.moved(deal.profit + deal.commission + deal.swap + deal.fee)
        if self.asked is not None:
            self.asked.filled(deal, self.book.positions)
        self.worth.sync(self.book.positions.values())
        situation.positions = self.book.positions
        situation.floating = self.worth.floating()
        day.fills += 1
        found: Found = []
        if deal.entry in {"in", "inout"}:
            day.positions_opened += 1
            if situation.first_trade_at is None:
                situation.first_trade_at = deal.at
            found += ask(judges, Judge.on_opened, deal, deal.symbol)
        for each in closed:
            peak, holding = self.peak_margins.get(each.position), held[each.position]
            worst = None if holding is None or holding.worst == NEVER else holding.worst
            found += self.closed(trade_of(each, worst, peak), judges)
        self._note_margin(deal)
        found += ask(judges, Judge.on_deal, deal, deal.symbol)
        return found

    def _note_margin(self, deal: Deal) -> None:
        """The most margin each open position used after a fill of its own."""
        peaks, situation = self.peak_margins, self.situation
        if len(peaks) > len(situation.positions):
            open_ones = {each.id for each in situation.positions.values()}
            self.peak_margins = peaks = {n: peaks[n] for n in peaks if n in open_ones}
        position = situation.entered_by(deal) if deal.entry in {"in", "inout"} else None
        if position is None:
            return
        used = margin_of(held_in(position), situation)
        before = peaks.get(position.id) if len(position.deals) > 1 else ZERO
        peaks[position.id] = None
        if used is not None and before is not None:
            peaks[position.id] = max(before, round_ratio_half_away(used[1], situation.digits))

    def closed(self, trade: Trade, judges: Sequence[AnyJudge]) -> Found:
        day = self.situation.day
        day.closed_profit += trade.net
        if trade.opened_at >= day.day.start:
            day.opened_profit += trade.net
        self.situation.trades.append(trade)
        return ask(judges, Judge.on_closed, trade, trade.symbol)

    def _adjusted(self, event: BalanceAdjusted, judges: Sequence[AnyJudge]) -> Found:
        if event.kind == "payout":
            paid = PayoutMoved(
                event.account, event.at, "paid", event.id or str(event.at), -event.amount
            )
            return self._payout(paid, judges, booked=True)
        self.moved(event.amount)
        situation = self.situation
        if not self._is_profit(event.kind):
            situation.deposited += event.amount
            situation.day.adjusted += event.amount
        if event.kind == "bonus":
            situation.bonuses += event.amount
        if self._is_profit(event.kind):
            situation.day.closed_profit += event.amount
            return []
        return ask(judges, Judge.on_adjusted, event)

    def _is_profit(self, kind: str) -> bool:
        names = {"bonus": "bonuses", "refund": "refunds", "fee": "fees"}
        if kind not in names:
            return kind in TRADING_KINDS
        return names[kind] not in self.accounting.excluded_pnl

    def _payout(self, event: PayoutMoved, judges: Sequence[AnyJudge], *, booked: bool) -> Found:
        """``booked``: the platform's balance is lower by it."""
        if event.step != "paid":
            return []
        situation = self.situation
        if booked:
            self.moved(-event.amount)
            situation.deposited -= event.amount
            situation.day.adjusted -= event.amount
        situation.payouts.append(event)
        situation.cycle_started_at = event.at
        situation.cycle_start_balance = situation.balance
        return ask(judges, Judge.on_payout, event)

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
            self.moved(change)

    def _market(
        self, event: Bar | GapOpened | GapClosed, name: Callable[[str], str | None]
    ) -> None:
        symbol = name(event.symbol) or event.symbol
        match event:
            case Bar():
                prices = (event.bid_low, event.bid_high, event.ask_low, event.ask_high)
                self.worth.range(symbol, prices)
            case GapOpened():
                self.worth.fall_silent(symbol)
            case GapClosed():
                self.worth.speak(symbol)

    def _news(self, event: NewsScheduled, judges: Sequence[AnyJudge]) -> Found:
        if event.withdrawn:
            self.situation.news.pop(event.id, None)
        else:
            self.situation.news[event.id] = event
        return ask(judges, Judge.on_news, event)

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
