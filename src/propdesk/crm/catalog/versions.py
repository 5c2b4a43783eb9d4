"""Which version of a programme is sold, and its rulebook read.

It must not sell by a draft or a withdrawn version.
"""

from datetime import date
from functools import lru_cache

from propdesk.crm.catalog.drafts import FILE
from propdesk.crm.catalog.models import Programme, ProgrammeVersion, VersionState
from propdesk.wire.rulebook_file import LoadedRulebook, parse_rulebook

# A firm has tens of programmes; reading one costs some hundredths of a second.
READ_KEPT = 200


def version_on_sale(programme: Programme, on: date) -> ProgrammeVersion | None:
    """The published version that is in force on a day: the latest by its date, then its number."""
    published = programme.versions.filter(state=VersionState.PUBLISHED, effective_from__lte=on)
    return published.order_by("-effective_from", "-number").first()


def last_published(programme: Programme) -> ProgrammeVersion | None:
    """The version a draft is compared with, in force or not yet."""
    return (
        programme.versions.filter(state=VersionState.PUBLISHED)
        .order_by("-effective_from", "-number")
        .first()
    )


def draft_of(programme: Programme) -> ProgrammeVersion | None:
    return programme.versions.filter(state=VersionState.DRAFT).first()


def loaded(version: ProgrammeVersion) -> LoadedRulebook:
    """Its rulebook. Raises ``RulebookRefused`` where this program no longer takes it."""
    return _read(version.rulebook)


@lru_cache(maxsize=READ_KEPT)
def _read(text: str) -> LoadedRulebook:
    return parse_rulebook(text.encode("utf-8", "surrogatepass"), FILE)
