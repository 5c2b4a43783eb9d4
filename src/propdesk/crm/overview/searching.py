"""One text, looked for in everything that has a name: persons, accounts, orders, tickets.

It must not find by what the searcher sees masked, nor read a table from one end to the other.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Collate, Lower

from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.people.models import Person
from propdesk.crm.people.permissions import permitting_role
from propdesk.crm.people.searching import PIECE, found
from propdesk.crm.purchases.models import Order
from propdesk.crm.support.models import Ticket

SHOWN_MAX = 10
"""Of each kind; who finds more says more."""
TEXT_LENGTH_MAX = 100
PREFIX_MIN = 2
"""So many characters an account's login is looked for by, at least."""
YEARS_BACK = 10
BYTES = "C"
"""The order of the indexes of names: one serves a beginning and the order of what begins so."""
_NUMBER = re.compile(r"(?:([otd])-?)?(?:(\d{4})-)?([1-9]\d{0,8}|\d{6,9})", re.IGNORECASE)
"""A letter of whatever is numbered: orders, tickets, disputes; a year; a number."""
_BEGINNING = re.compile(r"o-\d{0,4}-?\d{0,9}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hits:
    """What a text finds, ``SHOWN_MAX`` of each kind at most. ``holders`` are the persons that
    accounts, orders and tickets belong to, by id."""

    people: Sequence[Person] = ()
    accounts: Sequence[TradingAccount] = ()
    orders: Sequence[Order] = ()
    tickets: Sequence[Ticket] = ()
    holders: Mapping[UUID, Person] | None = None
    too_short: bool = False
    """Persons were not looked for: a name is found by three characters or more."""

    @property
    def count(self) -> int:
        return sum(map(len, (self.people, self.accounts, self.orders, self.tickets)))


def search(text: str, roles: frozenset[str], at: datetime) -> Hits:
    """Whoever and whatever ``text`` names, as far as ``roles`` may look."""
    wanted = text.strip()[:TEXT_LENGTH_MAX]
    if not wanted:
        return Hits()
    accounts = _accounts(wanted) if permitting_role("live.read", roles) else []
    orders = _orders(wanted, at) if permitting_role("purchases.read", roles) else []
    people = _people(wanted, roles) if permitting_role("people.read", roles) else []
    tickets = _tickets(wanted, at) if permitting_role("support.read", roles) else []
    ids = {each.person for each in accounts}
    ids |= {each.person_id for each in orders} | {each.person_id for each in tickets}
    return Hits(people, accounts, orders, tickets, _by_id(ids), len(wanted) < PIECE)


def _people(text: str, roles: frozenset[str]) -> list[Person]:
    if len(text) < PIECE:
        return []
    return list(found(Person.objects.order_by("-id"), text, roles)[:SHOWN_MAX])


def _accounts(text: str) -> list[TradingAccount]:
    """By the beginning of the name the log and the platform have for it, or by an id: its own, or
    the person's."""
    named = _id(text)
    if named is not None:
        whose = TradingAccount.objects.filter(Q(pk=named) | Q(person=named))
        return list(whose.order_by("-created_at")[:SHOWN_MAX])
    if len(text) < PREFIX_MIN:
        return []
    by_name = TradingAccount.objects.annotate(name=Collate(Lower("engine_account"), BYTES))
    return list(by_name.filter(name__startswith=text.lower()).order_by("name")[:SHOWN_MAX])


def _orders(text: str, at: datetime) -> list[Order]:
    """By the reference, as far as it is said: ``O-2026-000123``, ``2026-123``, ``123``."""
    named = _id(text)
    orders = Order.objects.annotate(name=Collate("reference", BYTES)).order_by("name")
    if named is not None:
        wanted = Q(pk=named)
    elif references := _references("O", text, at):
        wanted = Q(reference__in=references)
    elif _BEGINNING.fullmatch(text):
        wanted = Q(name__startswith=text.upper())
    else:
        return []
    return list(orders.filter(wanted).select_related("version__programme")[:SHOWN_MAX])


def _tickets(text: str, at: datetime) -> list[Ticket]:
    """By the reference, or by that of the dispute they are about."""
    named = _id(text)
    if named is not None:
        wanted = Q(pk=named)
    elif of_tickets := _references("T", text, at):
        wanted = Q(reference__in=of_tickets)
    elif of_disputes := _references("D", text, at):
        wanted = Q(dispute__reference__in=of_disputes)
    else:
        return []
    return list(Ticket.objects.filter(wanted).order_by("reference")[:SHOWN_MAX])


def _references(letter: str, text: str, at: datetime) -> list[str]:
    """Those that ``text`` can mean; none where it says another letter, or no number. A number
    alone is an order's or a ticket's."""
    number = _NUMBER.fullmatch(text)
    if number is None or (number[1] or letter).upper() != letter:
        return []
    years = [int(number[2])] if number[2] else range(at.year - YEARS_BACK, at.year + 1)
    return [f"{letter}-{year}-{int(number[3]):06d}" for year in years]


def _by_id(ids: Iterable[UUID]) -> dict[UUID, Person]:
    return Person.objects.in_bulk(list(ids))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
