"""Claim what waits for a destination, account by account: for a while nobody else delivers it.

An account's rows are claimed together and in order, however many accounts, by one statement: it is
run for every few accounts that breach. A row behind one that is given up or not yet due is left
where it is.
"""

from collections import defaultdict
from datetime import datetime, timedelta

from propdesk.crm.outbox.models import Destination, OutboxRow

OPENS = "create_account"
"""A platform opens no account of which the engine has not heard: nobody would judge it."""

# The heads are looked at again where another courier changed them meanwhile: one that he claimed,
# or delivered, is none. Whoever has the head has the account.
_CLAIM = """
WITH head AS MATERIALIZED (
    SELECT id, account FROM outbox_outboxrow AS head
    WHERE destination = %(destination)s AND delivered_at IS NULL AND given_up_at IS NULL
        AND next_try_at <= %(now)s AND (claimed_until IS NULL OR claimed_until <= %(now)s)
        AND NOT EXISTS (
            SELECT FROM outbox_outboxrow AS before
            WHERE before.destination = head.destination AND before.account = head.account
                AND before.id < head.id AND before.delivered_at IS NULL
        )
        AND (command <> %(opens)s OR NOT EXISTS (
            SELECT FROM outbox_outboxrow AS unheard
            WHERE unheard.destination = %(engine)s AND unheard.account = head.account
                AND unheard.delivered_at IS NULL
        ))
    ORDER BY id LIMIT %(at_most)s FOR UPDATE OF head SKIP LOCKED
)
UPDATE outbox_outboxrow AS row SET
    claimed_by = %(courier)s, claimed_until = %(until)s, attempts = row.attempts + 1
FROM head
WHERE row.destination = %(destination)s AND row.account = head.account
    AND row.delivered_at IS NULL AND row.given_up_at IS NULL AND row.next_try_at <= %(now)s
    AND NOT EXISTS (
        SELECT FROM outbox_outboxrow AS held
        WHERE held.destination = row.destination AND held.account = row.account
            AND held.id < row.id AND held.delivered_at IS NULL
            AND (held.given_up_at IS NOT NULL OR held.next_try_at > %(now)s)
    )
RETURNING row.*
"""


def claim_accounts(
    destination: str, courier: str, now: datetime, hold: timedelta, *, at_most: int
) -> list[list[OutboxRow]]:
    """The rows of up to ``at_most`` accounts that are due, each account's in its order; the account
    that waits the longest first."""
    claimed = OutboxRow.objects.raw(
        _CLAIM,
        {
            "destination": destination,
            "engine": Destination.ENGINE.value,
            "opens": OPENS,
            "courier": courier,
            "now": now,
            "until": now + hold,
            "at_most": at_most,
        },
    )
    found: dict[str, list[OutboxRow]] = defaultdict(list)
    for row in sorted(claimed, key=lambda row: row.pk):
        found[row.account].append(row)
    return [*found.values()]
