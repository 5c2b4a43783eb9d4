"""What waits behind a pass does not lapse by the time it was suspended."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from propdesk.crm.challenges.actions.lift_suspension import lift_suspension
from propdesk.crm.challenges.actions.suspend import suspend
from propdesk.crm.challenges.frozen_days import day_after, days_touched, suspensions
from propdesk.crm.challenges.lapsing import lapses_at
from propdesk.crm.challenges.models import EnrolmentPhase, PhasePlace
from propdesk.domain.rulebook import Clock
from tests.crm.accounts.house_of_accounts import SERVER
from tests.crm.challenges.enrolled import STAFF, Firm
from tests.crm.firm_cast import published

DAY = timedelta(days=1)
CLOCK = Clock(zone="UTC", reset=time(0)).day_clock()
PASSED = datetime(2026, 11, 23, 12, tzinfo=UTC)
# Hours from the pass or from the end before, and how long it lasts.
SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 70)), max_size=4)


@settings(max_examples=100, deadline=None)
@given(pauses=SPANS, days=st.integers(1, 10))
@example(pauses=[(12, 24)], days=1)
@example(pauses=[(36, 1)], days=2)
def test_a_suspended_day_never_counts(pauses: list[tuple[int, int]], days: int) -> None:
    """Against a walk over the calendar, hour by hour."""
    suspended, now = set[datetime](), PASSED
    spans = []
    for gap, hours in pauses:
        begin = now + timedelta(hours=gap)
        now = begin + timedelta(hours=hours)
        spans.append((begin, now))
        suspended |= {begin + timedelta(hours=each) for each in range(hours + 1)}
    touched = {each.date() for each in suspended}
    label, counted = PASSED.date(), 0
    while counted < days:
        label += DAY
        counted += label not in touched
    assert day_after(PASSED.date(), days, days_touched(spans, CLOCK)) == label


def test_nothing_suspended_is_so_many_days() -> None:
    assert day_after(date(2026, 11, 23), 3, set()) == date(2026, 11, 26)


@pytest.mark.django_db
def test_the_deadline_moves_by_the_days_of_a_suspension() -> None:
    firm = Firm()
    firm.programme = published("apex", "apex-4-eod")
    PhasePlace.objects.create(
        programme=firm.programme, phase="evaluation", server=SERVER, group="main"
    )
    enrolment = firm.enrolled()
    firm.say(enrolment, "passed")
    assert firm.state(enrolment) == "awaiting_kyc"
    phase = EnrolmentPhase.objects.select_related("enrolment__version__programme", "account").get(
        enrolment=enrolment, outcome="passed"
    )
    before = lapses_at(phase)
    assert before is not None
    firm.now += DAY
    suspend(enrolment.pk, by=STAFF, at=firm.now, reason="ring", positions="leave")
    assert suspensions(phase) == [], "one that stands says no end yet"
    firm.now += 2 * DAY
    lift_suspension(enrolment.pk, by=STAFF, at=firm.now, reason="cleared")
    assert lapses_at(phase) == before + 3 * DAY
