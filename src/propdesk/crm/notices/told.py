"""A notice as it came out of the outbox, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from propdesk.crm.outbox.models import OutboxRow

_OWN = frozenset({"notice", "to", "account", "person"})


class _Body(msgspec.Struct, frozen=True):
    notice: str
    to: tuple[str, ...]
    account: UUID | None = None
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What happened, and to whom it is to be told."""

    key: UUID
    notice: str
    to: tuple[str, ...]
    at: datetime
    engine_account: str
    account: UUID | None
    person: UUID | None
    detail: Mapping[str, Any]

    def word(self, name: str) -> str:
        """A value of the detail as text; empty where there is none."""
        value = self.detail.get(name)
        if value is None:
            return ""
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    def happened(self) -> datetime:
        """When it happened, where its detail says so; else when it was put into the outbox."""
        try:
            found = datetime.fromisoformat(self.word("at"))
        except ValueError:
            return self.at
        return found if found.tzinfo is not None else self.at


def told_in(row: OutboxRow) -> Told:
    """Raises ``ValueError`` for a body that is no notice."""
    body = bytes(row.body).replace(rb"\u0000", b" ")  # the database's texts hold none
    try:
        known = msgspec.json.decode(body, type=_Body)
        whole = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error
    detail = {name: value for name, value in whole.items() if name not in _OWN}
    return Told(
        row.key, known.notice, known.to, row.created_at, row.account, known.account, known.person,
        detail,
    )  # fmt: skip
