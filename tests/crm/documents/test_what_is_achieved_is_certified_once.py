"""A pass and a first funded account are certified once; what a correction takes away is revoked."""

import json

import pytest

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.challenges.actions.settle_gate import settle_gate
from propdesk.crm.challenges.models import Gate
from propdesk.crm.documents.actions.issue_certificates import issue_certificates
from propdesk.crm.documents.actions.name_certificate import name_certificate
from propdesk.crm.documents.actions.restore_certificate import restore_certificate
from propdesk.crm.documents.actions.revoke_certificate import revoke_certificate
from propdesk.crm.documents.drawing import drawn
from propdesk.crm.documents.models import Certificate, CertificateKind, NameShown
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.people.permissions import NotPermitted
from propdesk.crm.refusal import ActionRefused
from tests.crm.challenges.enrolled import NOW, SECOND_STAFF, STAFF, SUPPORT
from tests.crm.documents.certified import CertifyingFirm

pytestmark = pytest.mark.django_db
ADDRESS = "https://firm.example/certificates/code/"


def notices(name: str) -> list[dict[str, object]]:
    rows = OutboxRow.objects.filter(destination="notice", command=name).order_by("id")
    return [json.loads(bytes(each.body)) for each in rows]


def test_a_life_to_the_funded_account_has_three_certificates_each_told_once() -> None:
    firm = CertifyingFirm()
    enrolment, _ = firm.funded()
    found = Certificate.objects.order_by("phase_number")
    assert [(each.kind, each.phase) for each in found] == [
        ("passed", "challenge"),
        ("passed", "verification"),
        ("funded", "funded"),
    ]
    assert {each.person_id for each in found} == {enrolment.person_id}
    assert len({each.code for each in found}) == 3
    assert [each["certificate"] for each in notices("certificate_issued")] == [
        each.reference for each in found
    ]


def test_what_is_told_again_is_not_certified_again() -> None:
    firm = CertifyingFirm()
    enrolment, made = firm.funded()
    for status in ("paused", "active", "paused", "active"):
        firm.say(enrolment, status)
    assert Certificate.objects.filter(kind=CertificateKind.FUNDED).get() == made
    assert Certificate.objects.count() == 3


def test_a_projector_killed_before_its_commit_issues_none_and_the_next_one_does() -> None:
    class Killed(Exception):
        pass

    def die(*_: object) -> None:
        raise Killed

    firm = CertifyingFirm()
    enrolment = firm.enrolled()
    firm.say(enrolment, "active")
    login = firm.running(enrolment).account.login
    firm.engine.status(login, "passed")
    killed = firm.projector
    killed._followers = (*firm.followers, die)
    with pytest.raises(Killed):
        firm.project()
    assert not Certificate.objects.exists()
    firm.projector = firm.new_projector()
    firm.project()
    assert Certificate.objects.count() == 1


def test_a_breach_certifies_nothing() -> None:
    firm = CertifyingFirm()
    enrolment = firm.enrolled()
    firm.say(enrolment, "active")
    firm.say(enrolment, "breached")
    assert not Certificate.objects.exists()


def test_a_corrected_pass_takes_later_certificates_with_it_and_no_earlier() -> None:
    firm = CertifyingFirm()
    enrolment, _ = firm.funded()
    second = enrolment.phases.get(number=2).account
    firm.correct(second.engine_account)
    assert [each.is_valid for each in Certificate.objects.order_by("phase_number")] == [
        True,
        False,
        False,
    ]
    assert len(notices("certificate_revoked")) == 2


def test_a_corrected_warning_takes_none() -> None:
    firm = CertifyingFirm()
    _, made = firm.passed()
    firm.correct(made.account.engine_account, "warn")
    assert Certificate.objects.get(pk=made.pk).is_valid


def test_one_is_revoked_by_hand_and_restored_each_with_a_reason() -> None:
    firm = CertifyingFirm()
    _, made = firm.passed()
    for act in (revoke_certificate, restore_certificate):
        with pytest.raises(ActionRefused):
            act(made.pk, by=STAFF, at=NOW, reason=" ")
        with pytest.raises(NotPermitted):
            act(made.pk, by=SUPPORT, at=NOW, reason="because")
    revoke_certificate(made.pk, by=SECOND_STAFF, at=NOW, reason="a copied strategy")
    with pytest.raises(ActionRefused, match="already"):
        revoke_certificate(made.pk, by=SECOND_STAFF, at=NOW, reason="again")
    assert not Certificate.objects.get().is_valid
    restore_certificate(made.pk, by=STAFF, at=NOW, reason="it was not copied")
    assert Certificate.objects.get().is_valid
    with pytest.raises(ActionRefused, match="is valid"):
        restore_certificate(made.pk, by=STAFF, at=NOW, reason="again")


def test_nobody_is_named_but_by_his_own_choice_and_the_choice_is_taken_back() -> None:
    firm = CertifyingFirm()
    _, made = firm.passed()
    assert made.holder == ""
    firm.person.display_name, firm.person.legal_name = "quiet fox", "Ada Example"
    firm.person.save()
    own = Actor(firm.person.pk, "trader", "192.0.2.9")
    with pytest.raises(NotPermitted):
        name_certificate(made.pk, NameShown.DISPLAY, by=STAFF, at=NOW)
    other = Actor(STAFF.person, "trader", "192.0.2.9")
    with pytest.raises(NotPermitted):
        name_certificate(made.pk, NameShown.DISPLAY, by=other, at=NOW)
    assert name_certificate(made.pk, NameShown.DISPLAY, by=own, at=NOW).holder == "quiet fox"
    assert name_certificate(made.pk, NameShown.NONE, by=own, at=NOW).holder == ""
    rows = AuditRow.objects.filter(action="documents.name_certificate")
    assert "fox" not in json.dumps([each.after for each in rows])


def test_a_legal_name_is_borne_once_the_papers_were_seen() -> None:
    firm = CertifyingFirm()
    enrolment, made = firm.passed()
    firm.person.legal_name = "Ada Example"
    firm.person.save()
    own = Actor(firm.person.pk, "trader", "192.0.2.9")
    with pytest.raises(ActionRefused, match="papers"):
        name_certificate(made.pk, NameShown.LEGAL, by=own, at=NOW)
    settle_gate(enrolment.pk, Gate.KYC, by=STAFF, at=NOW, reason="passport")
    assert name_certificate(made.pk, NameShown.LEGAL, by=own, at=NOW).holder == "Ada Example"


def test_the_document_has_the_same_bytes_on_every_run_and_others_for_another_row() -> None:
    firm = CertifyingFirm()
    _, made = firm.passed()
    for form, begins in (("pdf", b"%PDF"), ("png", b"\x89PNG")):
        first = drawn(made, ADDRESS, form)  # type: ignore[arg-type]
        assert first.startswith(begins)
        assert first == drawn(Certificate.objects.get(pk=made.pk), ADDRESS, form)  # type: ignore[arg-type]
        made.holder = "quiet fox"
        assert drawn(made, ADDRESS, form) != first  # type: ignore[arg-type]
        made.holder = ""


def test_words_of_a_certificate_are_no_code_of_the_drawing() -> None:
    firm = CertifyingFirm()
    _, made = firm.passed()
    made.holder = '#panic("no") $x$ *b* <label> \\'
    assert drawn(made, ADDRESS, "png")


def test_no_status_asks_the_database_for_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        issue_certificates([], NOW)
