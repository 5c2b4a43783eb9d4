"""Another published version judges from the next account on, decided by two persons."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from propdesk.crm.catalog.actions.publish_version import publish_version
from propdesk.crm.catalog.actions.save_draft import save_draft
from propdesk.crm.catalog.models import ProgrammeVersion
from propdesk.crm.catalog.versions import draft_of
from propdesk.crm.challenges.actions.plan_closings import plan_closings
from propdesk.crm.challenges.actions.propose_rebinding import propose_rebinding
from propdesk.crm.challenges.actions.rebind import rebind
from propdesk.crm.challenges.binding import Binding
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.people.permissions import NotPermitted
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import AccountEnrolled
from tests.crm.challenges.enrolled import NOW, SECOND_STAFF, STAFF, SUPPORT, Firm

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(db: None) -> Firm:
    return Firm()


def second_version(firm: Firm) -> ProgrammeVersion:
    """The programme with 9 per cent where there were 10, published and not in force."""
    first = firm.programme.versions.get()
    lines = first.rulebook.splitlines()
    text = "\n".join('version: "2"' if each.startswith("version:") else each for each in lines)
    assert "percent: 10}" in text
    save_draft(firm.programme, text.replace("percent: 10}", "percent: 9}"), by=STAFF, at=NOW)
    draft = draft_of(firm.programme)
    assert draft is not None
    return publish_version(firm.programme, sha256=draft.sha256, by=STAFF, at=NOW)


def enrolled_by(firm: Firm, enrolment: Enrolment) -> str:
    """The hash by which the engine was told to judge the newest account."""
    name = firm.running(enrolment).account.engine_account
    rows = OutboxRow.objects.filter(account=name, command="AccountEnrolled")
    said = decode(bytes(rows.order_by("-id")[0].body))
    assert isinstance(said, AccountEnrolled)
    return said.sha256


def bound(firm: Firm, enrolment: Enrolment, binding: Binding) -> Enrolment:
    asked = propose_rebinding(enrolment.pk, binding, by=STAFF, at=firm.now, reason="complaint")
    return rebind(asked.pk, by=SECOND_STAFF, at=firm.now)


def test_the_account_that_runs_stays_and_the_next_is_judged_by_the_new_version(firm: Firm) -> None:
    enrolment, other = firm.enrolled(), second_version(firm)
    old = enrolled_by(firm, enrolment)
    firm.say(enrolment, "active")
    plan_closings(NOW)
    bound(firm, enrolment, Binding(version=other.pk))
    assert enrolled_by(firm, enrolment) == old == firm.running(enrolment).account.sha256
    assert plan_closings(NOW) == 0, "what runs is closed by its own terms"
    firm.say(enrolment, "passed")
    assert firm.running(enrolment).number == 2
    assert enrolled_by(firm, enrolment) == other.sha256 != old
    assert firm.running(enrolment).account.version == "2"


def test_with_a_balance_the_phase_begins_anew_at_once(firm: Firm) -> None:
    enrolment, other = firm.enrolled(), second_version(firm)
    firm.say(enrolment, "active")
    firm.now += timedelta(minutes=1)
    bound(firm, enrolment, Binding(version=other.pk, balance=Decimal("98000.50")))
    firm.deliver()
    running = firm.running(enrolment)
    assert (running.number, running.attempt) == (1, 2)
    assert running.account.opening_balance == Decimal("98000.50")
    assert enrolled_by(firm, enrolment) == other.sha256


def test_the_trader_is_told_what_changed_and_why(firm: Firm) -> None:
    enrolment, other = firm.enrolled(), second_version(firm)
    bound(firm, enrolment, Binding(version=other.pk))
    (told,) = OutboxRow.objects.filter(destination="notice", command="rulebook_changed")
    body = bytes(told.body).decode()
    assert '"new":"2"' in body
    assert "complaint" in body


def test_one_person_alone_binds_nobody(firm: Firm) -> None:
    enrolment, other = firm.enrolled(), second_version(firm)
    asked = propose_rebinding(
        enrolment.pk, Binding(version=other.pk), by=STAFF, at=NOW, reason="complaint"
    )
    with pytest.raises(ActionRefused, match="Another person"):
        rebind(asked.pk, by=STAFF, at=NOW)
    with pytest.raises(NotPermitted):
        rebind(asked.pk, by=SUPPORT, at=NOW)
    assert Enrolment.objects.get(pk=enrolment.pk).bound_to is None


@pytest.mark.parametrize(
    ("version", "add_ons", "balance", "code"),
    [
        (UUID(int=0), (), None, "not_published"),
        (None, ("no-such",), None, "no_add_on"),
        (None, (), Decimal(0), "no_balance"),
    ],
)
def test_what_cannot_judge_it_is_refused(
    firm: Firm, version: UUID | None, add_ons: tuple[str, ...], balance: Decimal | None, code: str
) -> None:
    enrolment, other = firm.enrolled(), second_version(firm)
    binding = Binding(version=version or other.pk, add_ons=add_ons, balance=balance)
    with pytest.raises(ActionRefused) as error:
        propose_rebinding(enrolment.pk, binding, by=STAFF, at=NOW, reason="x")
    assert error.value.code == code


def test_what_was_bought_is_no_other_version(firm: Firm) -> None:
    enrolment = firm.enrolled()
    with pytest.raises(ActionRefused) as error:
        propose_rebinding(
            enrolment.pk, Binding(version=enrolment.version_id), by=STAFF, at=NOW, reason="x"
        )
    assert error.value.code == "same"


def test_a_draft_judges_nobody(firm: Firm) -> None:
    enrolment, other = firm.enrolled(), second_version(firm)
    draft = ProgrammeVersion.objects.create(
        id=uuid7(NOW), programme=firm.programme, number=9, state="draft", rulebook=other.rulebook,
        sha256=other.sha256, name="9", effective_from=NOW.date(), saved_at=NOW,
    )  # fmt: skip
    with pytest.raises(ActionRefused) as error:
        propose_rebinding(enrolment.pk, Binding(version=draft.pk), by=STAFF, at=NOW, reason="x")
    assert error.value.code == "not_published"
