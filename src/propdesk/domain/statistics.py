"""What a trader's closed trades add up to: win rate, averages, expectancy, Sharpe, holding time.

Exact: sums are decimals, quotients are ratios. It judges nothing, and what too few trades or days
cannot say is None, never zero.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from propdesk.domain.drawdown import drawdown_of_balance
from propdesk.domain.exact import ZERO, round_ratio_half_away
from propdesk.domain.situation import Span, Trade
from propdesk.domain.trading_sessions import SESSIONS, session_of

SHARPE_DAYS_MIN = 5
"""Fewer days say nothing about how daily profits scatter."""
SHARPE_DIGITS = 4
TRADING_DAYS_A_YEAR = 252
# Digits a square root is carried to before its one rounding to SHARPE_DIGITS.
_ROOT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Tally:
    """Some trades, counted. A trade is what one closing ended: a partial close is one of its own.

    A win is a net profit above zero, a loss one below; the rate of wins is of all trades.
    """

    trades: int
    lots: Decimal
    won: int
    lost: int
    net: Decimal
    gross_profit: Decimal
    gross_loss: Decimal
    """Zero or negative."""
    win_rate: Fraction | None
    average_win: Fraction | None
    average_loss: Fraction | None
    best: Decimal | None
    worst: Decimal | None
    profit_factor: Fraction | None
    """Gross profit for each unit of gross loss; None without a loss."""
    expectancy: Fraction | None
    """Net profit of the average trade."""


@dataclass(frozen=True, slots=True)
class Sharpe:
    """Mean of the daily profits over their sample standard deviation, four decimals."""

    daily: Decimal | None
    annualised: Decimal | None
    """Times the root of 252. Both None with too few days, or where all days are alike."""
    days: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """The statistics of one account's history."""

    whole: Tally
    by_side: Mapping[str, Tally]
    by_symbol: Mapping[str, Tally]
    by_session: Mapping[str, Tally]
    """By the session in which a trade was opened (``trading_sessions``)."""
    holding_average_us: Fraction | None
    holding_median_us: Fraction | None
    sharpe: Sharpe
    drawdown_of_balance: Decimal
    drawdown_of_equity: Span | None


def statistics_of(
    trades: Sequence[Trade], day_profits: Sequence[Decimal], equity_drawdown: Span | None
) -> Statistics:
    """The statistics of closed trades, in the order of their closing, and of days' profits.

    ``day_profits`` are those of the days on which something happened. ``equity_drawdown`` is
    passed on: only who saw the quotes knows it.
    """
    holding = [trade.closed_at - trade.opened_at for trade in trades]
    return Statistics(
        whole=tally(trades),
        by_side=_grouped(trades, lambda trade: trade.side, ("buy", "sell")),
        by_symbol=_grouped(trades, lambda trade: trade.symbol, ()),
        by_session=_grouped(trades, lambda trade: session_of(trade.opened_at), SESSIONS),
        holding_average_us=_ratio(sum(holding), len(holding)),
        holding_median_us=median(holding),
        sharpe=sharpe_of(day_profits),
        drawdown_of_balance=drawdown_of_balance(trades),
        drawdown_of_equity=equity_drawdown,
    )


def tally(trades: Sequence[Trade]) -> Tally:
    """The figures of these trades."""
    nets = [trade.net for trade in trades]
    wins = [net for net in nets if net > 0]
    losses = [net for net in nets if net < 0]
    gross_profit, gross_loss, net = sum(wins, ZERO), sum(losses, ZERO), sum(nets, ZERO)
    return Tally(
        trades=len(trades),
        lots=sum((trade.lots for trade in trades), ZERO),
        won=len(wins),
        lost=len(losses),
        net=net,
        gross_profit=gross_profit,
        gross_loss=gross_loss,
        win_rate=_ratio(len(wins), len(nets)),
        average_win=_ratio(gross_profit, len(wins)),
        average_loss=_ratio(gross_loss, len(losses)),
        best=max(nets, default=None),
        worst=min(nets, default=None),
        profit_factor=_ratio(gross_profit, -gross_loss),
        expectancy=_ratio(net, len(nets)),
    )


def sharpe_of(day_profits: Sequence[Decimal]) -> Sharpe:
    """The Sharpe ratio of daily profits over a riskless rate of zero.

    A return would be the profit over the account's size, which is the same for every day and
    cancels, so the profits themselves are taken.
    """
    count = len(day_profits)
    if count < SHARPE_DAYS_MIN:
        return Sharpe(None, None, count)
    profits = [Fraction(each) for each in day_profits]
    mean = sum(profits, Fraction(0)) / count
    variance = sum(((each - mean) ** 2 for each in profits), Fraction(0)) / (count - 1)
    if variance == 0:
        return Sharpe(None, None, count)
    squared = mean**2 / variance
    sign = -1 if mean < 0 else 1
    return Sharpe(
        sign * root_of(squared), sign * root_of(squared * TRADING_DAYS_A_YEAR), days=count
    )


def root_of(value: Fraction) -> Decimal:
    """The square root to ``SHARPE_DIGITS`` decimals, half away from zero."""
    quotient = _ROOT.divide(Decimal(value.numerator), Decimal(value.denominator))
    return round_ratio_half_away(Fraction(_ROOT.sqrt(quotient)), SHARPE_DIGITS)


def median(values: Iterable[int]) -> Fraction | None:
    """The middle value; of an even number the mean of the two in the middle."""
    ordered = sorted(values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    return Fraction(ordered[middle] + ordered[-middle - 1], 2)


def _grouped(
    trades: Sequence[Trade], name: Callable[[Trade], str], always: Sequence[str]
) -> dict[str, Tally]:
    """A tally for each name; those of ``always`` lead and are there without a trade too."""
    groups: dict[str, list[Trade]] = {each: [] for each in always}
    for trade in trades:
        groups.setdefault(name(trade), []).append(trade)
    names = always or sorted(groups)
    return {each: tally(groups[each]) for each in names}


def _ratio(amount: Decimal | int, by: Decimal | int) -> Fraction | None:
    return None if by == 0 else Fraction(amount) / Fraction(by)
