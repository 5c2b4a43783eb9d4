"""Days that do not count because an enrolment was suspended: what waits behind a pass waits longer.

It reads and decides; it must not write. Days in which an account itself was paused are the
engine's own not to count.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta

from propdesk.crm.accounts.models import AccountEvent, EventKind
from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.domain.clock import DayClock
from propdesk.domain.instants import micros_of

BEGINS, ENDS = "challenges.suspend", "challenges.lift_suspension"


def suspensions(phase: EnrolmentPhase) -> list[tuple[datetime, datetime]]:
    """The suspensions that are over, as the time line of the phase's account has them."""
    lines = AccountEvent.objects.filter(
        account=phase.account_id, kind=EventKind.ACTION, word__in=(BEGINS, ENDS)
    )
    found, began = [], None
    for word, at in lines.order_by("id").values_list("word", "at"):
        if word == BEGINS:
            began = at
        elif began is not None:
            found.append((began, at))
            began = None
    return found


def days_touched(spans: Iterable[tuple[datetime, datetime]], clock: DayClock) -> set[date]:
    """The clock's days of which any moment lies in a span."""
    found = set()
    for begin, end in spans:
        day = clock.day_of(micros_of(begin))
        found.add(day.label)
        while day.end <= micros_of(end):
            day = clock.next_day(day)
            found.add(day.label)
    return found


def day_after(first: date, days: int, frozen: AbstractSet[date]) -> date:
    """The last of so many days after ``first``; one that is frozen does not count."""
    label, counted = first, 0
    while counted < days:
        label += timedelta(days=1)
        counted += label not in frozen
    return label
