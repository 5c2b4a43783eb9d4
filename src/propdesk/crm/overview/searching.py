"""One text, looked for in everything that has a name: persons, accounts, orders.

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

SHOWN_MAX = 10
"""Of each kind; who finds more says more."""
TEXT_LENGTH_MAX = 100
PREFIX_MIN = 2
"""So many characters an account's login is looked for by, at least."""
YEARS_BACK = 10
BYTES = "C"
"""The order of the indexes of names: one serves a beginning and the order of what begins so."""
_NUMBER = re.compile(r"(?:o-?)?(?:(\d{4})-)?([1-9]\d{0,8}|\d{6,9})", re.IGNORECASE)
_BEGINNING = re.compile(r"o-\d{0,4}-?\d{0,9}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hits:
    """What a text finds, ``SHOWN_MAX`` of each kind at most. ``holders`` are the persons that
    accounts and orders belong to, by id."""

    people: Sequence[Person] = ()
    accounts: Sequence[TradingAccount] = ()
    orders: Sequence[Order] = ()
    holders: Mapping[UUID, Person] | None = None
    too_short: bool = False
    """Persons were not looked for: a name is found by three characters or more."""

    @property
    def count(self) -> int:
        return len(self.people) + len(self.accounts) + len(self.orders)


def search(text: str, roles: frozenset[str], at: datetime) -> Hits:
    """Whoever and whatever ``text`` names, as far as ``roles`` may look."""
    wanted = text.strip()[:TEXT_LENGTH_MAX]
    if not wanted:
        return Hits()
    accounts = _accounts(wanted) if permitting_role("live.read", roles) else []
    orders = _orders(wanted, at) if permitting_role("purchases.read", roles) else []
    people = _people(wanted, roles) if permitting_role("people.read", roles) else []
    ids = {each.person for each in accounts} | {each.person_id for each in orders}
    return Hits(people, accounts, orders, _by_id(ids), len(wanted) < PIECE)


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
    elif number := _NUMBER.fullmatch(text):
        years = [int(number[1])] if number[1] else range(at.year - YEARS_BACK, at.year + 1)
        wanted = Q(reference__in=[f"O-{year}-{int(number[2]):06d}" for year in years])
    elif _BEGINNING.fullmatch(text):
        wanted = Q(name__startswith=text.upper())
    else:
        return []
    return list(orders.filter(wanted).select_related("version__programme")[:SHOWN_MAX])


def _by_id(ids: Iterable[UUID]) -> dict[UUID, Person]:
    return Person.objects.in_bulk(list(ids))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
