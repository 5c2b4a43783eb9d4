"""A whole firm of simulated traders: whatever was sold is somewhere, once, at every step."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from propdesk.boot.demonstration import demonstrate
from propdesk.boot.house import Foundation, House
from propdesk.boot.platform_process import Plan
from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase
from propdesk.crm.purchases.models import Order
from propdesk.domain.instants import parse_instant
from propdesk.ports.memory_log import MemoryLog
from propdesk.ports.memory_snapshots import MemorySnapshots
from tests.live.recovery.firm_on_a_log import FIRM

pytestmark = pytest.mark.django_db
NOW = parse_instant("2026-11-20T15:20:00Z")
FEW = {"gambler": 3, "martingale": 1}


class DoesNotAddUp(AssertionError):
    """Something that was sold is nowhere, or twice."""


def add_up() -> Counter[str]:
    """Sold is active, passed, breached, expired or ended: each enrolment once, with one running
    phase at most and one account for each phase. Raises ``DoesNotAddUp``."""
    sold = Order.objects.filter(state="provisioned", purpose="purchase").count()
    last: dict[Any, EnrolmentPhase] = {}
    phases = 0
    for phase in EnrolmentPhase.objects.select_related("account").order_by("started_at", "id"):
        last[phase.enrolment_id] = phase
        phases += 1
        if phase.outcome == "" and phase.account.status in {"breached", "passed", "expired"}:
            raise DoesNotAddUp(f"{phase.account} is over and its phase runs")
    found = Counter(each.outcome or "active" for each in last.values())
    counts = sold, Enrolment.objects.count(), sum(found.values())
    if len({*counts}) != 1:
        raise DoesNotAddUp(f"sold, enrolled and standing somewhere: {counts}")
    accounts = TradingAccount.objects.count()
    if accounts != phases:
        raise DoesNotAddUp(f"{accounts} accounts for {phases} phases")
    return found


def foundation(home: Path) -> Foundation:
    home.mkdir()
    alarms: list[str] = []
    plan = Plan(seed="mix", ticks_of_a_day=900)
    return Foundation(home, MemoryLog(), MemorySnapshots(), FIRM, plan, alarms.append)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = "django.contrib.auth.hashers.MD5PasswordHasher"
    monkeypatch.setattr(settings, "PASSWORD_HASHERS", [hasher])
    monkeypatch.setitem(settings.__dict__, "SECRET_KEY", "for tests only, and of no worth " * 2)


def lived(
    home: Path, monkeypatch: pytest.MonkeyPatch, days: int, traders: Mapping[str, int]
) -> Counter[str]:
    """A firm that added up at every step."""
    settle = House.settle

    def settled(self: House) -> None:
        settle(self)
        add_up()

    monkeypatch.setattr(House, "settle", settled)
    demonstrate(foundation(home), lambda: NOW, lambda _: None, days=days, traders=traders)
    return add_up()


def test_a_firm_adds_up_at_every_step_and_notices_who_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = lived(tmp_path / "a", monkeypatch, 1, FEW)
    assert sum(found.values()) == 4
    assert found["failed"] >= 1
    EnrolmentPhase.objects.filter(outcome="failed")[:1].get().delete()
    with pytest.raises(DoesNotAddUp):
        add_up()
