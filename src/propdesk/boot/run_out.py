"""What runs out: orders nobody paid, passes nobody followed up, free trials.

It asks how things stand and not what was planned, so that nothing is skipped however long nobody
looked, and nothing done twice. It must not decide how long anything lasts.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from propdesk.crm.accounts.due_work import planned
from propdesk.crm.audit.actor import system
from propdesk.crm.challenges.actions.end_trial import end_trial, trials_over
from propdesk.crm.challenges.actions.expire import expire
from propdesk.crm.challenges.actions.warn_waiting import WARN_WAITING
from propdesk.crm.challenges.lapsing import waiting
from propdesk.crm.purchases.actions.expire_orders import expire_orders
from propdesk.crm.refusal import ActionRefused

BY = system("firm clock")
REMINDERS = (timedelta(days=7), timedelta(days=1))
"""So long before a pass lapses its trader is reminded."""
LAPSED = "it waited longer than its rulebook or its offer allows"


def end_what_ran_out(at: datetime, alarm: Callable[[str], None]) -> int:
    """How many orders, waiting enrolments and trials ended."""
    ended = expire_orders(at)
    ended += _each(_lapsed(at), lambda each: expire(each, by=BY, at=at, reason=LAPSED), alarm)
    ended += _each(trials_over(at), lambda each: end_trial(each, by=BY, at=at), alarm)
    return ended


def plan_reminders(at: datetime) -> None:
    """Plan to remind whoever lets a pass wait; what is planned stays."""
    for phase, until in waiting():
        for before in REMINDERS:
            if until - before > at:
                detail = {"phase": str(phase.pk), "until": until.isoformat()}
                key = f"{WARN_WAITING}/{phase.pk}/{before.days}"
                planned(key, WARN_WAITING, until - before, detail, at)


def _lapsed(at: datetime) -> list[UUID]:
    return [phase.enrolment_id for phase, until in waiting() if until <= at]


def _each(
    enrolments: Iterable[UUID], end: Callable[[UUID], object], alarm: Callable[[str], None]
) -> int:
    ended = 0
    for each in enrolments:
        try:
            end(each)
        except ActionRefused as refused:  # it went on since it was looked at
            alarm(f"enrolment {each} was to end and did not: {refused.sentence}")
        else:
            ended += 1
    return ended
