"""Every rule family's worked example, or the reason why it has none."""

from collections.abc import Callable
from typing import TypeAlias

from propdesk.domain.terms import TermsError
from propdesk.domain.worked_examples import (
    activity_days,
    capital,
    concentration,
    consistency,
    exposure,
    flat_by,
    gap_trading,
    grid,
    hedging,
    holding_time,
    inactivity,
    limit_prices,
    losses,
    martingale,
    news,
    open_risk,
    order_rate,
    profit_cap,
    profit_target,
    size_consistency,
    stop_loss,
    stop_to_target,
    time_limit,
    trading_hours,
)
from propdesk.domain.worked_examples.boundary import Example, Probe, example_at
from propdesk.domain.worked_examples.setting import NoExample, Setting

Builder: TypeAlias = Callable[[Setting], Probe]

EXAMPLES: dict[str, Builder] = {
    "activity_days": activity_days.probe,
    "capital": capital.probe,
    "concentration": concentration.probe,
    "consistency": consistency.probe,
    "daily_loss": losses.probe,
    "exposure": exposure.probe,
    "flat_by": flat_by.probe,
    "gap_trading": gap_trading.probe,
    "grid": grid.probe,
    "hedging": hedging.probe,
    "holding_time": holding_time.probe,
    "inactivity": inactivity.probe,
    "limit_prices": limit_prices.probe,
    "martingale": martingale.probe,
    "news": news.probe,
    "open_risk": open_risk.probe,
    "order_rate": order_rate.probe,
    "overall_loss": losses.probe,
    "profit_cap": profit_cap.probe,
    "profit_target": profit_target.probe,
    "size_consistency": size_consistency.probe,
    "stop_loss": stop_loss.probe,
    "stop_to_target": stop_to_target.probe,
    "time_limit": time_limit.probe,
    "trading_hours": trading_hours.probe,
}
WITHOUT: dict[str, str] = {
    "condition": "the firm wrote this condition itself; only it knows a history that meets it",
}
"""Why a family has no example; the page says it."""


def worked_example(setting: Setting) -> Example:
    """The rule at its boundary. Raises ``NoExample`` with the reason where there is none."""
    word = setting.rule.rule
    if word in WITHOUT:
        raise NoExample(WITHOUT[word])
    try:
        return example_at(setting, EXAMPLES[word](setting))
    except TermsError as wrong:  # an amount this size has none of
        raise NoExample(str(wrong)) from None
