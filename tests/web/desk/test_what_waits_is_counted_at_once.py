"""Each sort of work that waits is counted by the one question, and listed as it is counted."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from propdesk.crm.accounts.models import Approval, Case, CaseKind, DueWork, TradingAccount
from propdesk.crm.challenges.desk_queue import Counts, counts, desk_queue
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.uuid7 import uuid7
from propdesk.web.received import received_at
from tests.web.desk.desk_cast import DeskFirm, desk, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(secret_key: None) -> DeskFirm:
    return DeskFirm()


def one_of_each(firm: DeskFirm, at: datetime) -> None:
    ago = at - timedelta(hours=1)
    Case.objects.create(
        id=uuid7(at), account=firm.account, kind=CaseKind.REVIEW, source="V", opened_at=ago
    )
    OutboxRow.objects.filter(pk=OutboxRow.objects.order_by("pk")[:1].get().pk).update(
        delivered_at=None, given_up_at=ago
    )
    own = TradingAccount.objects.filter(pk=firm.account.pk)
    own.update(rights="read_only", rights_wanted="trade", blocked_by="unknown")
    Enrolment.objects.filter(pk=firm.enrolment.pk).update(state="passed")
    DueWork.objects.create(
        id=uuid7(at), key="k", kind="k", due_at=ago, detail={}, attempts=1, next_try_at=at
    )
    Approval.objects.create(
        id=uuid7(at), kind="ban", subject=uuid4(), proposal={}, reason="x", proposed_by=uuid4(),
        proposed_at=ago, expires_at=at + timedelta(hours=1),
    )  # fmt: skip


def test_what_is_counted_is_what_is_listed(firm: DeskFirm) -> None:
    at = received_at()
    settled = [each.count for each in desk_queue(at)]
    assert settled == [0, 0, 0, 0, 0, 0]
    one_of_each(firm, at)
    assert counts(at) == Counts(*[1] * 7)
    for each in desk_queue(at):
        assert len(each.entries) == each.count == 1, each.kind


def test_the_queue_and_the_approvals_say_of_when_they_are_and_ask_again(firm: DeskFirm) -> None:
    one_of_each(firm, received_at())
    for address in ("/staff/queue/", "/staff/approvals/"):
        page = shown(desk("risk", address), address)
        assert "web/renewed.js" in page
        piece = page.split("data-renewed", 1)[1]
        assert 'data-every="' in piece
        assert "As of" in piece
        assert 'data-says-lost="' in piece
