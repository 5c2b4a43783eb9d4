"""Kill switches: whom they concern, who may set them, and how everything is given back."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from propdesk.boot.firm_clock import FirmClock
from propdesk.crm.accounts.actions.lift_kill_switch import lift_kill_switch
from propdesk.crm.accounts.actions.propose_kill_switch import Wanted, propose_kill_switch
from propdesk.crm.accounts.actions.set_kill_switch import approve_kill_switch, set_kill_switch
from propdesk.crm.accounts.kill_switches import concerned, hold_new
from propdesk.crm.accounts.models import DueWork, KillSwitch, TradingAccount
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.people.permissions import NotPermitted
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from propdesk.ports.platform import CancelAll, CloseAll, Rights, SetRights
from tests.crm.accounts.house_of_accounts import NOW, House

pytestmark = pytest.mark.django_db
RISK = Actor(uuid7(NOW), "risk")
OTHER = Actor(uuid7(NOW), "owner")
SUPPORT = Actor(uuid7(NOW), "support")
HOUR = timedelta(hours=1)


def wanted(action: str, **named: Any) -> Wanted:
    return Wanted(**{"scope": "firm", "action": action, "lasts": HOUR, **named})


@pytest.fixture
def house(db: None) -> House:
    """Three accounts that run, one of another group, and one that is over."""
    house = House("1", "2", "3", "over")
    TradingAccount.objects.filter(login="3").update(group="swing")
    for login in ("1", "2", "3"):
        house.engine.status(login, "active")
    house.engine.breach("over")
    house.project()
    house.deliver()
    house.platform.done.clear()
    return house


def rights(house: House) -> dict[str, Rights]:
    house.deliver()
    return {login: house.platform.held[login].rights for login in ("1", "2", "3")}


@pytest.mark.parametrize(
    ("named", "logins"),
    [
        ({"scope": "firm"}, ["1", "2", "3"]),
        ({"scope": "group", "target": "swing"}, ["3"]),
        ({"scope": "account", "target": "2"}, ["2"]),
        ({"scope": "programme", "target": "ftmo-2-step"}, ["1", "2", "3"]),
        ({"scope": "programme", "target": "another"}, []),
    ],
)
def test_it_concerns_the_running_accounts_of_its_scope(
    house: House, named: dict[str, str], logins: list[str]
) -> None:
    switch = wanted("no_new_orders", **named)
    preview = concerned(switch.scope, switch.target).order_by("login")
    assert list(preview.values_list("login", flat=True)) == logins
    made = set_kill_switch(switch, by=RISK, at=NOW, reason="feed")
    assert made.accounts == len(logins)
    held = [login for login, each in rights(house).items() if each == Rights.CLOSE_ONLY]
    assert held == logins


def test_cancelling_needs_one_person_and_closing_two(house: House) -> None:
    set_kill_switch(wanted("cancel"), by=RISK, at=NOW, reason="feed")
    house.deliver()
    assert [type(each) for each in house.platform.of("1")] == [SetRights, CancelAll]
    with pytest.raises(ActionRefused, match="approved by another"):
        set_kill_switch(wanted("close"), by=RISK, at=NOW, reason="feed")
    asked = propose_kill_switch(wanted("close"), by=RISK, at=NOW, reason="feed")
    assert asked.proposal["accounts"] == 3
    with pytest.raises(ActionRefused, match="Another person"):
        approve_kill_switch(asked.pk, by=RISK, at=NOW)
    approve_kill_switch(asked.pk, by=OTHER, at=NOW)
    house.deliver()
    assert CloseAll in [type(each) for each in house.platform.of("1")]
    assert house.platform.of("over") == []
    assert AuditRow.objects.filter(object_type="kill_switch").count() == 2


def test_one_over_a_symbol_halts_it_and_touches_nothing_else(house: House) -> None:
    eurusd = {"scope": "symbol", "target": "EURUSD"}
    one = set_kill_switch(wanted("cancel", **eurusd), by=RISK, at=NOW, reason="quotes")
    two = set_kill_switch(wanted("no_new_orders", **eurusd), by=RISK, at=NOW, reason="again")
    assert set(rights(house).values()) == {Rights.TRADE}
    assert house.platform.halted == {"EURUSD"}
    told = house.platform.of("1")
    assert [(type(each), getattr(each, "symbol", "")) for each in told] == [(CancelAll, "EURUSD")]
    lift_kill_switch(one.pk, by=OTHER, at=NOW, reason="mended")
    house.deliver()
    assert house.platform.halted == {"EURUSD"}, "another stands over it"
    lift_kill_switch(two.pk, by=OTHER, at=NOW, reason="mended")
    house.deliver()
    assert house.platform.halted == set()


def test_an_account_opened_under_a_halted_symbol_is_not_held(house: House) -> None:
    set_kill_switch(
        wanted("no_new_orders", scope="symbol", target="EURUSD"), by=RISK, at=NOW, reason="quotes"
    )
    hold_new(TradingAccount.objects.get(login="1"), NOW)
    assert rights(house)["1"] == Rights.TRADE


def test_the_database_closes_nothing_by_one_person(house: House) -> None:
    made = set_kill_switch(wanted("cancel"), by=RISK, at=NOW, reason="feed")
    with pytest.raises(IntegrityError, match="is_approved"), transaction.atomic():
        KillSwitch.objects.filter(pk=made.pk).update(action="close")


def test_who_may_not_may_not(house: House) -> None:
    with pytest.raises(NotPermitted):
        set_kill_switch(wanted("cancel"), by=SUPPORT, at=NOW, reason="feed")
    with pytest.raises(ActionRefused):
        set_kill_switch(wanted("cancel"), by=RISK, at=NOW, reason=" ")


def test_lifting_gives_back_what_it_took_and_no_more(house: House) -> None:
    firm = set_kill_switch(wanted("no_new_orders"), by=RISK, at=NOW, reason="feed")
    group = set_kill_switch(
        wanted("no_new_orders", scope="group", target="swing"), by=RISK, at=NOW, reason="feed"
    )
    house.now += HOUR / 2
    for _ in range(2):
        lift_kill_switch(firm.pk, by=OTHER, at=house.now, reason="mended")
    assert rights(house) == {"1": Rights.TRADE, "2": Rights.TRADE, "3": Rights.CLOSE_ONLY}
    lift_kill_switch(group.pk, by=OTHER, at=house.now, reason="mended")
    assert rights(house)["3"] == Rights.TRADE
    assert AuditRow.objects.filter(action="accounts.lift_kill_switch").count() == 2


def test_it_runs_out_by_itself_and_once(house: House) -> None:
    made = set_kill_switch(wanted("no_new_orders"), by=RISK, at=NOW, reason="feed")
    house.now = made.expires_at - timedelta(seconds=1)
    clock = FirmClock(pytest.fail, lambda: house.now)
    assert not clock.step()
    assert rights(house)["1"] == Rights.CLOSE_ONLY
    house.now = made.expires_at
    assert clock.step()
    assert not clock.step()
    assert rights(house)["1"] == Rights.TRADE
    made.refresh_from_db()
    assert (made.lifted_at, made.lifted_by) == (made.expires_at, None)


def test_due_work_that_fails_is_undone_and_tried_again_without_stopping_others(
    house: House,
) -> None:
    made = set_kill_switch(wanted("no_new_orders"), by=RISK, at=NOW, reason="feed")
    DueWork.objects.create(
        id=uuid7(NOW), key="broken", kind="unheard of", due_at=NOW, next_try_at=NOW, detail={}
    )
    house.now, alarms = made.expires_at, list[str]()
    clock = FirmClock(alarms.append, lambda: house.now)
    assert [clock.step() for _ in range(3)] == [True, True, False]
    assert "KeyError" in alarms[0]
    row = DueWork.objects.get(key="broken")
    assert (row.attempts, row.done_at) == (1, None)
    assert row.next_try_at > house.now
    made.refresh_from_db()
    assert made.lifted_at is not None
