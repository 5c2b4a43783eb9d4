"""Persons found by a part of the address or name, among a hundred thousand at once.

It must not search where the searcher sees a mask: a search that finds would say what is hidden.
"""

from uuid import UUID

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from propdesk.crm.people.masking import SEEN_WHOLE, Field
from propdesk.crm.people.models import Person

# The same expression as the index has. A text shorter than a piece has none: a search for one or
# two letters looks at one person after the other, and mostly finds its page of them soon.
PIECE = 3
_PIECES = """
people_pieces(lower(
    people_person.email || ' ' || people_person.display_name || ' ' || people_person.legal_name
)) @> people_pieces(lower(%s))
"""


def found(people: QuerySet[Person], text: str, roles: frozenset[str]) -> QuerySet[Person]:
    """Whoever of ``people`` has ``text`` in the address or a name that ``roles`` see whole, in
    any case; or has it as the id."""
    try:
        return people.filter(id=UUID(text))
    except ValueError:
        pass
    like = Q()
    if SEEN_WHOLE[Field.EMAIL] & roles:
        like |= Q(email__icontains=text)
    if SEEN_WHOLE[Field.NAME] & roles:
        like |= Q(display_name__icontains=text) | Q(legal_name__icontains=text)
    if not like:
        return people.none()
    if len(text) < PIECE:
        return people.filter(like)
    # No input of a person is in the text of the query; it goes beside it.
    pieces = RawSQL(_PIECES, [text], output_field=BooleanField())  # noqa: S611
    return people.filter(pieces).filter(like)
