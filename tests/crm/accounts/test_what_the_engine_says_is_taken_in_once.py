"""The verdict stream in the firm's tables: each record once, with what follows from it."""

import random
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from propdesk.crm.accounts.actions.take_in_records import (
    OtherPlace,
    Read,
    last_taken_in,
    take_in_records,
)
from propdesk.crm.accounts.messages import notice_in
from propdesk.crm.accounts.models import (
    AccountEvent,
    AccountVerdict,
    Blocked,
    Case,
    Hold,
    TradingAccount,
)
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.statuses import STATUS_EDGES
from propdesk.ports.platform import Rights
from propdesk.wire.log_records import VerdictCorrected
from tests.crm.accounts.house_of_accounts import NOW, STREAM, House, account, micros

BREACH = ["cancel_all", "close_all", "set_rights"]
ALL = ["", *STATUS_EDGES]


def commands(login: str) -> list[str]:
    rows = OutboxRow.objects.filter(destination="platform", account=login)
    return list(rows.order_by("id").values_list("command", flat=True))


def notices(login: str) -> list[str]:
    rows = OutboxRow.objects.filter(destination="notice", account=login)
    return list(rows.order_by("id").values_list("command", flat=True))


@pytest.mark.django_db
def test_a_breach_is_copied_commanded_and_told() -> None:
    house = House("1")
    house.engine.status("1", "active")
    name = house.engine.breach("1", 5)
    house.project()
    row = house.read("1")
    assert (row.status, row.blocked_by, row.rights_wanted) == (
        "breached", Blocked.BREACHED, Rights.READ_ONLY,
    )  # fmt: skip
    assert row.ended_at == row.status_at
    assert (row.log_stream, row.log_offset) == (STREAM, 3)
    assert commands("1") == BREACH
    assert notices("1") == ["breach"]
    told = notice_in(bytes(OutboxRow.objects.get(destination="notice").body))
    assert told["to"] == ["trader", "risk"]
    assert (told["observed"], told["limit"], told["verdict"]) == ("89999.99", "90000.00", name)
    verdict = AccountVerdict.objects.get()
    assert (verdict.id, verdict.evidence) == (name, {"peak": "100000.00"})
    assert house.line("1") == [
        "status active", "verdict fail", "status breached",
        "command cancel_all", "command close_all", "command set_rights",
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("outcome", "told", "commanded", "cases"),
    [
        ("warn", ["warning"], [], []),
        ("strike", ["strike"], [], []),
        ("flatten", ["closed_by_rule"], ["close_all"], []),
        ("close_position", ["close_position", "case"], [], ["enforcement"]),
        ("penalty", ["penalty"], [], []),
        ("demote_stage", ["demoted", "case"], [], ["review"]),
        ("possible", [], [], []),
        ("unknown", [], [], []),
    ],
)
def test_what_follows_from_a_soft_verdict(
    outcome: str, told: list[str], commanded: list[str], cases: list[str]
) -> None:
    house = House("1")
    house.engine.status("1", "active")
    house.engine.verdict("1", outcome)
    house.project()
    assert house.read("1").status == "active"
    assert notices("1") == told
    assert commands("1") == commanded
    assert list(Case.objects.values_list("kind", flat=True)) == cases


@pytest.mark.django_db
def test_a_lock_of_a_day_takes_the_rights_and_gives_them_back() -> None:
    house = House("1")
    for status in ("active", "paused", "active"):
        house.engine.status("1", status)
    house.project()
    assert commands("1") == ["cancel_all", "set_rights", "set_rights"]
    row = house.read("1")
    assert (row.rights_wanted, row.blocked_by) == (Rights.TRADE, Blocked.NOTHING)


