"""The chain of the audit walked from its first row: each must be what was written, in its place.

It must not mend anything: it says what does not fit, and a person looks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from propdesk.crm.audit.content import FIRST, chained_hash, content_hash
from propdesk.crm.audit.models import AuditRow

AT_ONCE = 2_000


class NoHead(ValueError):
    """The text is no head of a chain: the caller shows it beside the form it must have."""


@dataclass(frozen=True, slots=True)
class Head:
    """How long the chain is and its last hash. Kept elsewhere, it shows that a tail was cut."""

    count: int
    hash: str

    def __str__(self) -> str:
        return f"{self.count}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk found: ``fault`` names the first row that does not fit, and is empty if all do;
    ``head`` is where the chain was right to the last."""

    head: Head
    fault: str


def parse_head(text: str) -> Head:
    """``count:hash`` as ``Head`` writes it. Raises ``NoHead``."""
    found = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text, re.ASCII)
    if found is None:
        raise NoHead(f"{text!r} is no head of a chain: a count, a colon, 64 digits of a hash")
    return Head(int(found[1]), found[2])


def walk(known: Head | None = None) -> Walked:
    """Walk the whole chain; with a head ``known`` from elsewhere, that one must be in it."""
    head = Head(0, FIRST)
    for row in _rows():
        fault = _fault(row, head)
        if fault:
            return Walked(head, fault)
        head = Head(head.count + 1, row.hash)
        if known is not None and known.count == head.count and known.hash != head.hash:
            return Walked(head, f"row {head.count} ({row.id}) is not the one the known head names")
    if AuditRow.objects.filter(number__isnull=True).exists():
        return Walked(head, "a row stands outside the chain: the trigger that chains was off")
    if known is not None and known.count > head.count:
        return Walked(head, f"row {head.count + 1} is gone: the known head counts {known.count}")
    return Walked(head, "")


def _rows() -> Iterator[AuditRow]:
    """Every row by its number. A page at a time, each a query of its own: the walk holds no
    transaction open while it computes."""
    last = None
    while True:
        rows = AuditRow.objects.filter(number__isnull=False).order_by("number")
        page = list((rows if last is None else rows.filter(number__gt=last))[:AT_ONCE])
        yield from page
        if len(page) < AT_ONCE:
            return
        last = page[-1].number


def _fault(row: AuditRow, before: Head) -> str:
    """Why ``row`` cannot be the one that follows ``before``; empty if it can."""
    expected = before.count + 1
    if row.number != expected:
        return f"row {expected} is gone: row {row.number} ({row.id}) follows row {before.count}"
    if content_hash(row) != row.content_hash:
        return f"row {expected} ({row.id}) is not as it was written: {row}"
    if chained_hash(before.hash, expected, row.content_hash) != row.hash:
        return f"row {expected} ({row.id}) does not follow from the row before it: {row}"
    return ""
