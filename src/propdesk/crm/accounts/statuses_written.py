"""Writes what the log says of many accounts with one statement; the table's trigger looks on."""

from collections.abc import Iterable

from django.db import connection

from propdesk.crm.accounts.models import TradingAccount

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
