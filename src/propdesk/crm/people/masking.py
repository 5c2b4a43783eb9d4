"""What of a person each role sees: whole, or so much that one record is told from another.

It must not decide who may open a page; what is shown there goes through here.
"""

from collections.abc import Mapping
from enum import StrEnum

from propdesk.crm.people.permissions import (
    ADMIN,
    AUDITOR,
    FINANCE,
    OWNER,
    RISK,
    SUPPORT,
    TRADER,
)


class Field(StrEnum):
    """What identifies a person."""

    EMAIL = "email"
    NAME = "name"
    PHONE = "phone"
    BIRTH = "birth"
    DOCUMENT = "document"
    ADDRESS = "address"
    """A network address."""


SEEN_WHOLE: Mapping[Field, frozenset[str]] = {
    Field.EMAIL: frozenset({OWNER, ADMIN, SUPPORT}),
    Field.NAME: frozenset({OWNER, ADMIN, SUPPORT, FINANCE, RISK}),
    Field.PHONE: frozenset({OWNER, ADMIN, SUPPORT}),
    Field.BIRTH: frozenset({OWNER, ADMIN}),
    Field.DOCUMENT: frozenset({OWNER, ADMIN}),
    Field.ADDRESS: frozenset({OWNER, ADMIN, RISK, AUDITOR}),
}
"""An auditor sees from where something was done, and not who did it. What is one's own is shown as
it is, and does not go through here."""

HIDDEN = "•"


def shown(field: Field, value: str, roles: frozenset[str]) -> str:
    """``value`` as somebody in ``roles`` sees it. A trader's role opens nothing of others."""
    if not value or SEEN_WHOLE[field] & (roles - {TRADER}):
        return value
    return _MASKS[field](value)


def _email(value: str) -> str:
    """``ada@example.org`` as ``a•••@e•••.org``: the same for any length."""
    name, _, host = value.rpartition("@")
    label, _, rest = host.partition(".")
    return f"{name[:1]}{HIDDEN * 3}@{label[:1]}{HIDDEN * 3}" + (f".{rest}" if rest else "")


def _name(value: str) -> str:
    return " ".join(f"{word[:1]}{HIDDEN * 3}" for word in value.split())


def _ending(value: str) -> str:
    """The last two characters, where enough others are hidden."""
    return HIDDEN * 4 + (value[-2:] if len(value) >= 6 else "")


def _birth(value: str) -> str:
    """The year of a date, which tells whether somebody is of age."""
    return f"{value[:4]}-{HIDDEN * 2}-{HIDDEN * 2}"


def _address(_value: str) -> str:
    return HIDDEN * 4


_MASKS = {
    Field.EMAIL: _email,
    Field.NAME: _name,
    Field.PHONE: _ending,
    Field.DOCUMENT: _ending,
    Field.BIRTH: _birth,
    Field.ADDRESS: _address,
}
