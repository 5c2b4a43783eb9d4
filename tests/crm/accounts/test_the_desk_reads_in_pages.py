"""What pages read of accounts: boards and time lines in keyset pages, the work that waits."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from propdesk.crm.accounts.actions.close_case import close_case
from propdesk.crm.accounts.board_rows import Place, board_rows
from propdesk.crm.accounts.models import AccountEvent
from propdesk.crm.accounts.time_line import time_line
from propdesk.crm.accounts.work_queue import work_queue
from propdesk.crm.audit.actor import Actor
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from tests.crm.accounts.house_of_accounts import NOW, House

pytestmark = pytest.mark.django_db
RISK = Actor(uuid7(NOW), "risk")


def test_a_board_shows_each_account_of_a_status_once_the_newest_change_first() -> None:
    logins = [str(number) for number in range(7)]
    house = House(*logins)
    for number, login in enumerate(logins):
        house.engine.status(login, "active", number // 3)  # three of each moment
    house.engine.breach("0", 9)
    house.project()
    seen: list[UUID] = []
    place: Place | None = None
    while True:
        page = board_rows("active", place, page=2)
        seen += [row.pk for row in page.rows]
        place = page.behind
        if place is None:
            break
    assert len(seen) == len(set(seen)) == 6
    moments = [house.read(login).status_at for login in logins[1:]]
    assert [row.status_at for row in board_rows("active").rows] == sorted(
        (each for each in moments if each), reverse=True
    )
    assert [row.login for row in board_rows("breached").rows] == ["0"]


def test_a_time_line_has_every_line_once_and_costs_the_same_on_every_page() -> None:
    house = House("1")
    account = house.accounts["1"]
    for second in range(25):
        house.engine.verdict("1", "warn", second)
    house.project()
    seen: list[int] = []
    before: int | None = None
    while True:
        page = time_line(account.pk, before, page=10)
        seen += [line.pk for line in page.lines]
        before = page.before
        if before is None:
            break
    assert seen == sorted(AccountEvent.objects.values_list("id", flat=True), reverse=True)
    with connection.cursor() as cursor:
        # The planner knows nothing of a table this small: a sort is what the index is to spare.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        query = AccountEvent.objects.filter(account=account.pk, id__lt=20).order_by("-id")[:11]
        assert "account_time_line" in query.explain()


def test_the_queue_holds_what_waits_and_lets_go_of_what_is_decided() -> None:
    house = House("1", "2")
    house.engine.breach("1")
    house.engine.status("1", "active", 9)
    house.project()
    queue = work_queue(NOW)
    assert [case.kind for case in queue.cases] == ["un_breached"]
    assert (queue.open_cases, queue.approvals) == (1, [])
    assert [row.login for row in queue.unconfirmed] == ["1"], "not delivered yet"
    house.deliver()
    assert work_queue(NOW).unconfirmed == []
    case = queue.cases[0]
    with pytest.raises(ActionRefused):
        close_case(case.pk, by=RISK, at=NOW, decision=" ")
    close_case(case.pk, by=RISK, at=NOW + timedelta(hours=1), decision="the breach stands")
    assert work_queue(NOW).cases == []
    assert house.line("1")[-1] == "action accounts.close_case"
    with pytest.raises(ActionRefused):
        close_case(case.pk, by=RISK, at=NOW, decision="again")
