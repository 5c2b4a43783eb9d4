"""What the hash of an audit row is taken of: every field of it but its place in the chain.

The form is JSON with sorted keys and no spaces; it may never change, or old rows stop fitting.
"""

import hashlib
import json
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from propdesk.crm.audit.models import AuditRow

FIRST = "0" * 64
"""What stands for the hash before the first row."""


class NotPlain(ValueError):
    """A value that would not read back the same. The caller writes it as a text."""


def content_hash(row: "AuditRow") -> str:
    """SHA-256 of the row's content, in hexadecimal."""
    content = {
        "id": str(row.id),
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "person": None if row.person is None else str(row.person),
        "role": row.role,
        "process": row.process,
        "address": row.address,
        "action": row.action,
        "object_type": row.object_type,
        "object_id": row.object_id,
        "before": row.before,
        "after": row.after,
        "reason": row.reason,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def chained_hash(previous: str, number: int, content: str) -> str:
    """The hash of a row in its place; the trigger of the table computes the same in SQL."""
    return hashlib.sha256(f"{previous}:{number}:{content}".encode()).hexdigest()


def plain(value: object, where: str = "value") -> object:
    """``value`` as JSON holds it. Raises ``NotPlain`` for what a database or a reader could give
    back otherwise: a float, a Decimal, a time, a key that is no text, a NUL."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _text(value, where)
    if isinstance(value, list | tuple):
        return [plain(each, f"{where}[{place}]") for place, each in enumerate(value)]
    if isinstance(value, dict):
        return {
            _text(key, f"{where}, a key"): plain(each, f"{where}.{key}")
            for key, each in value.items()
        }
    raise NotPlain(f"{where}: {type(value).__name__}; write it as a text")


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise NotPlain(f"{where}: {value!r} is no text that can be kept")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise NotPlain(f"{where}: {value!r} is no text that can be kept") from error
    return value
