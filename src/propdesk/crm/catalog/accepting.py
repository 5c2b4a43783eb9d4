"""Which texts a person has yet to accept. It reads; it must not write."""

from uuid import UUID

from propdesk.crm.catalog.models import Acceptance, LegalText
from propdesk.crm.catalog.shelf import texts_to_accept


def unaccepted(person: UUID, language: str) -> tuple[LegalText, ...]:
    """The latest texts that the person accepted in no language."""
    known = {(each.kind, each.version) for each in _accepted(person)}
    latest = texts_to_accept(language)
    return tuple(each for each in latest if (each.kind, each.version) not in known)


def changed_since(person: UUID, language: str) -> tuple[LegalText, ...]:
    """Those of them of which the person accepted an earlier version: they are asked for again.
    Who has accepted none yet is asked when he buys."""
    kinds = {each.kind for each in _accepted(person)}
    if not kinds:
        return ()
    return tuple(each for each in unaccepted(person, language) if each.kind in kinds)


def _accepted(person: UUID) -> list[LegalText]:
    ids = Acceptance.objects.filter(person=person).values("text")
    return list(LegalText.objects.filter(pk__in=ids).only("kind", "version"))
