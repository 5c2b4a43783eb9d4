"""The funnel of each programme: of what was bought in a period, how far it has come by now.

A cohort: whatever happened later counts for the day of the purchase. It must not keep a figure.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from propdesk.crm.catalog.models import Programme, Purpose
from propdesk.crm.challenges.models import EnrolmentPhase, Outcome
from propdesk.crm.overview.periods import Period
from propdesk.crm.people.models import Person, PersonState
from propdesk.crm.purchases.models import Order
from propdesk.crm.purchases.order_states import BOUGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One phase: how many enrolments reached it, and what their newest attempt at it came to.
    ``reached`` is the sum of the others, always."""

    number: int
    name: str
    stage: str
    outcomes: Mapping[str, int] = field(default_factory=dict)

    @property
    def reached(self) -> int:
        return sum(self.outcomes.values())

    @property
    def runs(self) -> int:
        return self.outcomes.get(Outcome.RUNS, 0)

    @property
    def passed(self) -> int:
        return self.outcomes.get(Outcome.PASSED, 0)

    @property
    def failed(self) -> int:
        return self.outcomes.get(Outcome.FAILED, 0)

    @property
    def expired(self) -> int:
        return self.outcomes.get(Outcome.EXPIRED, 0)

    @property
    def ended(self) -> int:
        """By the firm; also where another attempt is still to be opened."""
        return self.outcomes.get(Outcome.ENDED, 0) + self.outcomes.get(Outcome.REPLACED, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """Of one programme. ``ordered`` ≥ ``bought`` ≥ the first step's ``reached``."""

    programme: str
    title: str
    ordered: int
    bought: int
    buyers: int
    steps: Sequence[Step]

    @property
    def not_opened(self) -> int:
        """Bought, and no account of it was begun: it waits at a gate, or was given back before."""
        return self.bought - (self.steps[0].reached if self.steps else 0)

    def waiting_behind(self, place: int) -> int:
        """Passed the step, and the next is not begun: it waits at a gate. Zero for the last."""
        if place + 1 >= len(self.steps):
            return 0
        return self.steps[place].passed - self.steps[place + 1].reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnels:
    """All programmes of which something was ordered in the period."""

    registered: int
    """Persons who registered in the period, whatever they bought."""
    programmes: Sequence[Funnel]


def funnels(period: Period, slug: str = "") -> Funnels:
    """By title; ``slug`` asks for one programme alone."""
    orders = _orders(period, slug)
    counted = _ordered(orders)
    steps = _steps(orders, period)
    programmes = Programme.objects.in_bulk(list(counted))
    found = [
        Funnel(
            programme=programme.slug,
            title=programme.title,
            ordered=counted[key][0],
            bought=counted[key][1],
            buyers=counted[key][2],
            steps=steps.get(key, ()),
        )
        for key, programme in programmes.items()
    ]
    return Funnels(
        registered=_registered(period), programmes=sorted(found, key=lambda each: each.title)
    )


def _registered(period: Period) -> int:
    return Person.objects.filter(
        created_at__gte=period.begin, created_at__lt=period.end, state=PersonState.REGISTERED
    ).count()


def _orders(period: Period, slug: str) -> QuerySet[Order]:
    found = Order.objects.filter(
        created_at__gte=period.begin, created_at__lt=period.end, purpose=Purpose.PURCHASE
    )
    return found.filter(version__programme__slug=slug) if slug else found


def _ordered(orders: QuerySet[Order]) -> dict[UUID, tuple[int, int, int]]:
    """Of each programme: orders, those paid once, and the persons of these."""
    paid = Q(state__in=BOUGHT)
    rows = orders.values_list("version__programme").annotate(
        ordered=Count("id"),
        bought=Count("id", filter=paid),
        buyers=Count("person", filter=paid, distinct=True),
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows.order_by()}


def _steps(orders: QuerySet[Order], period: Period) -> dict[UUID, tuple[Step, ...]]:
    """Each enrolment counts once in a phase, by its newest attempt. That an order's identifier is
    made of its moment is said twice, so that enrolments of a period are read by an index too."""
    later = EnrolmentPhase.objects.filter(
        enrolment=OuterRef("enrolment"), number=OuterRef("number"), attempt__gt=OuterRef("attempt")
    )
    bought = orders.filter(state__in=BOUGHT)
    rows = (
        EnrolmentPhase.objects.filter(~Exists(later), enrolment__order__in=bought.values("id"))
        .filter(enrolment__order__gte=period.ids[0], enrolment__order__lt=period.ids[1])
        .values_list("enrolment__version__programme", "number", "name", "stage", "outcome")
        .annotate(count=Count("id"))
        .order_by()
    )
    return _gathered(rows)


def _gathered(
    rows: Iterable[tuple[UUID, int, str, str, str, int]],
) -> dict[UUID, tuple[Step, ...]]:
    """Versions of a programme may name a phase differently: the number says which it is."""
    outcomes: dict[tuple[UUID, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    called: dict[tuple[UUID, int], tuple[str, str]] = {}
    for programme, number, name, stage, outcome, count in rows:
        outcomes[programme, number][outcome] += count
        called[programme, number] = max(called.get((programme, number), ("", "")), (name, stage))
    found: dict[UUID, tuple[Step, ...]] = {}
    for programme, number in sorted(outcomes, key=lambda each: each[1]):
        name, stage = called[programme, number]
        step = Step(
            number=number, name=name, stage=stage, outcomes=dict(outcomes[programme, number])
        )
        found[programme] = (*found.get(programme, ()), step)
    return found
