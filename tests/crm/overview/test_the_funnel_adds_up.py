"""The funnel of a period: each step is the sum of what became of it, and a loop counts the same."""

from collections import Counter
from datetime import timedelta

import pytest

from propdesk.crm.challenges.actions.reset import reset
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.overview.funnel import Funnel, funnels
from propdesk.crm.overview.periods import Period, days_before
from propdesk.crm.people.models import Person, PersonState
from propdesk.crm.purchases.models import Order
from propdesk.crm.uuid7 import uuid7
from tests.crm.firm_cast import DAY, NOW, STAFF, trader
from tests.crm.overview.bought import SellingFirm

pytestmark = pytest.mark.django_db
LAST_MONTH = days_before(NOW)


def lived() -> SellingFirm:
    """Two ordered and not paid; seven bought: one waits, two run, one fails, one fails and begins
    anew, one expires, one passes both phases and is funded but for a gate."""
    firm = SellingFirm()
    other = trader("other@example.com")
    firm.ordered()
    firm.ordered(currency="EUR")
    firm.paid()
    made = [
        firm.enrolled_by(firm.paid(person=other if not number else None)) for number in range(6)
    ]
    firm.say(made[1], "breached")
    firm.say(made[2], "breached")
    reset(made[2].pk, by=STAFF, at=firm.now, order=uuid7(NOW))
    firm.deliver()
    firm.say(made[3], "expired")
    for _ in range(2):
        firm.say(made[4], "passed")
    return firm


def by_hand() -> dict[tuple[int, str], int]:
    """Every enrolment walked through, one after the other."""
    found: Counter[tuple[int, str]] = Counter()
    for enrolment in Enrolment.objects.all():
        newest = {each.number: each for each in enrolment.phases.order_by("attempt")}
        found.update((number, each.outcome) for number, each in newest.items())
    return dict(found)


def only() -> Funnel:
    (found,) = funnels(LAST_MONTH).programmes
    return found


def test_every_step_is_what_became_of_it_and_a_walk_counts_the_same() -> None:
    lived()
    found = only()
    assert (found.ordered, found.bought, found.buyers) == (9, 7, 2)
    first = found.steps[0]
    assert (first.reached, first.runs, first.passed) == (6, 3, 1)
    assert (first.failed, first.expired, first.ended) == (1, 1, 0)
    assert found.not_opened == 1
    told = {
        (step.number, outcome): count
        for step in found.steps
        for outcome, count in step.outcomes.items()
    }
    assert told == by_hand()
    for place, step in enumerate(found.steps[:-1]):
        assert step.passed == found.steps[place + 1].reached + found.waiting_behind(place)
    assert found.bought == Order.objects.filter(state__in=["paid", "provisioned"]).count()


def test_a_purchase_counts_for_its_own_day_whatever_came_later() -> None:
    firm = SellingFirm()
    firm.enrolled_by(firm.paid())
    day = NOW.date()
    for first, last, bought in ((0, 0, 1), (-1, -1, 0), (1, 5, 0), (-3, 3, 1)):
        period = Period(day + timedelta(days=first), day + timedelta(days=last))
        found = funnels(period)
        assert sum(each.bought for each in found.programmes) == bought, (first, last)
    assert funnels(LAST_MONTH, "two-step").programmes == funnels(LAST_MONTH).programmes
    assert funnels(LAST_MONTH, "another").programmes == []


def test_registered_are_those_who_finished_in_the_period() -> None:
    moments = [LAST_MONTH.begin, LAST_MONTH.begin - timedelta(microseconds=1), LAST_MONTH.end]
    for number, at in enumerate(moments):
        Person.objects.create(
            id=uuid7(at), created_at=at, email=f"{number}@example.com", state=PersonState.REGISTERED
        )
    Person.objects.create(
        id=uuid7(NOW), created_at=NOW, email="lead@example.com", state=PersonState.LEAD
    )
    assert funnels(LAST_MONTH).registered == 1


def test_a_period_is_bounded_and_in_order() -> None:
    day = NOW.date()
    with pytest.raises(ValueError, match="366"):
        Period(day, day - timedelta(days=1))
    with pytest.raises(ValueError, match="366"):
        Period(day, day + timedelta(days=366))
    assert Period(day, day + timedelta(days=365)).end == Period(day, day).begin + 366 * DAY
