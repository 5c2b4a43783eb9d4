"""The locks of purchases, in one order: the person, the coupon, the order."""

from uuid import UUID

from propdesk.crm.people.models import Person
from propdesk.crm.purchases.models import Order


def lock_person(person: UUID) -> Person:
    """Whoever counts what a person has bought holds this."""
    return Person.objects.select_for_update().get(pk=person)


def lock_order(order: UUID) -> Order:
    """Whoever changes an order, or what was paid for it, holds this."""
    return Order.objects.select_for_update(of=("self",)).select_related("version").get(pk=order)
