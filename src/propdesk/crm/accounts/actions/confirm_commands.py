"""Confirm commands that their platforms did: rows of the outbox, time lines and rights, at once.

One statement for any number of them, which is its own transaction: what follows a breach passes
here. A new account, and whatever was refused, is ``note_platform_answers``'s.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import connection

from propdesk.crm.accounts.actions.note_platform_answers import Noted, detail_of
from propdesk.crm.accounts.models import EventKind
from propdesk.domain.instants import datetime_of
from propdesk.ports.platform import SetRights

# Accounts are locked in the order of ``locks.py``. Of two rights of one account the later counts.
_CONFIRM = """
WITH said AS (
    SELECT * FROM json_to_recordset(%(said)s::json) AS r (
        place integer, id bigint, claimed_by varchar, attempts integer, account varchar,
        at timestamptz, word varchar, detail jsonb, source varchar, rights varchar
    )
), own AS (
    UPDATE outbox_outboxrow AS row
    SET delivered_at = %(now)s, last_error = ''
    FROM said
    WHERE row.id = said.id AND row.claimed_by = said.claimed_by AND row.attempts = said.attempts
        AND row.delivered_at IS NULL AND row.given_up_at IS NULL
    RETURNING said.*
), account AS MATERIALIZED (
    SELECT id, engine_account FROM accounts_tradingaccount
    WHERE engine_account IN (SELECT own.account FROM own)
    ORDER BY id FOR NO KEY UPDATE
), granted AS (
    UPDATE accounts_tradingaccount AS row SET rights = last.rights
    FROM account JOIN (
        SELECT DISTINCT ON (own.account) own.account, own.rights FROM own
        WHERE own.rights IS NOT NULL ORDER BY own.account, own.place DESC
    ) AS last ON last.account = account.engine_account
    WHERE row.id = account.id
)
INSERT INTO accounts_accountevent (account_id, at, recorded_at, kind, word, detail, source)
SELECT account.id, own.at, %(now)s, %(kind)s, own.word, own.detail, own.source
FROM own JOIN account ON account.engine_account = own.account ORDER BY own.place
"""


def confirm_commands(answered: Sequence[Noted], now: datetime) -> None:
    """Write that these were done, in their order. A row that is another courier's by now is left
    to him. Raises ``django.db.DataError`` where one of them cannot be written: none is then."""
    if not answered:
        return
    said = [
        {
            "place": place,
            "id": each.row.pk,
            "claimed_by": each.row.claimed_by,
            "attempts": each.row.attempts,
            "account": each.row.account,
            "at": datetime_of(each.answer.at),
            "word": each.row.command,
            "detail": detail_of(each),
            "source": str(each.row.key),
            "rights": each.command.rights if isinstance(each.command, SetRights) else None,
        }
        for place, each in enumerate(answered)
    ]
    told: dict[str, str | datetime] = {
        "said": msgspec.json.encode(said).decode(),
        "now": now,
        "kind": EventKind.ANSWER.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CONFIRM, told)
