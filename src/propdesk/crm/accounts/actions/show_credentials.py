"""Show a trader how to get into the platform: once, and only when the engine judges the account."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.field_encryption import decrypted
from propdesk.crm.accounts.holding import note_action
from propdesk.crm.accounts.models import NOT_JUDGED, PlatformCredentials, TradingAccount
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "accounts.show_credentials"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the trader types in. Its secrets are in no log."""

    server: str
    login: str
    password: str = field(repr=False)
    investor_password: str = field(repr=False)


def show_credentials(account: UUID, *, by: Actor, at: datetime) -> Shown:
    """Raises ``ActionRefused`` for an account that is not open yet, or shown before, and
    ``FieldUnreadable`` where the installation's key is another."""
    with transaction.atomic():
        row = TradingAccount.objects.get(pk=account)
        require(by, ACTION, of=row.person)
        # Before the engine knows the account, a trade would be judged by nobody.
        if row.status == NOT_JUDGED:
            raise ActionRefused("not_open", "The account is being opened.")
        held = PlatformCredentials.objects.select_for_update().filter(account=row).first()
        if held is None:
            raise ActionRefused("none", "The platform told no password.")
        if held.shown_at is not None:
            raise ActionRefused("shown", "The password was shown; ask the platform for another.")
        shown = Shown(
            row.server, row.login, decrypted(held.password), decrypted(held.investor_password)
        )
        # After this point it is shown.
        held.shown_at = at
        held.save(update_fields=["shown_at"])
        audit = record(by=by, action=ACTION, object_type="account", object_id=row.pk, at=at)
        note_action(row, ACTION, at, audit.pk, {})
    return shown
