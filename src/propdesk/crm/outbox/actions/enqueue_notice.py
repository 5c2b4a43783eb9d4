"""Enqueue a notice: a row in the transaction of whatever it tells of.

It must not word it; that is done when the notice is taken out.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from propdesk.crm.outbox.actions.enqueue_messages import Message, enqueue_messages
from propdesk.crm.outbox.models import Destination

TRADER, RISK, RULING = "trader", "risk", "ruling"
"""Whom a notice is for: a person, whoever holds the role risk, owners and admins."""


def tell(
    notice: str,
    key: UUID,
    at: datetime,
    *,
    to: Iterable[str] = (TRADER,),
    person: UUID | None = None,
    account: str = "",
    detail: Mapping[str, object] | None = None,
) -> None:
    """One notice under ``key``, once for ever. ``account`` is the name the log has for it.

    Raises ``NotInTransaction``.
    """
    enqueue_messages([told(notice, key, to, person, account, detail or {})], at)


def told(
    notice: str,
    key: UUID,
    to: Iterable[str],
    person: UUID | None,
    account: str,
    detail: Mapping[str, object],
) -> Message:
    """The message that ``tell`` enqueues."""
    body: dict[str, Any] = {"notice": notice, "to": tuple(to), **detail}
    if person is not None:
        body["person"] = str(person)
    return Message(
        destination=Destination.NOTICE,
        account=account,
        name=notice,
        body=msgspec.json.encode(body, enc_hook=str),
        key=key,
    )
