"""Create a programme from a preset: its first draft, and no price yet but those of the preset."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.catalog.drafts import preset_draft, read_draft
from propdesk.crm.catalog.models import (
    Brand,
    Price,
    Programme,
    ProgrammeVersion,
    Purpose,
    SoldAs,
    VersionState,
    Visibility,
)
from propdesk.crm.catalog.models.firm import DEFAULT_BRAND
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.minor_units import to_minor
from propdesk.domain.money import Money
from propdesk.wire.rulebook_file import presets

FIRST = 1


@dataclass(frozen=True, kw_only=True)
class NewProgramme:
    """What a person says of a new programme."""

    preset: str
    slug: str
    title: str
    brand: str = DEFAULT_BRAND


def create_programme(new: NewProgramme, *, by: Actor, at: datetime) -> Programme:
    """The programme, private until its visibility is set.

    Raises ``ActionRefused`` (``slug_taken``, ``no_preset``) and ``RulebookRefused``.
    """
    require(by, "catalog.create_programme")
    if new.preset not in presets():
        raise ActionRefused("no_preset", _("There is no such preset."))
    if Programme.objects.filter(slug=new.slug).exists():
        raise ActionRefused("slug_taken", _("There is a programme of this name already."))
    text = preset_draft(new.preset, new.slug, new.title, at.date())
    loaded = read_draft(text, new.slug)
    instant = loaded.rulebook.phases[0].stage == "funded"
    # After this point the programme must be created.
    with transaction.atomic():
        brand, _made = Brand.objects.get_or_create(slug=new.brand, defaults={"name": "Propdesk"})
        programme = Programme.objects.create(
            id=uuid7(at),
            slug=new.slug,
            title=new.title,
            brand=brand,
            visibility=Visibility.PRIVATE,
            link_key=secrets.token_urlsafe(12),
            sold_as=SoldAs.INSTANT if instant else SoldAs.CHALLENGE,
            created_at=at,
        )
        ProgrammeVersion.objects.create(
            id=uuid7(at),
            programme=programme,
            number=FIRST,
            state=VersionState.DRAFT,
            rulebook=text,
            sha256=loaded.sha256,
            name=loaded.rulebook.version,
            effective_from=loaded.rulebook.effective_from,
            saved_at=at,
        )
        for offer in loaded.rulebook.sizes:
            if offer.price is not None:
                Price.objects.create(
                    id=uuid7(at),
                    programme=programme,
                    purpose=Purpose.PURCHASE,
                    size=offer.size,
                    currency=loaded.rulebook.currency,
                    amount_minor=to_minor(Money(offer.price, loaded.rulebook.currency)),
                    since=at,
                )
        record(
            by=by,
            action="catalog.create_programme",
            object_type="programme",
            object_id=programme.id,
            at=at,
            after={"slug": new.slug, "preset": new.preset, "sha256": loaded.sha256},
        )
    return programme
