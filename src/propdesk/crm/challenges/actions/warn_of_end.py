"""Warn a trader before time alone ends his account: a phase's time limit, or idleness.

A chain of due work for each account: it asks the engine when time ends it, warns where that is
near, and plans when to ask again. The end only ever moves on, so that one question in a week is
enough while it is far. It must not reckon days itself: rules know them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat

from propdesk.crm.accounts.due_work import planned
from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.messages import notice_message
from propdesk.crm.accounts.models import DueWork, TradingAccount
from propdesk.crm.calendar.known import terms
from propdesk.crm.challenges.actions.plan_closings import running_phases
from propdesk.crm.challenges.phase_opening import terms_of
from propdesk.crm.outbox.actions.enqueue_messages import enqueue_messages
from propdesk.domain.instants import datetime_of
from propdesk.domain.rules.inactivity import Inactivity
from propdesk.domain.rules.time_limit import TimeLimit
from propdesk.ports.live_accounts import LiveAccounts
from propdesk.wire.account_figures import ComingEnd

WATCH = "watch_end"
RUNNING = ["active", "unknown", "paused"]
ASK_AFTER_MAX = timedelta(days=7)
NOTICES = {"time_limit": "time_runs_out", "inactivity": "idle_too_long"}
_AT_A_TIME = 1_000


def plan_watches(at: datetime) -> int:
    """Begin the chain of every running account that time can end and that has none; how many."""
    new = 0
    for sha256, phase in running_phases():
        if not any(isinstance(each, TimeLimit | Inactivity) for each in terms_of(phase).rules):
            continue
        key = Concat(Value(f"{WATCH}/"), Cast(OuterRef("pk"), CharField()), Value("/0"))
        begun = Exists(DueWork.objects.filter(key=key))
        found = TradingAccount.objects.filter(
            ~begun, sha256=sha256, phase=phase.name, status__in=RUNNING
        )
        for account in found.order_by("id")[:_AT_A_TIME]:
            new += _ask(account, 0, at, at)
    return new


def warn_of_end(detail: Mapping[str, Any], at: datetime, live: LiveAccounts) -> None:
    """Look at one account. Raises ``EngineAway``."""
    account = TradingAccount.objects.get(pk=detail["account"])
    if account.status not in RUNNING:
        return
    figures, days = live.figures(account.engine_account), terms().ending
    ends = () if figures is None else figures.ends
    with transaction.atomic():
        for each in ends:
            left = datetime_of(each.at) - at
            near = [before for before in days if left <= before]
            if near and left > timedelta(0) and each.kind in NOTICES:
                _warn(account, each, min(near), at)
        _ask(account, int(detail["number"]) + 1, next_look(ends, days, at), at)


def next_look(ends: Iterable[ComingEnd], days: Sequence[timedelta], at: datetime) -> datetime:
    """When the next warning of any end is due, as far as it is known now."""
    moments = [at + ASK_AFTER_MAX]
    for each in ends:
        end = datetime_of(each.at)
        moments += [end - before for before in days if end - before > at]
    return min(moments)


def _warn(account: TradingAccount, end: ComingEnd, before: timedelta, at: datetime) -> None:
    """Once for each end and distance: of several that were slept through, only the nearest."""
    moment = datetime_of(end.at).isoformat()
    told = {"deadline": moment, "rule": end.rule}
    key = key_of(account.engine_account, "notice", "ends", end.rule, moment, str(before.days))
    enqueue_messages([notice_message(account, NOTICES[end.kind], told, key)], at)


def _ask(account: TradingAccount, number: int, due: datetime, at: datetime) -> bool:
    detail = {"account": str(account.pk), "number": number}
    return planned(f"{WATCH}/{account.pk}/{number}", WATCH, due, detail, at)
