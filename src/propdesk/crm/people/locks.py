"""Every lock on persons, in one order: by id, so that two who lock the same two never wait in a
ring."""

from collections.abc import Iterable
from uuid import UUID

from propdesk.crm.people.models import Person
from propdesk.crm.refusal import ActionRefused


def locked(*ids: UUID) -> list[Person]:
    """The persons of ``ids``, in that order, locked until the transaction ends. Raises
    ``ActionRefused`` where one is nobody's."""
    found = {person.id: person for person in _in_order(ids)}
    if missing := [each for each in ids if each not in found]:
        raise ActionRefused("unknown_person", f"There is no person {missing[0]}.")
    return [found[each] for each in ids]


def _in_order(ids: Iterable[UUID]) -> Iterable[Person]:
    return Person.objects.select_for_update(of=("self",)).filter(pk__in=set(ids)).order_by("pk")
