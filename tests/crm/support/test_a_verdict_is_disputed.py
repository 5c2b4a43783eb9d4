"""A breach is disputed with its evidence, judged again from the log, and decided by two persons."""

import gzip
import json
from datetime import timedelta
from decimal import Decimal

import pytest

from propdesk.crm.accounts.actions.refuse_approval import refuse_approval
from propdesk.crm.accounts.models import AccountVerdict
from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.actions.reinstate import reinstate
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.people.permissions import NotPermitted
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.support.actions.accept_dispute import accept_dispute
from propdesk.crm.support.actions.dispute_verdict import Held, dispute_verdict
from propdesk.crm.support.actions.uphold_verdict import uphold_verdict
from propdesk.crm.support.models import Dispute, Ticket
from propdesk.crm.support.replaying import NotReplayable, replay
from propdesk.wire.evidence import verify
from tests.crm.challenges.enrolled import SECOND_STAFF, STAFF, SUPPORT, Firm
from tests.crm.challenges.judged import OPEN, JudgedFirm

pytestmark = pytest.mark.django_db
NONE = Held(lacks="no log here")
BALANCE = Decimal(100_000)


class Breached:
    """A firm, its trader's breached enrolment, and the verdict."""

    def __init__(self, outcome: str = "breached") -> None:
        self.firm = Firm()
        self.enrolment: Enrolment = self.firm.enrolled()
        self.firm.say(self.enrolment, "active")
        self.firm.say(self.enrolment, outcome)  # type: ignore[arg-type]
        self.verdict = AccountVerdict.objects.get()
        self.own = Actor(self.firm.person.pk, "trader", "192.0.2.9")
        self.now = self.firm.now

    def disputed(self, evidence: Held = NONE) -> Dispute:
        return dispute_verdict(
            self.verdict.pk, "The price was wrong.", evidence, by=self.own, at=self.now
        )


def decisions() -> list[str]:
    rows = OutboxRow.objects.filter(command="dispute_decided").order_by("id")
    return [json.loads(bytes(each.body))["decision"] for each in rows]


def test_a_breach_is_disputed_once_and_holds_its_evidence_and_a_day_to_decide() -> None:
    case = Breached()
    made = case.disputed(Held(b'{"format": 1}'))
    assert case.disputed() == made
    held = Dispute.objects.get()
    assert gzip.decompress(bytes(held.evidence or b"")) == b'{"format": 1}'
    assert held.due_at == case.now + timedelta(days=5)
    ticket = Ticket.objects.get()
    assert (ticket.category, ticket.state, ticket.verdict_id) == (
        "dispute", "open", case.verdict.pk,
    )  # fmt: skip


def test_only_its_trader_disputes_it_in_time_with_a_reason_and_only_an_end() -> None:
    case = Breached()
    stranger = Actor(STAFF.person, "trader", "192.0.2.9")
    with pytest.raises(NotPermitted):
        dispute_verdict(case.verdict.pk, "no", NONE, by=stranger, at=case.now)
    late = case.verdict.at + timedelta(days=30, seconds=1)
    with pytest.raises(ActionRefused, match="30 days"):
        dispute_verdict(case.verdict.pk, "no", NONE, by=case.own, at=late)
    with pytest.raises(ActionRefused, match="wrong"):
        dispute_verdict(case.verdict.pk, " ", NONE, by=case.own, at=case.now)
    assert not Dispute.objects.exists()


def test_a_pass_is_not_disputed() -> None:
    with pytest.raises(ActionRefused, match="did not end"):
        Breached("passed").disputed()


def test_it_is_upheld_with_a_reason_the_trader_reads_and_then_decided() -> None:
    case = Breached()
    made = case.disputed()
    with pytest.raises(NotPermitted):
        uphold_verdict(made.pk, by=SUPPORT, at=case.now, reason="the quotes are the feed's")
    with pytest.raises(ActionRefused, match="Say why"):
        uphold_verdict(made.pk, by=STAFF, at=case.now, reason=" ")
    later = case.now + timedelta(hours=1)
    uphold_verdict(made.pk, by=STAFF, at=later, reason="The quotes are the feed's.")
    ticket = Ticket.objects.get()
    assert ticket.state == "solved"
    assert ticket.messages.order_by("id").last().body == "The quotes are the feed's."  # type: ignore[union-attr]
    assert decisions() == ["upheld"]
    for act in (
        lambda: uphold_verdict(made.pk, by=STAFF, at=case.now, reason="again"),
        lambda: accept_dispute(made.pk, BALANCE, by=STAFF, at=case.now, reason="after all"),
    ):
        with pytest.raises(ActionRefused, match="decided"):
            act()


