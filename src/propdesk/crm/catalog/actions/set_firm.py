"""Set with whom the firm deals, and how a brand looks."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.catalog.contrast import READABLE_MIN, WHITE, contrast
from propdesk.crm.catalog.models import Brand, FirmTerms
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

MINIMUM_AGES = range(16, 100)
COLOUR = re.compile(r"#[0-9a-f]{6}\Z")
COUNTRY = re.compile(r"[A-Z]{2}\Z")
PNG = b"\x89PNG\r\n\x1a\n"
LOGO_BYTES_MAX = 100_000


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a brand looks, and who sends its messages."""

    name: str
    accent: str
    sender_name: str = ""
    sender_email: str = ""
    logo_png: bytes | None = None


def set_firm_terms(
    minimum_age: int, refused_countries: tuple[str, ...], *, by: Actor, at: datetime
) -> None:
    """Raises ``ActionRefused`` (``no_age``, ``no_country``)."""
    require(by, "catalog.set_firm_terms")
    if minimum_age not in MINIMUM_AGES:
        raise ActionRefused("no_age", _("A minimum age is between 16 and 99 years."))
    if not all(COUNTRY.match(each) for each in refused_countries):
        raise ActionRefused("no_country", _("Write countries as two capital letters: US."))
    said = {"minimum_age": minimum_age, "refused_countries": sorted(set(refused_countries))}
    # After this point the terms must be set.
    with transaction.atomic():
        FirmTerms.objects.update_or_create(id=1, defaults=said)
        record(
            by=by,
            action="catalog.set_firm_terms",
            object_type="firm",
            object_id="terms",
            at=at,
            after=said,
        )


def set_brand(slug: str, look: Look, *, by: Actor, at: datetime) -> Brand:
    """Raises ``ActionRefused`` (``no_colour``, ``no_contrast``, ``no_logo``, ``no_name``)."""
    require(by, "catalog.set_brand")
    if not look.name.strip():
        raise ActionRefused("no_name", _("A brand has a name."))
    if not COLOUR.match(look.accent):
        raise ActionRefused("no_colour", _("Write the colour as #1f5fae."))
    if contrast(look.accent, WHITE) < READABLE_MIN:
        raise ActionRefused(
            "no_contrast", _("White text on this colour is hard to read; choose a darker one.")
        )
    logo = look.logo_png
    if logo is not None and (not logo.startswith(PNG) or len(logo) > LOGO_BYTES_MAX):
        raise ActionRefused("no_logo", _("The logo is a PNG file of at most 100 kB."))
    said: dict[str, object] = {
        "name": look.name,
        "accent": look.accent,
        "sender_name": look.sender_name,
        "sender_email": look.sender_email,
    }
    # After this point the brand must be set.
    with transaction.atomic():
        kept = {} if logo is None else {"logo_png": logo}
        brand, _made = Brand.objects.update_or_create(slug=slug, defaults={**said, **kept})
        record(
            by=by,
            action="catalog.set_brand",
            object_type="brand",
            object_id=slug,
            at=at,
            after={**said, "logo_bytes": len(logo or b"")},
        )
    return brand
