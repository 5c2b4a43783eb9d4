"""A firm of many rows for the benchmark of the pages, written by the database itself.

Imported where Django is set up. Everything follows from the row's number, so that the same counts
give the same firm. References are checked once at the end, and triggers not at all: it must never
be run on a database that holds anything.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper

from propdesk.boot.bench_web_writing import insert, unchecked
from propdesk.crm.accounts.models import AccountEvent, Case, TradingAccount
from propdesk.crm.audit.actor import Actor
from propdesk.crm.catalog.actions.create_programme import NewProgramme, create_programme
from propdesk.crm.catalog.actions.publish_version import publish_version
from propdesk.crm.catalog.models import ProgrammeVersion
from propdesk.crm.catalog.versions import draft_of
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase
from propdesk.crm.ledger.models import Account, Entry, Posting
from propdesk.crm.people.models import Person
from propdesk.crm.purchases.models import Order
from propdesk.crm.uuid7 import uuid7

BUSY_LINES = 10_000
"""The time line of the busiest account, whose deals are half of them."""
DAYS = 730
PRESET = "ftmo-2-step"
PROGRAMMES = ("two-step-a", "two-step-b", "two-step-c")
PHASES = ("challenge", "verification", "funded")
OF_A_GROUP = (1, 1, 1, 3)
"""How many phases each four enrolments have: so six accounts."""
OPEN_CASES_MAX = 2_000
FIRST = "Ada Ben Cleo Dan Eve Finn Gwen Hugo Iris Jack Kim Liv Max Nora Otto Pia Quin Rosa Sam Tess"
LAST = "Abel Bauer Costa Duran Engel Faber Gomez Haas Ivanov Jansen Keller Lopez Meyer Novak Okoye"
IN_PARTS = 1_000_000
FIRST_LOGIN = 2_000_001
LIVE = 300
"""The first accounts have the names that the made-up engine has for its own."""
_SPACE = {"person": 1, "order": 2, "enrolment": 3, "account": 4, "phase": 5, "entry": 6, "case": 7}


@dataclass(frozen=True, slots=True)
class Counts:
    """How large the firm is. ``lines`` are those of all time lines together."""

    traders: int
    accounts: int
    lines: int

    @property
    def enrolments(self) -> int:
        return self.accounts * len(OF_A_GROUP) // sum(OF_A_GROUP)

    @property
    def orders(self) -> int:
        """A quarter more than were paid."""
        return self.enrolments * 5 // 4


@dataclass(frozen=True, slots=True)
class Firm:
    """What a page is asked about."""

    busiest: UUID
    """The account with ``BUSY_LINES`` lines, and its login."""
    login: str
    lines: int
    """Of all time lines, whose ids are counted from one."""


def fill(counts: Counts, now: datetime) -> Firm:
    """Write the whole firm, and let the planner learn what it is."""
    versions = [_version(slug, now) for slug in PROGRAMMES]
    with connection.cursor() as cursor, unchecked(cursor):
        _functions(cursor)
        _people(cursor, counts, now)
        _orders(cursor, counts, now, versions)
        _challenges(cursor, counts, now, versions)
        _money(cursor, counts, now)
        _lines(cursor, counts, now)
        _cases(cursor, counts, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    busiest = TradingAccount.objects.get(login=str(FIRST_LOGIN))
    return Firm(busiest.pk, busiest.login, counts.lines)


def _version(slug: str, now: datetime) -> ProgrammeVersion:
    by = Actor(uuid7(now), "admin")
    made = create_programme(NewProgramme(preset=PRESET, slug=slug, title=slug), by=by, at=now)
    draft = draft_of(made)
    if draft is None:
        raise LookupError(slug)
    publish_version(made, sha256=draft.sha256, by=by, at=now)
    return ProgrammeVersion.objects.get(pk=draft.pk)


def _functions(cursor: CursorWrapper) -> None:
    """``made_id(space, n, at)``: an identifier of version 7, the same for the same row."""
    cursor.execute("""
        CREATE FUNCTION pg_temp.made_id(space int, n bigint, at timestamptz) RETURNS uuid
        LANGUAGE sql IMMUTABLE AS $$
            SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
                    || lpad(to_hex(space), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid
        $$
    """)


def _people(cursor: CursorWrapper, counts: Counts, now: datetime) -> None:
    insert(
        cursor, Person,
        {
            "id": "pg_temp.made_id(%(space)s, n, at)", "created_at": "at", "state": "'registered'",
            "email": "lower(fore || '.' || aft || '.' || n || '@mail' || n %% 40 || '.example')",
            "display_name": "fore || ' ' || aft", "legal_name": "fore || ' ' || aft || ' ' || n",
            "country": "'DE'", "password": "'!'",
        },
        """(SELECT n, %(now)s - interval '1 day' * (%(days)s * (1 - n::float / %(count)s)) AS at,
                   (%(first)s::text[])[1 + n %% 20] AS fore, (%(last)s::text[])[1 + n / 20 %% 15]
                   AS aft
            FROM generate_series(0, %(count)s - 1) AS n) AS made""",
        {
            "space": _SPACE["person"], "now": now, "days": DAYS, "count": counts.traders,
            "first": FIRST.split(), "last": LAST.split(),
        },
    )  # fmt: skip


_OF_ORDER = """(
    SELECT n, n %% 5 < 4 AS is_paid, n / 5 * 4 + n %% 5 AS enrolment,
           (%(versions)s::uuid[])[1 + n %% 3] AS version,
           %(now)s - interval '1 day' * (%(days)s * (1 - n::float / %(orders)s)) AS at
    FROM generate_series(0, %(orders)s - 1) AS n
) AS made"""
"""Every fifth was never paid; the others are the enrolments, in their order."""


def _given(counts: Counts, now: datetime, versions: list[ProgrammeVersion]) -> dict[str, Any]:
    return {
        "now": now, "days": DAYS, "orders": counts.orders, "versions": [v.pk for v in versions],
        "traders": counts.traders, "accounts": counts.accounts,
        **{f"of_{name}": number for name, number in _SPACE.items()},
    }  # fmt: skip


_PERSON = """pg_temp.made_id(%(of_person)s, {n} %% %(traders)s, %(now)s - interval '1 day'
    * (%(days)s * (1 - ({n} %% %(traders)s)::float / %(traders)s)))"""


def _orders(
    cursor: CursorWrapper, counts: Counts, now: datetime, versions: list[ProgrammeVersion]
) -> None:
    insert(
        cursor, Order,
        {
            "id": "pg_temp.made_id(%(of_order)s, n, at)", "reference": _reference("O"),
            "key": "'made-' || n", "asked_sha256": "repeat('0', 64)",
            "person": _PERSON.format(n="n"), "version": "version", "purpose": "'purchase'",
            "brand": "'default'", "size": "100000", "country": "'DE'", "minimum_age": "18",
            "address": "'192.0.2.1'", "currency": "CASE WHEN n %% 3 = 0 THEN 'EUR' ELSE 'USD' END",
            "list_minor": "54900", "add_ons_minor": "0",
            "discount_minor": "CASE WHEN n %% 4 = 0 THEN 5000 ELSE 0 END", "tax_minor": "0",
            "total_minor": "54900 - CASE WHEN n %% 4 = 0 THEN 5000 ELSE 0 END",
            "state": "CASE WHEN is_paid THEN 'provisioned' ELSE 'expired' END",
            "created_at": "at", "expires_at": "at + interval '1 day'",
            "provisioned_at": "CASE WHEN is_paid THEN at END",
        },
        _OF_ORDER, _given(counts, now, versions),
    )  # fmt: skip


def _reference(letter: str) -> str:
    return f"'{letter}-' || to_char(at, 'YYYY') || '-' || lpad((n + 1)::text, 6, '0')"


_NAME = f"CASE WHEN n < {LIVE} THEN 'A' || lpad((n + 1)::text, 3, '0') ELSE (2000001 + n)::text END"
_OF_ACCOUNT = """(
    SELECT a.n, o.n AS order_number, o.enrolment AS e, o.version, number, o.at,
           o.at + interval '10 days' * (number - 1) AS begun,
           o.at + interval '10 days' * number AS over,
           CASE WHEN o.enrolment %% 4 = 3 THEN
                    CASE WHEN number < 3 THEN 'passed'
                         WHEN o.enrolment / 4 %% 10 = 0 THEN 'breached' ELSE 'active' END
                WHEN o.enrolment %% 4 = 1 THEN 'breached'
                WHEN o.enrolment %% 8 = 2 THEN 'expired' ELSE 'active' END AS status
    FROM (
        SELECT n, n / 6 * 4 + least(n %% 6, 3) AS e, 1 + greatest(n %% 6 - 3, 0) AS number
        FROM generate_series(0, %(accounts)s - 1) AS n
    ) AS a JOIN of_order ON o.is_paid AND o.enrolment = e
) AS made""".replace("of_order", _OF_ORDER.replace("AS made", "AS o"))


def _challenges(
    cursor: CursorWrapper, counts: Counts, now: datetime, versions: list[ProgrammeVersion]
) -> None:
    given = {
        **_given(counts, now, versions), "phases": list(PHASES), "sha256": versions[0].sha256,
        "enrolments": counts.enrolments,
    }  # fmt: skip
    person, phase = _PERSON.format(n="order_number"), "(%(phases)s::text[])[number]"
    stage = "CASE WHEN number = 3 THEN 'funded' ELSE 'evaluation' END"
    over = "CASE WHEN status <> 'active' THEN over END"
    insert(
        cursor, TradingAccount,
        {
            "id": "pg_temp.made_id(%(of_account)s, n, begun)", "engine_account": _NAME,
            "person": person, "created_at": "begun", "server": "'made'", "login": "2000001 + n",
            "opened_at": "begun", "group": "'main'", "currency": "'USD'", "size": "100000",
            "rulebook": "(%(slugs)s::text[])[1 + order_number %% 3]", "version": "'1'",
            "sha256": "%(sha256)s", "phase": phase, "stage": stage, "opening_balance": "100000",
            "status": "status", "status_at": "over", "ended_at": over,
            "blocked_by": "CASE status WHEN 'active' THEN '' WHEN 'passed' THEN 'succeeded' "
                          "ELSE status END",
            "rights_wanted": "CASE WHEN status = 'active' THEN 'trade' ELSE 'read_only' END",
            "rights": "CASE WHEN status = 'active' THEN 'trade' ELSE 'read_only' END",
        },
        _OF_ACCOUNT, {**given, "slugs": list(PROGRAMMES)},
    )  # fmt: skip
    insert(
        cursor, Enrolment,
        {
            "id": "pg_temp.made_id(%(of_enrolment)s, enrolment, at)",
            "person": _PERSON.format(n="n"), "order": "pg_temp.made_id(%(of_order)s, n, at)",
            "version": "version", "size": "100000", "currency": "'USD'", "created_at": "at",
            "state": "CASE WHEN enrolment %% 4 = 3 THEN 'funded' ELSE 'evaluating' END",
            "state_at": "at",
        },
        f"{_OF_ORDER} WHERE is_paid AND enrolment < %(enrolments)s", given,
    )  # fmt: skip
    insert(
        cursor, EnrolmentPhase,
        {
            "id": "pg_temp.made_id(%(of_phase)s, n, begun)",
            "enrolment": "pg_temp.made_id(%(of_enrolment)s, e, at)", "number": "number",
            "attempt": "1", "name": phase, "stage": stage,
            "account": "pg_temp.made_id(%(of_account)s, n, begun)", "started_at": "begun",
            "ended_at": over,
            "outcome": "CASE status WHEN 'active' THEN '' WHEN 'breached' THEN 'failed' "
                       "ELSE status END",
        },
        _OF_ACCOUNT, given,
    )  # fmt: skip


def _money(cursor: CursorWrapper, counts: Counts, now: datetime) -> None:
    """A sale for each paid order: what was earned against what came in."""
    del counts
    kinds = {"fee_revenue": -54900, "cash_at_provider": 54900}
    for number, kind in enumerate(kinds):
        for place, currency in enumerate(("USD", "EUR")):
            given = {"space": 9, "n": 2 * number + place, "now": now, "kind": kind, "in": currency}
            values = {
                "id": "pg_temp.made_id(%(space)s, %(n)s, %(now)s)", "kind": "%(kind)s",
                "currency": "%(in)s",
            }  # fmt: skip
            insert(cursor, Account, values, "(SELECT 1) AS made", given)
    given = {"of_entry": _SPACE["entry"]}
    insert(
        cursor, Entry,
        {
            "id": "pg_temp.made_id(%(of_entry)s, n, at)", "key": "'sale:' || n",
            "content_sha256": "repeat('0', 64)", "reference": _reference("L"),
            "about": "reference", "what": "'sale'", "at": "at", "postings": "2",
        },
        """(SELECT row_number() OVER (ORDER BY id) - 1 AS n, created_at AS at, reference
            FROM purchases_order WHERE state = 'provisioned') AS made""", given,
    )  # fmt: skip
    insert(
        cursor, Posting,
        {
            "entry": "entry", "account": "account", "currency": "currency",
            "amount_minor": "CASE kind WHEN 'fee_revenue' THEN -54900 ELSE 54900 END",
        },
        """(SELECT e.id AS entry, a.id AS account, a.currency, a.kind
            FROM ledger_entry AS e JOIN purchases_order AS o ON o.reference = e.about
            JOIN ledger_account AS a ON a.currency = o.currency) AS made""", {},
    )  # fmt: skip


def _lines(cursor: CursorWrapper, counts: Counts, now: datetime) -> None:
    """Lines of all accounts mixed, as time mixes them: those of one account lie far apart."""
    cursor.execute("CREATE TEMP TABLE made_accounts (n bigint PRIMARY KEY, id uuid)")
    cursor.execute(
        "INSERT INTO made_accounts SELECT login::bigint - 2000001, id FROM accounts_tradingaccount"
    )
    busy = min(BUSY_LINES, counts.lines // 2)
    index = "account_time_line"
    cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [index])
    (definition,) = cursor.fetchone()
    cursor.execute(f"DROP INDEX {index}")
    for begin in range(0, counts.lines, IN_PARTS):
        insert(
            cursor, AccountEvent,
            {
                "account": "id", "at": "at", "recorded_at": "at",
                "kind": "CASE WHEN l %% 2 = 0 THEN 'command' ELSE 'verdict' END",
                "word": "CASE WHEN l %% 2 = 0 THEN 'deal' ELSE 'warn' END",
                "detail": "jsonb_build_object('rule', 'daily_loss', 'observed', "
                          "(98000 + l %% 999)::text, 'limit', '95000.00')",
                "source": "'made/' || l",
            },
            """(SELECT l, id, %(now)s - interval '1 second' * (%(lines)s - l) AS at
                FROM generate_series(%(begin)s, %(end)s - 1) AS l
                JOIN made_accounts AS a ON a.n = CASE
                    WHEN l %% %(busy_every)s = 0 THEN 0
                    ELSE l::bigint * 7919 %% %(accounts)s END) AS made""",
            {
                "now": now, "lines": counts.lines, "accounts": counts.accounts, "begin": begin,
                "end": min(begin + IN_PARTS, counts.lines), "busy_every": counts.lines // busy,
            },
        )  # fmt: skip
    cursor.execute(definition)


def _cases(cursor: CursorWrapper, counts: Counts, now: datetime) -> None:
    """What waits for the desk."""
    insert(
        cursor, Case,
        {
            "id": "pg_temp.made_id(%(of_case)s, n, at)", "account": "id", "kind": "'review'",
            "source": "'made/' || n", "opened_at": "at", "detail": "'{}'::jsonb",
        },
        """(SELECT n, id, %(now)s - interval '1 minute' * n AS at
            FROM made_accounts WHERE n < %(cases)s) AS made""",
        {
            "of_case": _SPACE["case"], "now": now,
            "cases": min(OPEN_CASES_MAX, counts.accounts // 10),
        },
    )  # fmt: skip


def settle() -> None:
    """What a database in use has done by itself: no page reads rows only to find them settled."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
