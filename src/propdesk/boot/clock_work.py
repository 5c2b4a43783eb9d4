"""Which due work is done by what: the doers of the firm's clock, some of which ask the engine.

It must not keep time, nor plan: the clock does.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from propdesk.crm.accounts.actions.close_before import warn_before
from propdesk.crm.accounts.due_work import Doer, NotYet
from propdesk.crm.calendar.actions.alert_dry import alert_dry
from propdesk.crm.challenges.actions.close_held import (
    close_for_news,
    close_market_before,
    warn_of_news,
)
from propdesk.crm.challenges.actions.plan_closings import (
    CLOSE_MARKET,
    CLOSE_NEWS,
    WARN,
    WARN_NEWS,
    running_phases,
)
from propdesk.crm.challenges.actions.warn_of_end import WATCH, plan_watches, warn_of_end
from propdesk.crm.challenges.held_symbols import holding
from propdesk.crm.challenges.phase_opening import terms_of
from propdesk.domain.rules.gap_trading import GapTrading
from propdesk.domain.rules.news import News
from propdesk.ports.live_accounts import EngineAway, LiveAccounts


def warn_flat(detail: Mapping[str, Any], at: datetime, live: LiveAccounts) -> None:
    """Warn whoever holds something; where no engine answers, or orders count as well, all."""
    held = None
    if not detail["orders_too"]:
        with suppress(EngineAway):
            held = {account.pk for account, _ in holding(detail, live, lambda _: True)}
    warn_before(detail, at, held)


_ASKING: Mapping[str, Callable[[Mapping[str, Any], datetime, LiveAccounts], None]] = {
    WARN: warn_flat,
    CLOSE_MARKET: close_market_before,
    CLOSE_NEWS: close_for_news,
    WARN_NEWS: warn_of_news,
    WATCH: warn_of_end,
}


def asking_doers(live: LiveAccounts) -> dict[str, Doer]:
    """The doers that ask the engine who holds what, and when time ends whom."""
    return {kind: partial(_do, doer, live) for kind, doer in _ASKING.items()}


def plan_ahead(at: datetime) -> None:
    """Whom time will end, and whether the calendar reaches far enough for those it judges."""
    plan_watches(at)
    if any(
        _needs_calendar(each) for _, phase in running_phases() for each in terms_of(phase).rules
    ):
        alert_dry(at)


def _needs_calendar(rule: object) -> bool:
    return isinstance(rule, News) or (
        isinstance(rule, GapTrading) and rule.no_open_before_news_minutes is not None
    )


def _do(
    doer: Callable[[Mapping[str, Any], datetime, LiveAccounts], None],
    live: LiveAccounts,
    detail: Mapping[str, Any],
    at: datetime,
) -> None:
    try:
        doer(detail, at, live)
    except EngineAway as away:
        raise NotYet(f"the engine does not answer: {away}") from away
