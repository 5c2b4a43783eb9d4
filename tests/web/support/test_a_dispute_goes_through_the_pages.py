"""From the breach to the decision on the pages: evidence held, judged again, decided by two."""

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from propdesk.crm.accounts.models import AccountVerdict
from propdesk.crm.support.models import Dispute
from propdesk.web import log_source
from propdesk.web.received import received_at
from tests.crm.challenges import judged
from tests.crm.challenges.judged import OPEN, JudgedFirm
from tests.crm.people.cast import registered, staff
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def verdict(monkeypatch: pytest.MonkeyPatch) -> Iterator[AccountVerdict]:
    """A breach of today that a real engine judged, with its log behind the pages."""
    now = int(received_at().timestamp()) * 1_000_000
    monkeypatch.setattr(judged, "AT", now - 3_600_000_000)
    firm = JudgedFirm()
    enrolment = firm.enrolled()
    firm.settle()
    firm.tick(OPEN)
    firm.deal(enrolment, "in", OPEN, Decimal(0))
    firm.tick(OPEN - Decimal("0.00501"))
    firm.settle()
    log_source.provide(firm.log.reader)
    yield AccountVerdict.objects.select_related("account").get(outcome="fail")
    log_source.provide(None)


def owner_of(verdict: AccountVerdict) -> Client:
    return client_of(verdict.account.enrolment_phase.enrolment.person)


def disputed(verdict: AccountVerdict) -> Dispute:
    address = reverse("dispute-verdict", kwargs={"verdict": verdict.pk})
    answer = owner_of(verdict).post(address, {"reason": "The price was wrong."})
    assert answer.status_code == 302
    return Dispute.objects.get()


def at(name: str, dispute: Dispute) -> str:
    return reverse(name, kwargs={"reference": dispute.reference})


def test_the_trader_disputes_holds_the_evidence_and_judges_again(verdict) -> None:
    own = owner_of(verdict)
    form = own.get(reverse("dispute-verdict", kwargs={"verdict": verdict.pk}))
    assert "95,000" in form.content.decode()
    made = disputed(verdict)
    assert made.evidence_lacks == ""
    told = json.loads(own.get(at("dispute-evidence", made)).content)
    assert told["account"] == verdict.account.engine_account
    page = own.get(at("dispute-replay", made)).content.decode()
    assert "Equal: the same verdict" in page
    ticket = own.get(reverse("ticket", kwargs={"reference": made.ticket.reference}))
    assert "Being looked at." in ticket.content.decode()


def test_without_a_log_it_is_disputed_and_says_what_is_not_held(verdict) -> None:
    log_source.provide(None)
    made = disputed(verdict)
    assert "no event log" in made.evidence_lacks
    own = owner_of(verdict)
    assert own.get(at("dispute-evidence", made)).status_code == 404
    assert "It cannot be said." in own.get(at("dispute-replay", made)).content.decode()


def test_a_verdict_that_the_log_does_not_bear_out_is_shown_as_different(verdict) -> None:
    made = disputed(verdict)
    log = log_source._provided[0]
    assert log is not None
    stranger = AccountVerdict(pk="other", account=verdict.account, offset=verdict.offset)
    stranger.tick, stranger.at, stranger.evidence = verdict.tick, verdict.at, {}
    stranger.outcome, stranger.rule, stranger.phase = "fail", "overall_loss", verdict.phase
    stranger.observed, stranger.limit, stranger.basis = "1.00", "2.00", "ticks"
    stranger.save()
    Dispute.objects.filter(pk=made.pk).update(verdict=stranger)
    page = owner_of(verdict).get(at("dispute-replay", made)).content.decode()
    assert "Different: the log does not say" in page


def test_another_trader_finds_none_of_it_and_disputes_nothing(verdict) -> None:
    stranger = client_of(registered("stranger"))
    address = reverse("dispute-verdict", kwargs={"verdict": verdict.pk})
    assert stranger.post(address, {"reason": "mine"}).status_code == 404
    made = disputed(verdict)
    for name in ("dispute-evidence", "dispute-replay"):
        assert stranger.get(at(name, made)).status_code == 404


def test_the_desk_sees_why_and_upholds_with_a_reason(verdict) -> None:
    made, desk = disputed(verdict), client_of(staff("risk"), with_factor=True)
    assert made.reference in desk.get(reverse("staff-disputes")).content.decode()
    page = desk.get(at("staff-dispute", made)).content.decode()
    assert "The price was wrong." in page
    assert "94,990" in page
    assert desk.post(at("dispute-uphold", made), {"reason": ""}).status_code == 422
    assert desk.post(at("dispute-uphold", made), {"reason": "It was not."}).status_code == 302
    own = owner_of(verdict).get(reverse("ticket", kwargs={"reference": made.ticket.reference}))
    assert "It was not." in own.content.decode()
    assert "Upheld: the verdict stands." in own.content.decode()


def test_the_desk_proposes_and_waits_for_a_second_person(verdict) -> None:
    made, desk = disputed(verdict), client_of(staff("support"), with_factor=True)
    asked = {"reason": "A bad tick.", "balance": "100000"}
    assert desk.post(at("dispute-accept", made), {**asked, "balance": "x"}).status_code == 422
    assert desk.post(at("dispute-accept", made), asked).status_code == 302
    page = desk.get(at("staff-dispute", made)).content.decode()
    assert "a second person decides" in page
    assert "Propose it" not in page
    assert Dispute.objects.get().approval is not None