@pytest.mark.django_db
def test_what_the_firm_holds_an_account_by_outlasts_a_lock() -> None:
    house = House("1")
    Hold.objects.create(
        id=uuid7(NOW), account=house.accounts["1"], reason="suspended", source="S1",
        rights=Rights.CLOSE_ONLY, set_at=NOW,
    )  # fmt: skip
    for status in ("active", "paused", "active"):
        house.engine.status("1", status)
    house.project()
    row = house.read("1")
    assert (row.rights_wanted, row.blocked_by) == (Rights.CLOSE_ONLY, Blocked.SUSPENDED)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ended", "later", "kind"),
    [
        ("breached", "active", "un_breached"),
        ("expired", "passed", "un_breached"),
        ("passed", "breached", "newly_breached"),
        ("passed", "active", "after_the_end"),
        ("breached", "expired", "after_the_end"),
        ("breached", "exploded", "un_breached"),
    ],
)
def test_what_comes_after_the_end_changes_nothing_and_asks_a_person(
    ended: str, later: str, kind: str
) -> None:
    house = House("1")
    house.engine.status("1", ended)
    house.engine.status("1", later, 9)
    house.project()
    assert house.read("1").status == ended
    case = Case.objects.get()
    assert (case.kind, case.detail) == (kind, {"stays": ended, "said": later})
    assert notices("1")[-1] == "case"
    assert commands("1") == BREACH


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("outcome", "replaced_by", "kinds"),
    [
        ("fail", None, ["un_breached"]),
        ("fail", "another", []),
        ("pass", None, ["corrected"]),
        ("warn", None, []),
    ],
)
def test_a_correction_undoes_nothing_and_opens_a_case_where_it_matters(
    outcome: str, replaced_by: str | None, kinds: list[str]
) -> None:
    house = House("1")
    house.engine.status("1", "active")
    verdict = house.engine.verdict("1", outcome)
    if outcome == "fail":
        house.engine.status("1", "breached")
    house.project()
    before = commands("1")
    said = VerdictCorrected(
        id=verdict, account="1", phase="challenge", rule="max_loss", outcome=outcome,
        replaced_by=replaced_by, why="back_filled", because=3, at=micros(), observed="1",
        limit="2", offset=9, tick=9,
    )  # fmt: skip
    house.engine.say("corrected/1", said)
    if kinds == ["un_breached"]:
        house.engine.status("1", "active", 9)
    house.project()
    assert commands("1") == before
    assert list(Case.objects.values_list("kind", flat=True)) == kinds
    assert "correction" in notices("1")
    assert "correction " + outcome in house.line("1")


@pytest.mark.django_db
def test_a_record_that_was_not_applied_asks_a_person() -> None:
    house = House("1")
    house.engine.status("1", "active")
    house.engine.dead_letter("1")
    house.project()
    assert Case.objects.get().kind == "unreadable"
    assert house.line("1")[-1] == "dead_letter unreadable"


@pytest.mark.django_db
def test_what_cannot_be_read_is_told_and_stops_nobody() -> None:
    house = House("1")
    house.engine.say_bytes("?", b"PD?")
    house.engine.status("1", "active")
    house.project()
    assert house.read("1").status == "active"
    assert ["cannot be read" in each for each in house.alarms] == [True]


@pytest.mark.django_db
def test_what_cannot_be_written_is_put_aside_and_stops_nobody() -> None:
    house = House("1", "2", "3")
    for login in ("1", "2", "3"):
        house.engine.status(login, "active")
    house.engine.breach("1")
    house.engine.verdict("2", "warn", rule="no column holds \x00")
    house.engine.verdict("of a replay \x00", "warn", key="of a replay")
    house.engine.breach("3")
    house.project()
    assert last_taken_in(STREAM) == 9
    assert [house.read(each).status for each in "123"] == ["breached", "active", "breached"]
    for login in ("1", "3"):
        assert commands(login) == BREACH
        assert notices(login) == ["breach"]
    case = Case.objects.get()
    assert (case.account.login, case.kind) == ("2", "unreadable")
    assert house.line("2") == ["status active", "dead_letter unreadable"]
    assert ["cannot be taken in" in each for each in house.alarms] == [True] * 2


