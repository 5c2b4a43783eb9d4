"""A firm of simulated traders that lives for days in this process, and adds up at every step.

What it is follows from its ``Life`` alone: the firm's own actions at the moments of a clock that is
set, the simulated platform, the engine on a log in memory, and a real database. It must not judge
by itself, nor write what an action of the firm writes.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection

from propdesk.boot.demonstration_offer import COUPON, make_offer
from propdesk.boot.engine_process import rulebook_of
from propdesk.boot.engine_worker import Firm
from propdesk.boot.house import Foundation, House
from propdesk.boot.platform_process import Plan
from propdesk.connectors.simulated_platform.simulation import person_of
from propdesk.connectors.simulated_platform.traders.mix import player_of
from propdesk.connectors.test_payments.courses import Course, messages
from propdesk.connectors.test_payments.provider import TestPayments
from propdesk.crm.audit.actor import Actor, anonymous, system
from propdesk.crm.catalog.actions.create_programme import NewProgramme, create_programme
from propdesk.crm.catalog.actions.publish_version import publish_version
from propdesk.crm.catalog.actions.set_offer import Offer, set_offer
from propdesk.crm.catalog.actions.set_prices import set_prices
from propdesk.crm.catalog.models import Programme, Purpose, SoldAs, Visibility
from propdesk.crm.catalog.shelf import texts_to_accept
from propdesk.crm.catalog.versions import draft_of
from propdesk.crm.challenges.actions.settle_gate import settle_gate
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase, Gate, PhasePlace
from propdesk.crm.notices.actions.take_out_notices import take_out_notices
from propdesk.crm.people.actions.create_owner import Owner, create_owner
from propdesk.crm.people.actions.register import Registration, register
from propdesk.crm.people.models import Person, StaffRole
from propdesk.crm.purchases.actions.begin_payment import begin_payment
from propdesk.crm.purchases.actions.place_order import Buyer, Placing, place_order
from propdesk.crm.purchases.actions.take_payment_notice import take_payment_notice
from propdesk.crm.purchases.models import Payment
from propdesk.crm.purchases.quoting import Wish, quote_price
from propdesk.domain.instants import DAY, HOUR, SECOND, datetime_of, parse_instant
from propdesk.ports.memory_log import MemoryLog
from propdesk.ports.memory_snapshots import MemorySnapshots
from propdesk.ports.payments import NoticeKind, PaymentNotice
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.conditions import CelConditions
from tests.boot.adding_up import add_up

BEGINS = parse_instant("2026-03-02T00:00:00Z")
PROVIDER = TestPayments(b"a secret for tests only")
EXPRESS = "express"
"""A programme with a week to pass in, so that something expires."""
SIZES = {"two-steps": Decimal(100_000), EXPRESS: Decimal(25_000)}
PLACES = {
    ("two-steps", "challenge"): "played-phase-1",
    ("two-steps", "verification"): "played-phase-2",
    ("two-steps", "funded"): "played-phase-2",
    (EXPRESS, "challenge"): "played-phase-2",
}
CUSTOMERS_OF_AN_HOUR = 125
EVERY_NTH_HAS_A_COUPON = 4
SEQUENCES = (
    "challenges_login", "purchases_order_number", "ledger_entry_number",
    "documents_certificate_number",
)  # fmt: skip
"""Numbers begin anew with each life, as they do in a new installation: they survive a rollback."""


@dataclass(frozen=True, slots=True)
class Life:
    """``traders`` buy the two-step evaluation; one of twenty more buys the express one, and one of
    fifty more never pays."""

    seed: str
    traders: int
    days: int
    ticks_of_a_day: int
    step: int = HOUR
    """So often the firm comes to rest."""

    def customers(self) -> Iterator[tuple[str, Course]]:
        """What each buys, and how he pays."""
        yield from [("two-steps", Course.PAYS)] * self.traders
        yield from [(EXPRESS, Course.REPEATS)] * max(1, self.traders // 20)
        yield from [("two-steps", Course.DECLINES)] * max(1, self.traders // 50)


class Lived(House):
    """A house that is held to account whenever it has come to rest."""

    settled = 0
    counts: Counter[str]

    def settle(self) -> None:
        super().settle()
        while take_out_notices(self.now(), self._on.alarm):
            pass
        self.counts = add_up(self.platform)
        self.settled += 1


@dataclass(slots=True)
class Lives:
    """A life that was lived: its house (closed), its log, and what it was alarmed of."""

    house: Lived
    log: MemoryLog
    alarms: list[str]


def live(
    life: Life, home: Path, kernel: Any, after_day: Callable[[int, Lived], None] = lambda *_: None
) -> Lives:
    """Live it from the first customer to the end of its last day. Raises ``DoesNotAddUp``."""
    home.mkdir()
    _begin_numbers_anew()
    alarms: list[str] = []
    log = MemoryLog()
    firm = Firm(kernel, load_catalogue(None), rulebook_of, CelConditions())
    plan = Plan(seed=life.seed, ticks_of_a_day=life.ticks_of_a_day)
    on = Foundation(home, log, MemorySnapshots(), firm, plan, alarms.append)
    owner = _owner()
    with Lived(on, BEGINS, syncs=False) as house:
        _sell_to_all(life, house)
        for day in range(1, life.days + 1):
            house.live(BEGINS + day * DAY, step=life.step)
            _settle_gates(owner, house)
            house.settle()
            after_day(day, house)
    return Lives(house, log, alarms)


def outcomes(lives: Lives) -> dict[str, Counter[str]]:
    """By profile, of the two-step evaluation: how many were sold, passed phase 1, passed both, and
    breached before they were funded."""
    books = lives.house.platform.books
    owners = dict.fromkeys(each.owner for each in books.accounts.values())
    places = {owner: person_of(place) for place, owner in enumerate(owners)}
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for phase in EnrolmentPhase.objects.filter(
        enrolment__version__programme__slug="two-steps", stage="evaluation"
    ).select_related("account"):
        player = player_of("default", places[str(phase.account.person)], books.seed)
        counts = found[player.name]
        counts["sold"] += phase.number == 1
        counts["phase 1"] += phase.number == 1 and phase.outcome == "passed"
        counts["passed"] += phase.number == 2 and phase.outcome == "passed"
        counts["breached"] += phase.outcome == "failed"
    return found


def _begin_numbers_anew() -> None:
    with connection.cursor() as cursor:
        for each in SEQUENCES:
            cursor.execute(f"ALTER SEQUENCE {each} RESTART")


# --- what is sold ----------------------------------------------------------------------------
def _owner() -> Actor:
    at = datetime_of(BEGINS)
    owner = create_owner(
        Owner("owner@example.com", "a password of a test", "Owner"), by=system("test"), at=at
    )
    by = Actor(owner.id, StaffRole.OWNER.value)
    make_offer(by, at)
    _express(by)
    for (slug, phase), group in PLACES.items():
        programme = Programme.objects.get(slug=slug)
        PhasePlace.objects.create(programme=programme, phase=phase, server="simulated", group=group)
    return by


def _express(by: Actor) -> None:
    at = datetime_of(BEGINS)
    new = NewProgramme(preset="arctic-express", slug=EXPRESS, title="Express")
    programme = create_programme(new, by=by, at=at)
    set_prices(programme, Purpose.PURCHASE, "USD", {SIZES[EXPRESS]: 19_900}, by=by, at=at)
    draft = draft_of(programme)
    assert draft is not None
    publish_version(programme, sha256=draft.sha256, by=by, at=at)
    offer = Offer(title="Express", visibility=Visibility.PUBLIC, sold_as=SoldAs.CHALLENGE)
    set_offer(programme, offer, by=by, at=at)


def _sell_to_all(life: Life, house: Lived) -> None:
    """Everybody comes in the first hours, each in a second of his own."""
    for number, (slug, course) in enumerate(life.customers()):
        if number % CUSTOMERS_OF_AN_HOUR == 0:
            house.live((house.at // HOUR + 1) * HOUR)
        house.at += SECOND
        _buy(_customer(number, house), number, slug, course, house)
    house.settle()


def _customer(number: int, house: Lived) -> Person:
    said = Registration(f"trader{number:04}@example.com", "a password", f"Trader {number}")
    return register(said, by=anonymous(), at=house.now())


def _buy(person: Person, number: int, slug: str, course: Course, house: Lived) -> None:
    at, by = house.now(), Actor(person.id, "trader")
    wish = Wish(
        programme=Programme.objects.get(slug=slug), size=SIZES[slug], currency="USD",
        coupon=COUPON if number % EVERY_NTH_HAS_A_COUPON == 0 else "",
    )  # fmt: skip
    buyer = Buyer(
        person=person.id, country="DE", born_on=date(1990, 1, 1), address="",
        accepted=frozenset(each.id for each in texts_to_accept("en")),
    )  # fmt: skip
    total = quote_price(wish, person.id, at).quote.total_minor
    placing = Placing(key=f"customer-{number}", total_minor=total)
    order = place_order(wish, buyer, placing, by=by, at=at)
    payment = begin_payment(order.id, PROVIDER, "/orders/", by=by, at=at)
    for told in messages(course, _begun(payment)):
        take_payment_notice(PROVIDER.name, told, at + timedelta(seconds=1))


def _begun(payment: Payment) -> PaymentNotice:
    return PaymentNotice(
        id=f"{payment.provider_id}-pending", kind=NoticeKind.PENDING,
        payment=payment.provider_id or "", key=str(payment.id), currency=payment.currency,
        amount_minor=payment.amount_minor, at=payment.created_at,
    )  # fmt: skip


def _settle_gates(owner: Actor, house: Lived) -> None:
    """Staff know by the evening who has passed, and that he signed."""
    for state, gate in (("awaiting_kyc", Gate.KYC), ("awaiting_contract", Gate.CONTRACT)):
        for each in Enrolment.objects.filter(state=state).order_by("created_at"):
            house.at += SECOND
            settle_gate(each.pk, gate, by=owner, at=house.now(), reason="seen")
