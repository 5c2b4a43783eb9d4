"""A believable firm in an empty installation: staff, programmes, traders, and the days they traded.

Everything is done by the actions of pages and processes, at the moments it would have been done; it
must not write a model, nor be let near an installation that holds anything. Imported once Django is
set up.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from allauth.account import app_settings as account_settings
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from propdesk.boot.demonstration_offer import PROGRAMMES, make_offer
from propdesk.boot.house import Foundation, House
from propdesk.boot.platform_process import DIRECTORY, keep_players
from propdesk.connectors.test_payments.courses import Course, messages
from propdesk.crm.audit.actor import Actor, anonymous, system
from propdesk.crm.catalog.models import Programme
from propdesk.crm.catalog.shelf import texts_to_accept
from propdesk.crm.people.actions.create_owner import Owner, create_owner
from propdesk.crm.people.actions.invite_staff import invite_staff
from propdesk.crm.people.actions.register import Registration, register
from propdesk.crm.people.addresses import hold_verified
from propdesk.crm.people.models import Person, StaffRole
from propdesk.crm.purchases.actions.begin_payment import begin_payment
from propdesk.crm.purchases.actions.place_order import Buyer, Placing, place_order
from propdesk.crm.purchases.actions.take_payment_notice import take_payment_notice
from propdesk.crm.purchases.models import Payment
from propdesk.crm.purchases.quoting import Wish, quote_price
from propdesk.domain.instants import DAY, HOUR, MINUTE, datetime_of
from propdesk.ports.payments import NoticeKind, PaymentNotice
from propdesk.web.payment_providers import installed_test_payments

DAYS, ARRIVE_WITHIN = 12, 6
"""So many days are lived before it is shown; in the first of them the traders arrive."""
TRADERS: Mapping[str, int] = {
    "disciplined": 13, "gambler": 8, "martingale": 5, "scalper": 4, "grid": 3, "news": 3,
    "inactive": 2, "copier": 2,
}  # fmt: skip
COUNTRIES = ("DE", "FR", "PL", "ES", "NL", "CZ", "PT", "SE")
EVERY_NTH_HAS_A_COUPON = 4
CAUGHT_UP = MINUTE


class NotEmpty(Exception):
    """There is somebody or something in the installation already; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Access:
    """How one of the demonstration's persons signs in: by a password, or an address that lets him
    choose one, once."""

    who: str
    email: str
    password: str = field(default="", repr=False)
    path: str = field(default="", repr=False)


def demonstrate(
    on: Foundation,
    clock: Callable[[], int],
    tell: Callable[[str], None],
    *,
    days: int = DAYS,
    traders: Mapping[str, int] = TRADERS,
) -> list[Access]:
    """Live ``days`` up to the present. Raises ``NotEmpty``, and what the house raises."""
    refuse_unless_empty()
    begins = clock() // HOUR * HOUR - days * DAY
    accesses, owner = _staff(datetime_of(begins))
    make_offer(owner, datetime_of(begins))
    tell(f"A firm of {sum(traders.values())} traders lives through {days} days…")
    with House(on, begins) as house:
        for number, (profile, arrives) in enumerate(_arrivals(begins, days, traders), start=1):
            house.live(arrives)
            password = secrets.token_urlsafe(12)
            trader = _arrive(number, password, house.now())
            house.simulation.players[str(trader.id)] = profile
            keep_players(on.home / DIRECTORY, house.simulation.players)
            _buy(trader, number, house.now())
            house.settle()
            if number == 1:
                accesses.append(Access("Trader", trader.email, password))
        while clock() - house.at > CAUGHT_UP:
            house.live(clock())
    return accesses


def refuse_unless_empty() -> None:
    """Raises ``NotEmpty``."""
    if Person.objects.exists() or Programme.objects.exists():
        raise NotEmpty(
            "This installation is not empty: the demonstration is for a new one. Give it a home "
            "of its own by PROPDESK_HOME."
        )


def _staff(at: datetime) -> tuple[list[Access], Actor]:
    password = secrets.token_urlsafe(12)
    owner = create_owner(
        Owner("owner@example.com", password, "Owner"), by=system("demonstration"), at=at
    )
    by = Actor(owner.id, StaffRole.OWNER.value)
    accesses = [Access("Owner", owner.email, password)]
    for role in StaffRole:
        if role != StaffRole.OWNER:
            email = f"{role.value}@example.com"
            name = str(role.label).capitalize()
            invited = invite_staff(email, role, display_name=name, by=by, at=at)
            accesses.append(Access(name, email, path=sign_in_path(invited)))
    return accesses, by


def sign_in_path(person: Person) -> str:
    """Where the person chooses a password, once, without a mail."""
    token = account_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    names = {"uidb36": user_pk_to_url_str(person), "key": token}
    return reverse("account_reset_password_from_key", kwargs=names)


def _arrivals(begins: int, days: int, traders: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Profiles in turn, and when each comes: evenly, each kind among the others."""
    left = dict(traders)
    total = sum(left.values())
    for number in range(total):
        profile = max(left, key=lambda each: left[each] / traders[each])
        left[profile] -= 1
        yield profile, begins + HOUR + number * min(ARRIVE_WITHIN, days) * DAY // total


def _arrive(number: int, password: str, at: datetime) -> Person:
    said = Registration(
        email=f"trader{number:02}@example.com",
        password=password,
        display_name=f"Trader {number:02}",
        first_source=("search", "friend", "video", "")[number % 4],
    )
    person = register(said, by=anonymous(), at=at)
    hold_verified(person)  # nobody reads the mail of example.com
    return person


def _buy(person: Person, number: int, at: datetime) -> None:
    """Order, pay by a test payment, and let the provider tell of it."""
    offered = PROGRAMMES[number % len(PROGRAMMES)]
    sizes = [*offered.prices]
    wish = Wish(
        programme=Programme.objects.get(slug=offered.slug),
        size=Decimal(sizes[number % len(sizes)]),
        currency=("USD", "EUR")[number % 2],
        coupon="WELCOME10" if number % EVERY_NTH_HAS_A_COUPON == 0 else "",
    )
    buyer = Buyer(
        person=person.id,
        country=COUNTRIES[number % len(COUNTRIES)],
        born_on=date(1980 + number % 20, 1, 1),
        address="",
        accepted=frozenset(each.id for each in texts_to_accept("en")),
    )
    by = Actor(person.id, "trader")
    total = quote_price(wish, person.id, at).quote.total_minor
    placing = Placing(key=f"demonstration-{number}", total_minor=total)
    order = place_order(wish, buyer, placing, by=by, at=at)
    provider = installed_test_payments()
    payment = begin_payment(order.id, provider, "/orders/", by=by, at=at)
    for told in messages(Course.PAYS, _begun(payment)):
        take_payment_notice(provider.name, told, at + timedelta(seconds=1))


def _begun(payment: Payment) -> PaymentNotice:
    return PaymentNotice(
        id=f"{payment.provider_id}-pending",
        kind=NoticeKind.PENDING,
        payment=payment.provider_id or "",
        key=str(payment.id),
        currency=payment.currency,
        amount_minor=payment.amount_minor,
        at=payment.created_at,
    )
