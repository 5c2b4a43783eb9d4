"""Set one's own daily limit: stricter at once, looser from the next day on."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.holding import note_action
from propdesk.crm.accounts.locks import locked_ids
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.own_limits.models import OwnLimit, limit_in_force
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "own_limits.set_daily_limit"


def set_daily_limit(
    account: UUID,
    amount: Decimal | None,
    *,
    allowance: Decimal | None,
    resets_at: datetime,
    by: Actor,
    at: datetime,
) -> OwnLimit:
    """``amount`` None: none from the next reset, which is at ``resets_at``. ``allowance`` is what
    the rulebook lets one lose today; None: it has no daily limit.

    Raises ``ActionRefused`` for what is not stricter than the rulebook, and for an account that
    has ended.
    """
    with transaction.atomic():
        found = locked_ids([account])
        require(by, ACTION, of=found[0].person if found else None)
        row = found[0]
        if row.ended_at is not None or row.opened_at is None:
            raise ActionRefused("not_open", "This account does not trade.")
        if amount is not None and amount <= 0:
            raise ActionRefused("not_positive", "The limit must be more than zero.")
        if amount is not None and allowance is not None and amount >= allowance:
            raise ActionRefused(
                "not_stricter", f"Your own limit must be less than the rulebook's {allowance:f}."
            )
        before = limit_in_force(row, at)
        had = None if before is None else before.amount
        is_stricter = amount is not None and (had is None or amount <= had)
        # After this point it is set.
        made = OwnLimit.objects.create(
            id=uuid7(at), account=row, amount=amount, set_at=at,
            counts_from=at if is_stricter else resets_at,
        )  # fmt: skip
        told = {
            "amount": None if amount is None else f"{amount:f}",
            "counts_from": made.counts_from.isoformat(),
        }
        audit = record(
            by=by, action=ACTION, object_type="account", object_id=row.pk, at=at,
            before={"amount": None if had is None else f"{had.normalize():f}"}, after=told,
        )  # fmt: skip
        note_action(row, ACTION, at, audit.pk, told)
    return made
