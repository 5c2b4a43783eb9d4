"""What stands about one account beside itself, found by one question.

It reads; it must not write. What is there is asked for by whoever shows it.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

_STANDING = """
SELECT
    coalesce((SELECT display_name FROM people_person WHERE id = %(person)s), ''),
    coalesce((SELECT reference FROM purchases_order WHERE id = %(order)s), ''),
    EXISTS (SELECT 1 FROM accounts_hold WHERE account_id = %(account)s AND lifted_at IS NULL),
    EXISTS (SELECT 1 FROM accounts_case WHERE account_id = %(account)s),
    EXISTS (SELECT 1 FROM accounts_accountverdict WHERE account_id = %(account)s),
    EXISTS (SELECT 1 FROM accounts_approval WHERE subject = %(enrolment)s AND decision = '')
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """The names that its page shows, and which lists of it are not empty."""

    person_name: str
    order_reference: str
    holds: bool
    cases: bool
    verdicts: bool
    proposals: bool


def standing(account: UUID, person: UUID, enrolment: UUID | None, order: UUID | None) -> Standing:
    """``enrolment`` and ``order`` are those the account belongs to; None: to none."""
    asked = {"account": account, "person": person, "enrolment": enrolment, "order": order}
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, asked)
        return Standing(*cursor.fetchone())
