"""Every page of the benchmark over a firm of 200,000 lines: no step of any plan reads a large part
of a large table."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from propdesk.boot.bench_web_pages import PAGES
from propdesk.boot.bench_web_rows import BUSY_LINES, Counts, Firm, fill
from propdesk.boot.bench_web_writing import LARGE
from propdesk.crm.accounts.models import AccountEvent, TradingAccount
from propdesk.crm.catalog.models import Programme
from propdesk.crm.ledger.balances import sums_by_currency, trial_balance
from propdesk.crm.overview.funnel import funnels
from propdesk.crm.overview.periods import days_before
from propdesk.crm.people.models import Person
from propdesk.crm.purchases.models import Order
from propdesk.web.received import received_at
from tests.crm.people.cast import staff
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db
COUNTS = Counts(traders=1_000, accounts=3_000, lines=200_000)
SHARE_MAX = 0.1
DRAWS = 3


def test_no_step_reads_more_than_a_tenth_of_a_large_table() -> None:
    """The firm is written once: it takes seconds."""
    owner = client_of(staff("owner", "somebody"), with_factor=True)
    firm = fill(COUNTS, received_at())
    _is_whole(firm)
    rows = {table: _count(table) for table in LARGE}
    with connection.cursor() as cursor:
        # Tables of this size are quick to read whole; those of a firm are not.
        cursor.execute("SET LOCAL enable_seqscan = off")
    found = []
    for name in PAGES:
        for plan in _plans(owner, name, firm):
            for table, share in _shares(plan, rows):
                if share > SHARE_MAX:
                    found.append(f"{name}: {share:.0%} of {table}")
    assert not found, "\n".join(found)


def _is_whole(firm: Firm) -> None:
    """What was made is a firm as actions make one, as far as its pages see."""
    assert Person.objects.count() == COUNTS.traders + 1
    assert TradingAccount.objects.count() == COUNTS.accounts
    assert Order.objects.filter(state="provisioned").count() == COUNTS.enrolments
    assert AccountEvent.objects.count() == COUNTS.lines
    assert AccountEvent.objects.filter(account=firm.busiest).count() >= BUSY_LINES
    assert set(sums_by_currency(trial_balance()).values()) == {0}
    month = funnels(days_before(received_at()))
    assert len(month.programmes) == Programme.objects.count() == 3
    for each in month.programmes:
        assert each.bought == each.steps[0].reached > 0


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return int(cursor.fetchone()[0])


def _plans(client: Client, name: str, firm: Firm) -> Iterator[dict[str, Any]]:
    draw = random.Random(1)
    for _ in range(DRAWS):
        address = PAGES[name](draw, firm)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200, address
        for each in asked.captured_queries:
            if not each["sql"].startswith("SELECT"):
                continue
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + each["sql"])
                told = cursor.fetchone()[0]
            yield (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]


def _shares(node: dict[str, Any], rows: dict[str, int]) -> Iterator[tuple[str, float]]:
    """Of each step that reads a large table: which part of it was looked at."""
    table = node.get("Relation Name")
    if table in rows:
        left_out = node.get("Rows Removed by Filter", 0)
        left_out += node.get("Rows Removed by Index Recheck", 0)
        read = (node["Actual Rows"] + left_out) * node["Actual Loops"]
        yield str(table), read / max(rows[str(table)], 1)
    for each in node.get("Plans", ()):
        yield from _shares(each, rows)
