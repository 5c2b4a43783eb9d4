"""One's own daily limit: stricter at once, looser from tomorrow, and a lock until the reset."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from propdesk.boot.firm_clock import DOERS
from propdesk.crm.accounts.due_work import do_next
from propdesk.crm.audit.actor import Actor
from propdesk.crm.own_limits.actions.set_daily_limit import set_daily_limit
from propdesk.crm.own_limits.models import OwnLimit, limit_in_force
from propdesk.crm.own_limits.watching import Watch
from propdesk.crm.people.permissions import NotPermitted
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.instants import datetime_of
from propdesk.ports.platform import Rights
from propdesk.web.live import source
from tests.web.portal.portal_stage import Portal, text_of

pytestmark = pytest.mark.django_db
ALLOWANCE = Decimal(5000)


def resets_at(stage: Portal) -> datetime:
    figures = stage.firm.worker.answers.figures(stage.login)
    assert figures is not None
    return datetime_of(figures.resets_at)


def set_to(stage: Portal, amount: str | None, at: datetime) -> OwnLimit:
    return set_daily_limit(
        stage.account.pk, None if amount is None else Decimal(amount), allowance=ALLOWANCE,
        resets_at=resets_at(stage), by=Actor(stage.person.pk, "trader"), at=at,
    )  # fmt: skip


def in_force(stage: Portal, at: datetime) -> str | None:
    found = limit_in_force(stage.account, at)
    return None if found is None or found.amount is None else f"{found.amount.normalize():f}"


def test_a_stricter_limit_counts_at_once_a_looser_one_from_the_reset(stage: Portal) -> None:
    now, reset = stage.firm.now, resets_at(stage)
    set_to(stage, "1000", now)
    assert in_force(stage, now) == "1000"
    set_to(stage, "2000", now + timedelta(minutes=1))
    assert in_force(stage, reset - timedelta(seconds=1)) == "1000"
    assert in_force(stage, reset) == "2000"
    set_to(stage, None, now + timedelta(minutes=2))
    assert (in_force(stage, now + timedelta(hours=1)), in_force(stage, reset)) == ("1000", None)
    set_to(stage, "500", now + timedelta(minutes=3))
    assert (in_force(stage, now + timedelta(hours=1)), in_force(stage, reset)) == ("500", "500")


@pytest.mark.parametrize(
    ("amount", "code"),
    [("5000", "not_stricter"), ("5000.01", "not_stricter"), ("0", "not_positive")],
)
def test_it_must_be_stricter_than_the_rulebook(stage: Portal, amount: str, code: str) -> None:
    with pytest.raises(ActionRefused) as refused:
        set_to(stage, amount, stage.firm.now)
    assert refused.value.code == code
    assert not OwnLimit.objects.exists()


def test_nobody_sets_anybody_elses(stage: Portal) -> None:
    with pytest.raises(NotPermitted):
        set_daily_limit(
            stage.account.pk, Decimal(1), allowance=None, resets_at=resets_at(stage),
            by=Actor(uuid7(stage.firm.now), "trader"), at=stage.firm.now,
        )  # fmt: skip


def test_who_reaches_it_is_closed_and_locked_until_the_reset(stage: Portal) -> None:
    set_to(stage, "1000", stage.firm.now)
    stage.firm.stage.buy(stage.login, "1.00")
    stage.price("1.07020", "1.07030")  # 990 on the position, 3 of commission
    watch = Watch(stage.firm.worker.answers)
    assert watch.look(stage.firm.now) == 0
    stage.price("1.07013", "1.07023")  # 1,000.00 to the cent
    assert watch.look(stage.firm.now) == 1
    assert watch.look(stage.firm.now) == 0
    stage.firm.settle()
    account = stage.account
    assert stage.held() == []
    assert (account.rights, account.status) == (Rights.CLOSE_ONLY, "active")
    assert "your own daily limit is reached" in text_of(stage.get())
    answer = stage.post("trade/place", **stage.order(stop="1.07000"), accepted="yes")
    assert "The account is locked" in text_of(answer)
    reset = resets_at(stage)
    alarms: list[str] = []
    while do_next(DOERS, reset, alarms.append):
        pass
    assert (alarms, stage.account.rights_wanted) == ([], Rights.TRADE)


def test_its_page_sets_it_and_says_from_when(stage: Portal) -> None:
    answer = stage.post("limit/", amount="750")
    assert answer.status_code == 302
    assert "750.00 USD" in text_of(stage.get("limit/"))
    assert "must be less than" in text_of(stage.post("limit/", amount="6000"))
    stage.firm.now += timedelta(seconds=1)
    stage.post("limit/", amount="")
    assert "From the next reset none" in text_of(stage.get("limit/"))


def test_without_an_engine_nothing_is_set(stage: Portal) -> None:
    source.provide(source.NoEngine())
    answer = stage.post("limit/", amount="750")
    assert answer.status_code == 503
    assert not OwnLimit.objects.exists()
