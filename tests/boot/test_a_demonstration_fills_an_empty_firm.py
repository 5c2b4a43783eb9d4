"""``propdesk demo``: a firm that lived, made by actions alone; refused where there is anything."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from propdesk.boot.demonstration import (
    TRADERS,
    Access,
    NotEmpty,
    _arrivals,
    demonstrate,
    refuse_unless_empty,
)
from propdesk.boot.demonstration_offer import COUPON, PROGRAMMES
from propdesk.boot.foundation import CannotDemonstrate, demonstrate_in
from propdesk.boot.house import Foundation
from propdesk.boot.platform_process import DIRECTORY, Plan, players_of
from propdesk.boot.settings import load
from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.catalog.models import Coupon, Price, Programme
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.ledger.models import Posting
from propdesk.crm.people.models import Person, RoleGrant, StaffRole
from propdesk.crm.purchases.models import Order
from propdesk.domain.instants import DAY, HOUR, parse_instant
from propdesk.ports.memory_log import MemoryLog
from propdesk.ports.memory_snapshots import MemorySnapshots
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import MARKET
from tests.crm.firm_cast import trader
from tests.live.recovery.firm_on_a_log import FIRM, records_on

pytestmark = pytest.mark.django_db
NOW = parse_instant("2026-11-20T15:20:00Z")
FEW = {"gambler": 3, "disciplined": 1}


@pytest.fixture
def on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Foundation:
    hasher = "django.contrib.auth.hashers.MD5PasswordHasher"
    monkeypatch.setattr(settings, "PASSWORD_HASHERS", [hasher])
    monkeypatch.setitem(settings.__dict__, "SECRET_KEY", "for tests only, and of no worth " * 2)
    plan = Plan(seed="demo", ticks_of_a_day=900)
    alarms: list[str] = []
    return Foundation(tmp_path, MemoryLog(), MemorySnapshots(), FIRM, plan, alarms.append)


@pytest.fixture
def shown(on: Foundation) -> Iterator[tuple[Foundation, list[Access]]]:
    told: list[str] = []
    yield on, demonstrate(on, lambda: NOW, told.append, days=1, traders=FEW)
    assert told == ["A firm of 4 traders lives through 1 days…"]


def test_it_is_a_firm_of_which_every_part_lives(shown: tuple[Foundation, list[Access]]) -> None:
    on, accesses = shown
    assert {each.role for each in RoleGrant.objects.all()} == {each.value for each in StaffRole}
    assert Programme.objects.count() == len(PROGRAMMES) == 3
    assert {each.currency for each in Price.objects.filter(until=None)} == {"USD", "EUR"}
    assert Coupon.objects.get().code == COUPON
    assert Counter(each.state for each in Order.objects.all()) == {"provisioned": 4}
    assert {each.status for each in TradingAccount.objects.all()} <= {"active", "breached"}
    assert Enrolment.objects.count() == 4
    assert Counter(players_of(on.home / DIRECTORY).values()) == FEW
    assert sum(each.amount_minor for each in Posting.objects.all()) == 0
    market = [decode(each.body) for each in records_on(on.log, MARKET)]
    assert len(market) > 5
    # Who was made is shown a way in; a link works once and for him.
    assert [each.who for each in accesses] == [
        "Owner", "Admin", "Risk", "Finance", "Support", "Auditor", "Trader",
    ]  # fmt: skip
    client = Client()
    assert client.get(accesses[1].path).status_code == 302
    owner = Person.objects.get(email=accesses[0].email)
    assert owner.check_password(accesses[0].password)


def test_what_holds_anybody_is_refused_and_left_alone(on: Foundation) -> None:
    refuse_unless_empty()
    trader()
    with pytest.raises(NotEmpty):
        demonstrate(on, lambda: NOW, pytest.fail)
    assert not Programme.objects.exists()
    assert not (on.home / DIRECTORY).exists()


@pytest.mark.parametrize(
    "said",
    [
        {"PROPDESK_TEST_PAYMENTS": "no"},
        {"PROPDESK_SIMULATED_PLATFORM": "off"},
        {"PROPDESK_MAIL_URL": "smtp://user:word@mail.example:587"},
    ],
)
def test_it_needs_test_payments_and_the_platform_and_mails_nobody(
    said: dict[str, str], tmp_path: Path
) -> None:
    given = load({"PROPDESK_HOME": str(tmp_path), **said})
    with pytest.raises(CannotDemonstrate):
        demonstrate_in(given, "postgresql:///nowhere", "http://localhost", pytest.fail)


def test_all_kinds_arrive_early_and_mixed() -> None:
    arrivals = [*_arrivals(NOW, 12, TRADERS)]
    assert Counter(profile for profile, _ in arrivals) == TRADERS
    times = [at for _, at in arrivals]
    assert times == sorted(times)
    assert NOW < times[0] < NOW + 2 * HOUR
    assert times[-1] < NOW + 7 * DAY
    assert len({profile for profile, _ in arrivals[:12]}) == len(TRADERS)