def test_an_accepted_one_is_reinstated_by_a_second_person_alone() -> None:
    case = Breached()
    made = accept_dispute(case.disputed().pk, BALANCE, by=SUPPORT, at=case.now, reason="a bad tick")
    approval = made.approval
    assert approval is not None
    assert case.firm.state(case.enrolment) == "customer", "nothing is done by one person"
    proposer = Actor(SUPPORT.person, "risk", "192.0.2.3")
    with pytest.raises(ActionRefused, match="Another person"):
        reinstate(approval.pk, by=proposer, at=case.now)
    with pytest.raises(ActionRefused, match="second person"):
        uphold_verdict(made.pk, by=STAFF, at=case.now, reason="no")
    reinstate(approval.pk, by=SECOND_STAFF, at=case.now)
    assert case.firm.state(case.enrolment) == "evaluating"
    assert AccountVerdict.objects.get(pk=case.verdict.pk).outcome == "fail", "the verdict stays"


def test_where_the_second_person_refuses_the_first_decides_again() -> None:
    case = Breached()
    made = accept_dispute(case.disputed().pk, BALANCE, by=SUPPORT, at=case.now, reason="a bad tick")
    assert made.approval is not None
    refuse_approval(made.approval.pk, by=SECOND_STAFF, at=case.now, reason="it was a good tick")
    uphold_verdict(made.pk, by=STAFF, at=case.now, reason="The tick was good.")
    assert decisions() == ["proposed", "upheld"]


def test_a_proposal_that_is_refused_leaves_the_dispute_as_it_was() -> None:
    case = Breached()
    made = case.disputed()
    with pytest.raises(ActionRefused, match="more than nothing"):
        accept_dispute(made.pk, Decimal(0), by=STAFF, at=case.now, reason="a bad tick")
    assert Dispute.objects.get().decision == ""


@pytest.fixture
def judged() -> tuple[JudgedFirm, AccountVerdict]:
    """An account that a real engine found breached, by ticks of a log."""
    firm = JudgedFirm()
    enrolment = firm.enrolled()
    firm.settle()
    firm.bring_in(enrolment, Decimal(500))
    firm.later(days=1)
    firm.tick(OPEN)
    firm.deal(enrolment, "in", OPEN, Decimal(0))
    for points in range(1, 9):
        firm.tick(OPEN - Decimal(points) / 1000)
    firm.settle()
    return firm, AccountVerdict.objects.get(outcome="fail")


def test_judging_again_from_the_log_says_the_same_and_makes_evidence_that_holds(judged) -> None:
    firm, verdict = judged
    again = replay(verdict, firm.log.reader(), 0)
    assert again.is_equal, again.differences
    told = json.loads(again.file())
    assert verify(told).holds
    assert told["account"] == verdict.account.engine_account


def test_where_the_log_says_other_it_is_told_what_differs(judged) -> None:
    firm, verdict = judged
    verdict.observed = "94000.00"
    found = replay(verdict, firm.log.reader(), 0)
    assert [(each.what, each.said) for each in found.differences] == [("observed", "94000")]
    verdict.id = "another"
    assert [each.what for each in replay(verdict, firm.log.reader(), 0).differences] == ["verdict"]


def test_a_log_that_does_not_reach_says_so(judged) -> None:
    firm, verdict = judged
    verdict.tick += 1_000
    with pytest.raises(NotReplayable, match="not in the log"):
        replay(verdict, firm.log.reader(), 0)
    verdict.account.engine_account = "nobody"
    with pytest.raises(NotReplayable, match="enrolment"):
        replay(verdict, firm.log.reader(), 0)
