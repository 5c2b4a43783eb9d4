"""Set how the firm tells: after how long an alert is escalated, the site's address, the bot."""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.accounts.field_encryption import encrypted
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.notices.models import NoticeTerms
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "notices.set_terms"
MINUTES = range(1, 1_441)
TOKEN = re.compile(r"[0-9]{5,20}:[A-Za-z0-9_-]{20,80}\Z")


@dataclass(frozen=True, kw_only=True)
class NewTerms:
    """``telegram_token`` empty: the bot stays as it is; ``forgets_bot`` takes it away."""

    escalate_minutes: int
    site: str = ""
    telegram_token: str = ""
    forgets_bot: bool = False


def set_terms(new: NewTerms, *, by: Actor, at: datetime) -> NoticeTerms:
    """Raises ``ActionRefused`` (``minutes``, ``site``, ``token``)."""
    require(by, ACTION)
    if new.escalate_minutes not in MINUTES:
        raise ActionRefused("minutes", _("Between a minute and a day."))
    site, token = new.site.strip().rstrip("/"), new.telegram_token.strip()
    if site and not _is_site(site):
        raise ActionRefused("site", _("Write the address as https://desk.example.com."))
    if token and not TOKEN.match(token):
        raise ActionRefused("token", _("A bot's token is a number, a colon and letters."))
    said: dict[str, object] = {"escalate_minutes": new.escalate_minutes, "site": site[:200]}
    # After this point they are set.
    with transaction.atomic():
        bot: dict[str, object] = {}
        if token:
            bot = {"telegram_token": encrypted(token)}
        elif new.forgets_bot:
            bot = {"telegram_token": None}
        row, _made = NoticeTerms.objects.update_or_create(id=1, defaults={**said, **bot})
        record(
            by=by, action=ACTION, object_type="firm", object_id="notices", at=at,
            after={**said, "bot": "changed" if bot else "kept"},
        )  # fmt: skip
    return row


def _is_site(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = not parts.query and not parts.fragment and parts.username is None
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and plain
