"""Post an entry: in the transaction of what it is about, once for each key."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from propdesk.crm.ledger.lines import Line, balanced, content_sha256
from propdesk.crm.ledger.models import Account, Entry, Posting
from propdesk.crm.references import next_reference
from propdesk.crm.uuid7 import uuid7

SEQUENCE = "ledger_entry_number"


class NotInTransaction(RuntimeError):
    """The caller decided nothing in a transaction; an entry alone could outlive its reason."""


class KeyUsedOtherwise(ValueError):
    """There is an entry of this key that says something else. Nothing was posted."""


def post_entry(*, key: str, about: str, what: str, lines: Iterable[Line], at: datetime) -> Entry:
    """The entry of ``key``, new or as it was posted before.

    Raises ``Unbalanced``, ``KeyUsedOtherwise`` and ``NotInTransaction``.
    """
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(key)
    moving = balanced(lines)
    content = content_sha256(about, what, moving)
    entry = _known(key, content)
    if entry is not None:
        return entry
    try:
        with transaction.atomic():
            entry = _write(key, content, about, what, moving, at)
    except IntegrityError:
        # Somebody posted it while we did; what they say is looked at like any other.
        posted = _known(key, content)
        if posted is None:
            raise
        return posted
    return entry


def _known(key: str, content: str) -> Entry | None:
    entry = Entry.objects.filter(key=key).first()
    if entry is not None and entry.content_sha256 != content:
        raise KeyUsedOtherwise(f"{key} is {entry}, which says something else")
    return entry


def _write(
    key: str, content: str, about: str, what: str, lines: tuple[Line, ...], at: datetime
) -> Entry:
    entry = Entry.objects.create(
        id=uuid7(at),
        key=key,
        content_sha256=content,
        reference=next_reference("L", SEQUENCE, at),
        about=about,
        what=what,
        at=at,
        postings=len(lines),
    )
    # In one order for everybody: two entries with the same new accounts cannot wait in a ring.
    accounts = {each: _account(each, at) for each in sorted({_name(line) for line in lines})}
    Posting.objects.bulk_create(
        Posting(
            entry=entry,
            account=accounts[_name(line)],
            currency=line.currency,
            amount_minor=line.amount_minor,
        )
        for line in lines
    )
    return entry


def _name(line: Line) -> tuple[str, str, str]:
    return (line.kind.value, line.detail, line.currency)


def _account(name: tuple[str, str, str], at: datetime) -> Account:
    kind, detail, currency = name
    account, _ = Account.objects.get_or_create(
        kind=kind, detail=detail, currency=currency, defaults={"id": uuid7(at)}
    )
    return account
