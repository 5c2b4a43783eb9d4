"""How the firm tells, as it is now: its site, its bot, its patience, its brands."""

from dataclasses import dataclass, field
from email.utils import formataddr

from django.conf import settings

from propdesk.crm.accounts.field_encryption import FieldUnreadable, decrypted
from propdesk.crm.catalog.models import Brand
from propdesk.crm.catalog.models.firm import DEFAULT_BRAND
from propdesk.crm.notices.models import NoticeTerms

FIRM = "Propdesk"
"""What a firm without a brand of its own is called."""
ACCENT = "#1f5fae"


@dataclass(frozen=True, slots=True)
class Look:
    """A brand as a message shows it, and from whom the message comes."""

    name: str
    accent: str
    sender: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What the desk set, with what stands in where it set nothing."""

    site: str
    escalate_minutes: int
    telegram_token: str = field(default="", repr=False)
    telegram_trouble: str = ""


def terms() -> Terms:
    """A bot's token that no key of this installation opens is none, and says so."""
    row = NoticeTerms.objects.filter(id=1).first() or NoticeTerms()
    token, trouble = "", ""
    if row.telegram_token is not None:
        try:
            token = decrypted(row.telegram_token)
        except FieldUnreadable as error:
            trouble = str(error)
    return Terms(
        (row.site or settings.SITE_ADDRESS).rstrip("/"), row.escalate_minutes, token, trouble
    )


def look_of(brand: Brand | None) -> Look:
    """A brand that names no sender uses the installation's address under its own name."""
    if brand is None:
        return Look(FIRM, ACCENT, settings.DEFAULT_FROM_EMAIL)
    if brand.sender_email:
        sender = formataddr((brand.sender_name or brand.name, brand.sender_email))
    elif "<" in settings.DEFAULT_FROM_EMAIL:
        sender = settings.DEFAULT_FROM_EMAIL
    else:
        sender = formataddr((brand.sender_name or brand.name, settings.DEFAULT_FROM_EMAIL))
    return Look(brand.name, brand.accent, sender)


def looks() -> dict[str, Look]:
    """By the brand's slug; the default one is always there."""
    found = {each.slug: look_of(each) for each in Brand.objects.all()}
    return {DEFAULT_BRAND: look_of(None), **found}
