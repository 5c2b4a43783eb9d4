"""Identifiers that sort by the time they were made (RFC 9562, version 7).

It must not read the clock: the caller says when.
"""

import secrets
from datetime import datetime
from uuid import UUID

_VERSION = 7
_VARIANT = 0b10


def uuid7(at: datetime) -> UUID:
    """An identifier made at ``at``: 48 bits of milliseconds, the rest chance."""
    milliseconds = int(at.timestamp() * 1000)
    chance = secrets.randbits(74)
    return UUID(
        int=(milliseconds << 80)
        | (_VERSION << 76)
        | ((chance >> 62) << 64)
        | (_VARIANT << 62)
        | (chance & ((1 << 62) - 1))
    )
