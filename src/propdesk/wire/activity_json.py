"""Trades, open positions, failing prices and statistics, as the result JSON holds them.

They stand beside the judgement: no verdict rests on them. Nothing is computed here.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from propdesk.domain.evaluation import Evaluation, OpenPosition
from propdesk.domain.exact import round_ratio_half_away
from propdesk.domain.failing_prices import FailingPrice
from propdesk.domain.instants import SECOND, format_instant
from propdesk.domain.situation import Trade
from propdesk.domain.statistics import Statistics, Tally
from propdesk.wire.figures_json import exact, money, plain, span


def activity(evaluation: Evaluation) -> dict[str, Any]:
    """What the account did, beside what was judged of it."""
    digits, statistics = evaluation.digits, evaluation.statistics
    return {
        "trades": [_trade(each, digits) for each in evaluation.trades],
        "positions": [_position(each, digits) for each in evaluation.positions],
        "failing_prices": [_failing(each) for each in evaluation.failing_prices],
        "statistics": None if statistics is None else _statistics(statistics, digits),
    }


def _trade(trade: Trade, digits: int) -> dict[str, Any]:
    return {
        "id": trade.id,
        "position": trade.position,
        "symbol": trade.symbol,
        "side": trade.side,
        "lots": exact(trade.lots),
        "opened_at": format_instant(trade.opened_at),
        "closed_at": format_instant(trade.closed_at),
        "open_price": _written(trade.open_price),
        "close_price": _written(trade.close_price),
        "profit": money(trade.profit, digits),
        "costs": money(trade.costs, digits),
        "net": money(trade.net, digits),
        "partial": trade.partial,
        "reason": trade.reason,
    }


def _position(each: OpenPosition, digits: int) -> dict[str, Any]:
    return {
        "position": each.position,
        "symbol": each.symbol,
        "side": each.side,
        "lots": exact(each.lots),
        "opened_at": format_instant(each.opened_at),
        "open_price": _written(each.open_price),
        "floating": span(each.floating, digits),
    }


def _failing(each: FailingPrice) -> dict[str, Any]:
    return {
        "rule": each.rule,
        "symbol": each.symbol,
        "side": each.side,
        "price": _written(each.price),
        "now": _written(each.now),
    }


def _statistics(statistics: Statistics, digits: int) -> dict[str, Any]:
    sharpe = statistics.sharpe
    return {
        "all": _tally(statistics.whole, digits),
        "by_side": _tallies(statistics.by_side, digits),
        "by_symbol": _tallies(statistics.by_symbol, digits),
        "by_session": _tallies(statistics.by_session, digits),
        "holding_s_average": _seconds(statistics.holding_average_us),
        "holding_s_median": _seconds(statistics.holding_median_us),
        "sharpe_daily": _written(sharpe.daily),
        "sharpe_annualised": _written(sharpe.annualised),
        "sharpe_days": sharpe.days,
        "max_drawdown_balance": money(statistics.drawdown_of_balance, digits),
        "max_drawdown_equity": span(statistics.drawdown_of_equity, digits),
    }


def _tallies(tallies: Mapping[str, Tally], digits: int) -> dict[str, Any]:
    return {name: _tally(each, digits) for name, each in tallies.items()}


def _tally(tally: Tally, digits: int) -> dict[str, Any]:
    return {
        "trades": tally.trades,
        "lots": exact(tally.lots),
        "won": tally.won,
        "lost": tally.lost,
        "net": money(tally.net, digits),
        "gross_profit": money(tally.gross_profit, digits),
        "gross_loss": money(tally.gross_loss, digits),
        "win_rate": plain(tally.win_rate, digits),
        "average_win": money(tally.average_win, digits),
        "average_loss": money(tally.average_loss, digits),
        "best": money(tally.best, digits),
        "worst": money(tally.worst, digits),
        "profit_factor": plain(tally.profit_factor, digits),
        "expectancy": money(tally.expectancy, digits),
    }


def _written(figure: Decimal | None) -> str | None:
    """With the decimals it came with: a price of 1.08760 is no 1.0876."""
    return None if figure is None else f"{figure:f}"


def _seconds(micros: Fraction | None) -> int | None:
    """Whole seconds, half away from zero."""
    return None if micros is None else int(round_ratio_half_away(micros / SECOND, 0))
