"""Until when an enrolment may wait behind a passed phase, by its rulebook and its programme.

It decides and writes nothing.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from propdesk.crm.challenges.frozen_days import day_after, days_touched, suspensions
from propdesk.crm.challenges.models import EnrolmentPhase, Outcome
from propdesk.crm.challenges.phase_opening import phase_at, rulebook_of_phase, terms_of
from propdesk.domain.instants import datetime_of, micros_of
from propdesk.domain.rules.time_limit import end_of

WAITING: Final = ("passed", "awaiting_kyc", "awaiting_contract")
"""States of an enrolment in which a pass waits for a person."""


def lapses_at(phase: EnrolmentPhase) -> datetime | None:
    """The end of the last day on which the next account may be opened, counted from the day of
    the pass; None: there is no such day. Days are the rulebook's own. Of the two deadlines, to
    activate and to pay the rest, the earlier one. A day of which any moment was suspended does not
    count."""
    enrolment = phase.enrolment
    left = terms_of(phase)
    following = phase_at(enrolment, phase.number + 1)
    if phase.ended_at is None or following is None:
        return None
    pays_within = enrolment.version.programme.on_pass_days
    asked = [left.promotion.activation_days, pays_within if following.stage == "funded" else None]
    days = [each for each in asked if each is not None]
    if not days:
        return None
    clock = rulebook_of_phase(phase).rulebook.clock.day_clock()
    passed_on = clock.day_of(micros_of(phase.ended_at))
    last = day_after(passed_on.label, min(days), days_touched(suspensions(phase), clock))
    return datetime_of(end_of(last, passed_on, clock))


def waiting() -> Iterator[tuple[EnrolmentPhase, datetime]]:
    """The passed phases whose enrolments wait, each with the moment at which it lapses."""
    newest = (
        EnrolmentPhase.objects.filter(enrolment__state__in=WAITING, outcome=Outcome.PASSED)
        .order_by("enrolment", "-started_at", "-id")
        .distinct("enrolment")
        .select_related("enrolment__version__programme", "account")
    )
    for phase in newest:
        moment = lapses_at(phase)
        if moment is not None:
            yield phase, moment
