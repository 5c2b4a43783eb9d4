"""What is held back: verdicts of a suspended rule, and a breach of the past behind a payout."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from propdesk.crm.accounts.held_verdicts import (
    EVERY_PRICE_RULE,
    HELD,
    RULE_SUSPENDED,
    suspension_source,
    why_held,
)
from propdesk.crm.accounts.messages import notice_in
from propdesk.crm.accounts.models import Blocked, Case, Hold
from propdesk.crm.outbox.actions.enqueue import enqueue
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.events import PayoutMoved
from propdesk.ports.platform import Rights
from tests.crm.accounts.house_of_accounts import NOW, House, micros

pytestmark = pytest.mark.django_db
BREACH = ["cancel_all", "close_all", "set_rights"]


def commands(login: str) -> list[str]:
    rows = OutboxRow.objects.filter(destination="platform", account=login)
    return list(rows.order_by("id").values_list("command", flat=True))


def notices(login: str) -> list[str]:
    rows = OutboxRow.objects.filter(destination="notice", account=login)
    return list(rows.order_by("id").values_list("command", flat=True))


def suspended(house: House, rule: str, login: str = "1") -> Hold:
    return Hold.objects.create(
        id=uuid7(NOW), account=house.accounts[login], reason=RULE_SUSPENDED,
        source=suspension_source(uuid7(NOW), rule), rights=Rights.TRADE, set_at=NOW,
    )  # fmt: skip


def paid(login: str, second: float, step: Any = "paid") -> None:
    said = PayoutMoved(login, micros(second), step, f"P{second}", Decimal("1000.00"))
    with transaction.atomic():
        enqueue(said, NOW)


def standing(house: House, login: str = "1") -> tuple[str, str, str]:
    row = house.read(login)
    return row.status, row.blocked_by, row.rights_wanted


ENFORCED = ("breached", Blocked.BREACHED, Rights.READ_ONLY)
WAITS = ("active", Blocked.CASE, Rights.CLOSE_ONLY)


@pytest.mark.parametrize(
    ("suspends", "broken", "is_held"),
    [
        ("overall_loss", "overall_loss", True),
        ("overall_loss", "daily_loss", False),
        (EVERY_PRICE_RULE, "overall_loss", True),
        (EVERY_PRICE_RULE, "daily_loss", True),
        (EVERY_PRICE_RULE, "hedging", False),
    ],
)
def test_a_breach_of_a_suspended_rule_closes_nothing(
    suspends: str, broken: str, is_held: bool
) -> None:
    house = House("1")
    suspension = suspended(house, suspends)
    house.engine.status("1", "active")
    name = house.engine.verdict("1", "fail", 5, rule=broken)
    house.engine.status("1", "breached", 5)
    house.project()
    assert standing(house) == (WAITS if is_held else ENFORCED)
    assert commands("1") == (["set_rights"] if is_held else BREACH)
    assert notices("1") == (["case", "verdict_held"] if is_held else ["breach"])
    assert Hold.objects.filter(reason=HELD, source=f"fail/{name}").exists() is is_held
    if is_held:
        case = Case.objects.get()
        assert (case.kind, case.source) == ("enforcement", name)
        assert case.detail["by"] == suspension.source.partition("/")[0]
        assert case.detail["held"] == "rule_suspended"


def test_a_suspension_that_is_lifted_holds_nothing() -> None:
    house = House("1")
    suspension = suspended(house, "overall_loss")
    Hold.objects.filter(pk=suspension.pk).update(lifted_at=NOW)
    house.engine.status("1", "active")
    house.engine.verdict("1", "fail", rule="overall_loss")
    house.engine.status("1", "breached")
    house.project()
    assert standing(house) == ENFORCED


def test_a_suspension_is_one_accounts() -> None:
    house = House("1", "2")
    suspended(house, "overall_loss", "2")
    house.engine.status("1", "active")
    house.engine.verdict("1", "fail", rule="overall_loss")
    house.engine.status("1", "breached")
    house.project()
    assert standing(house) == ENFORCED


def test_another_rule_that_counts_is_enforced_beside_one_that_waits() -> None:
    house = House("1")
    suspended(house, "overall_loss")
    house.engine.status("1", "active")
    house.engine.verdict("1", "fail", rule="overall_loss")
    house.engine.verdict("1", "fail", rule="hedging")
    house.engine.status("1", "breached")
    house.project()
    row = house.read("1")
    assert (row.status, row.rights_wanted) == ("breached", Rights.READ_ONLY)
    assert commands("1")[-3:] == BREACH


def test_a_rule_that_closes_positions_closes_none_while_it_is_suspended() -> None:
    house = House("1")
    suspended(house, "daily_loss")
    house.engine.status("1", "active")
    house.engine.verdict("1", "flatten", rule="daily_loss")
    house.project()
    assert commands("1") == []
    assert standing(house) == ("active", Blocked.NOTHING, Rights.TRADE)
    assert Case.objects.get().kind == "enforcement"


def test_a_lock_that_was_held_is_over_when_the_engine_says_so() -> None:
    house = House("1")
    suspended(house, "daily_loss")
    house.engine.status("1", "active")
    house.engine.verdict("1", "pause_until", rule="daily_loss")
    house.engine.status("1", "paused")
    house.project()
    assert standing(house) == WAITS
    assert commands("1") == ["set_rights"]
    house.engine.status("1", "active", 60)
    house.project()
    assert standing(house) == ("active", Blocked.NOTHING, Rights.TRADE)
    assert not Hold.objects.filter(reason=HELD, lifted_at=None).exists()


def test_a_breach_that_was_held_is_not_over_by_itself() -> None:
    house = House("1")
    suspended(house, "overall_loss")
    house.engine.status("1", "active")
    house.engine.verdict("1", "fail", rule="overall_loss")
    house.engine.status("1", "breached")
    house.engine.status("1", "active", 60)
    house.project()
    assert standing(house) == WAITS


@pytest.mark.parametrize(
    ("paid_at", "step", "is_held"),
    [(6, "paid", True), (6, "approved", True), (5, "paid", False), (4, "paid", False),
     (6, "requested", False), (6, "denied", False), (None, "", False)],
)  # fmt: skip
def test_a_breach_of_the_past_behind_a_payout_opens_a_case_and_takes_nothing(
    paid_at: float | None, step: str, is_held: bool
) -> None:
    house = House("1", "2")
    house.engine.status("1", "active")
    paid("2", 9)
    if paid_at is not None:
        paid("1", paid_at, step)
    house.engine.verdict("1", "fail", 5)
    house.engine.status("1", "breached", 9)
    house.project()
    assert standing(house) == (WAITS if is_held else ENFORCED)
    assert commands("1") == (["set_rights"] if is_held else BREACH)
    assert list(Case.objects.values_list("kind", flat=True)) == (
        ["newly_breached"] if is_held else []
    )


def test_a_breach_of_an_account_that_was_passed_tells_the_desk_alone() -> None:
    house = House("1")
    house.engine.status("1", "active")
    house.engine.status("1", "passed")
    house.engine.verdict("1", "fail", -60)
    house.engine.status("1", "breached")
    house.project()
    assert house.read("1").status == "passed"
    assert notices("1") == ["case"]
    row = OutboxRow.objects.get(destination="notice")
    assert notice_in(bytes(row.body))["to"] == ["risk"]
    assert Case.objects.get().kind == "newly_breached"


def test_a_thousandth_of_a_second_before_the_payout_is_before_it() -> None:
    house = House("1")
    house.engine.status("1", "active")
    paid("1", 5)
    house.now = NOW + timedelta(seconds=9)
    house.engine.verdict("1", "fail", 4.999)
    house.engine.status("1", "breached", 9)
    house.project()
    assert standing(house) == WAITS


@pytest.mark.parametrize(
    ("rule", "is_held"),
    [("daily_loss", True), ("named-by-the-firm", True), ("news", False), ("consistency", False)],
)
def test_all_price_rules_are_those_a_rulebook_has_named_too(rule: str, is_held: bool) -> None:
    source = suspension_source("s", EVERY_PRICE_RULE)
    hold = Hold(reason=RULE_SUSPENDED, source=source, set_at=NOW)
    assert (why_held(rule, "fail", NOW, [hold], None) is not None) is is_held