@pytest.mark.django_db
def test_what_one_tick_ends_costs_a_few_statements_however_many_accounts() -> None:
    logins = [str(number) for number in range(50)]
    house = House(*logins)
    for login in logins:
        house.engine.status(login, "active")
    with CaptureQueriesContext(connection) as to_begin:
        house.project()
    for login in logins:
        house.engine.breach(login)
    with CaptureQueriesContext(connection) as to_end:
        house.project()
    assert all(commands(login) == BREACH for login in logins)
    assert len(to_begin) <= 16
    assert len(to_end) <= 16


@pytest.mark.django_db
def test_accounts_of_somebody_else_are_passed_over() -> None:
    house = House("1")
    house.engine.breach("of a replay")
    house.engine.status("1", "active")
    house.project()
    assert last_taken_in(STREAM) == 3
    assert AccountEvent.objects.count() == 1


@pytest.mark.django_db
def test_whoever_comes_with_an_old_offset_changes_nothing() -> None:
    house = House("1")
    second = house.new_projector()
    house.engine.breach("1")
    house.project()
    with pytest.raises(OtherPlace):
        take_in_records(STREAM, 0, [Read(1, "again", None)], NOW)
    before = AccountEvent.objects.count()
    while second.step():
        pass
    assert AccountEvent.objects.count() == before
    assert commands("1") == BREACH


@pytest.mark.django_db
@pytest.mark.parametrize("old", ALL)
@pytest.mark.parametrize("new", STATUS_EDGES)
def test_the_database_knows_the_table_of_statuses(old: str, new: str) -> None:
    row = account("1")
    ended = {"passed", "breached", "expired"}
    if old:
        _set(row, old, ended=old in ended)
    allowed = not old or new == old or new in STATUS_EDGES[old]  # type: ignore[index]
    if allowed:
        _set(row, new, ended=new in ended)
    else:
        with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
            _set(row, new, ended=new in ended)


def _set(row: TradingAccount, status: str, *, ended: bool) -> None:
    TradingAccount.objects.filter(pk=row.pk).update(
        status=status, blocked_by="opening", ended_at=NOW if ended else None
    )


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["UPDATE {} SET recorded_at = now()", "DELETE FROM {}"])
def test_a_time_line_is_written_once(change: str) -> None:
    house = House("1")
    house.engine.status("1", "active")
    house.project()
    with (
        pytest.raises(IntegrityError, match="written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format("accounts_accountevent"))


class Killed(BaseException):
    """What a killed process looks like from inside: nothing after it happens."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(6))
def test_killed_between_any_two_statements_it_goes_on_with_nothing_lost_or_doubled(
    seed: int,
) -> None:
    chance = random.Random(seed)
    logins = [str(number) for number in range(5)]
    house = House(*logins)
    for login in logins:
        house.engine.status(login, "active")
        house.engine.verdict(login, "warn")
    for login in logins[:3]:
        house.engine.breach(login)
    left = chance.randrange(1, 15)

    def kill(execute: Any, sql: str, *rest: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed
        result = execute(sql, *rest)
        if left == 1 and chance.random() < 0.5:
            left = 0
            raise Killed
        return result

    kills = 0
    for _ in range(20):
        try:
            with connection.execute_wrapper(kill):
                house.new_projector().step()
        except Killed:
            kills += 1
            left = chance.randrange(1, 25)
    house.projector = house.new_projector()
    house.project()
    assert kills
    for login in logins[:3]:
        assert commands(login) == BREACH
        assert notices(login) == ["warning", "breach"]
    for login in logins[3:]:
        assert (commands(login), notices(login)) == ([], ["warning"])
    assert AccountEvent.objects.count() == 5 * 2 + 3 * 5
    assert AccountVerdict.objects.count() == 8
    assert last_taken_in(STREAM) == 16
