"""Rows of many accounts written with one statement a table; the tables' triggers look on.

It must not decide what they say.
"""

from collections.abc import Iterable

from django.db import connection

from propdesk.crm.accounts.models import AccountEvent, AccountVerdict, TradingAccount
from propdesk.crm.rows_at_once import insert_at_once

_WRITE = """
UPDATE accounts_tradingaccount AS account SET
    status = said.status, status_at = said.status_at, ended_at = said.ended_at,
    blocked_by = said.blocked_by, blocked_why = said.blocked_why, log_stream = said.log_stream,
    log_offset = said.log_offset, rights_wanted = said.rights_wanted
FROM unnest(
    %s::uuid[], %s::varchar[], %s::timestamptz[], %s::timestamptz[], %s::varchar[], %s::text[],
    %s::varchar[], %s::bigint[], %s::varchar[]
) AS said (
    id, status, status_at, ended_at, blocked_by, blocked_why, log_stream, log_offset, rights_wanted
)
WHERE account.id = said.id
"""
_EVENT = {
    "account_id": "uuid",
    "at": "timestamptz",
    "recorded_at": "timestamptz",
    "kind": "varchar",
    "word": "varchar",
    "detail": "jsonb",
    "source": "varchar",
}
_VERDICT = {
    "id": "varchar",
    "account_id": "uuid",
    "phase": "varchar",
    "rule": "varchar",
    "outcome": "varchar",
    "at": "timestamptz",
    "observed": "varchar",
    "limit": "varchar",
    "comparison": "varchar",
    "basis": "varchar",
    "evidence": "jsonb",
    "offset": "bigint",
    "tick": "bigint",
    "replaces": "varchar",
}


def write_statuses(accounts: Iterable[TradingAccount]) -> None:
    """Write the columns the log decides. The rows are locked by the caller."""
    rows = list(accounts)
    if not rows:
        return
    said = [
        (
            row.pk, row.status, row.status_at, row.ended_at, row.blocked_by, row.blocked_why,
            row.log_stream, row.log_offset, row.rights_wanted,
        )
        for row in rows
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [list(column) for column in zip(*said, strict=True)])


def write_events(events: Iterable[AccountEvent]) -> None:
    """Add lines to time lines, in their order."""
    rows = [{name: getattr(each, name) for name in _EVENT} for each in events]
    insert_at_once("accounts_accountevent", _EVENT, rows)


def write_verdicts(verdicts: Iterable[AccountVerdict]) -> None:
    """Add copies of verdicts; one that is there already stays as it is."""
    rows = [{name: getattr(each, name) for name in _VERDICT} for each in verdicts]
    insert_at_once("accounts_accountverdict", _VERDICT, rows, skip_known=True)
