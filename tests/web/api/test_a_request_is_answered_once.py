"""The door: repetitions, limits of rates, sessions' tokens, and answers that have not changed."""

import json
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from propdesk.crm.api_keys.keeping_answers import KEPT_FOR, OtherRequest, begun_or_answered
from propdesk.crm.api_keys.models import KeptAnswer
from propdesk.crm.catalog.actions.create_coupon import create_coupon
from propdesk.crm.catalog.models import Coupon
from propdesk.crm.people.models import Person
from propdesk.web.api import limits
from propdesk.web.api.limits import WINDOW_S, Limits
from propdesk.web.api.routers import catalog_terms
from tests.crm.people.cast import AT, registered, staff
from tests.web.api.calling import Program, program_of
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db

COUPON = {"code": "WELCOME", "percent": "20"}


def owner() -> Program:
    return program_of(staff("owner"), as_staff=True)


def test_a_repetition_is_answered_as_the_first_was_and_done_once() -> None:
    program = owner()
    first = program.post("/coupons", COUPON, Idempotency_Key="a")
    again = program.post("/coupons", COUPON, Idempotency_Key="a")
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    other = program.post("/coupons", {**COUPON, "percent": "30"}, Idempotency_Key="a")
    assert (other.status_code, other.json()["code"]) == (409, "key_used")
    elsewhere = program.post("/desk/programmes", COUPON, Idempotency_Key="a")
    assert elsewhere.status_code == 409
    # A refusal is an answer too: what was asked then is not done now.
    refused = program.post("/coupons", COUPON, Idempotency_Key="b")
    Coupon.objects.all().delete()
    assert refused.json()["code"] == "code_taken"
    assert program.post("/coupons", COUPON, Idempotency_Key="b").content == refused.content
    assert not Coupon.objects.exists()


def test_what_reached_no_action_may_be_sent_again_with_the_same_key() -> None:
    program = owner()
    assert program.post("/coupons", {"percent": "x"}, Idempotency_Key="a").status_code == 400
    assert not KeptAnswer.objects.exists()
    assert program.post("/coupons", COUPON, Idempotency_Key="a").status_code == 200


def test_a_fault_of_the_server_leaves_nothing_and_is_tried_again() -> None:
    program = owner()

    def creates_and_fails(*said: Any, **named: Any) -> Coupon:
        made = create_coupon(*said, **named)
        raise RuntimeError(f"after {made.code} was written")

    with patch(f"{catalog_terms.__name__}.create_coupon", creates_and_fails):
        failed = program.post("/coupons", COUPON, Idempotency_Key="a")
    assert (failed.status_code, failed.json()["code"]) == (500, "failed")
    assert "WELCOME" not in failed.content.decode()
    assert not Coupon.objects.exists()
    assert program.post("/coupons", COUPON, Idempotency_Key="a").status_code == 200
    assert Coupon.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 101, "ümlaut"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    refused = owner().post("/coupons", COUPON, Idempotency_Key=key)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_key")
    assert not Coupon.objects.exists()


def test_one_persons_keys_are_not_anothers() -> None:
    ada, eve = registered("ada"), registered("eve")
    kept = begun_or_answered(ada.pk, "k", "0" * 64, AT)
    assert begun_or_answered(eve.pk, "k", "1" * 64, AT).pk != kept.pk
    with pytest.raises(OtherRequest):
        begun_or_answered(ada.pk, "k", "1" * 64, AT + KEPT_FOR - timedelta(seconds=1))
    assert begun_or_answered(ada.pk, "k", "1" * 64, AT + KEPT_FOR).pk != kept.pk
    assert set(KeptAnswer.objects.values_list("person", flat=True)) == {ada.pk}


def test_a_limit_is_told_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OF_KEY", 2)
    program, other = program_of(registered("ada")), program_of(registered("eve"))
    told = [program.get("/me") for _ in range(3)]
    assert [each.status_code for each in told] == [200, 200, 429]
    assert [each["RateLimit-Remaining"] for each in told] == ["1", "0", "0"]
    assert {each["RateLimit-Policy"] for each in told} == {"2;w=60"}
    assert 1 <= int(told[2]["Retry-After"]) <= WINDOW_S
    assert told[2].json()["code"] == "too_many_requests"
    assert other.get("/me").status_code == 200


def test_whoever_tries_keys_is_stopped_by_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OF_ADDRESS", 3)
    codes = [Program(f"pdk_{number}").get("/me").json()["code"] for number in range(4)]
    assert codes == ["no_key", "no_key", "no_key", "too_many_requests"]


def test_a_minute_begins_with_its_first_request_and_is_forgotten() -> None:
    now = [0.0]
    counts = Limits(lambda: now[0], counted_max=3)
    assert [counts.count("a", 2).is_over for _ in range(3)] == [False, False, True]
    now[0] = WINDOW_S - 0.01
    assert counts.count("a", 2).is_over
    now[0] = WINDOW_S
    assert not counts.count("a", 2).is_over
    for number in range(10):
        counts.count(f"other-{number}", 2)
    assert len(counts._counts) <= 3


def changed_by(client: Client, headers: dict[str, str]) -> tuple[int, str]:
    body = json.dumps({"display_name": "Ada"})
    told = client.put("/api/v1/me", body, content_type="application/json", headers=headers)
    return told.status_code, told.json().get("code", "")


def careful(person: Person) -> Client:
    """A browser whose sessions' tokens are checked."""
    client = client_of(person)
    client.handler.enforce_csrf_checks = True
    return client


def test_a_session_changes_nothing_without_the_token_of_its_forms() -> None:
    client = careful(registered("ada"))
    assert changed_by(client, {}) == (403, "no_csrf_token")
    client.get("/me/profile/")
    token = client.cookies["csrftoken"].value
    assert changed_by(client, {"X-CSRFToken": token})[0] == 200
    # Whoever shows a key is asked for no token, and is not taken for somebody else by a cookie.
    assert changed_by(client, {"Authorization": "Bearer pdk_none"}) == (401, "no_key")


def test_what_has_not_changed_is_not_sent_again() -> None:
    program = program_of(registered("ada"))
    first = program.get("/me/keys")
    second = program.get("/orders")
    assert first["ETag"] != second["ETag"]
    same = program.get("/orders", If_None_Match=second["ETag"])
    assert (same.status_code, same.content) == (304, b"")
    assert program.get("/orders", If_None_Match=first["ETag"]).status_code == 200
    assert second["Cache-Control"] == "private, no-cache"


def test_errors_are_problems_wherever_they_arise() -> None:
    program = program_of(registered("ada"))
    cases = [
        (program.get("/nowhere"), 404, "not_found"),
        (program.send("DELETE", "/me"), 405, "no_such_method"),
        (program.send("PUT", "/me", {"display_name": "x" * 81}), 400, "invalid"),
        (program.send("PUT", "/me", {"display_name": "a\u0000b"}), 400, "invalid"),
        (program.get("/orders?after=none"), 400, "no_such_page"),
        (program.get("/orders?limit=101"), 400, "invalid"),
        (Program().get("/me"), 401, "not_signed_in"),
    ]
    for told, status, code in cases:
        assert (told.status_code, told.json()["code"]) == (status, code)
        assert told["Content-Type"] == "application/problem+json"
        assert told.json()["status"] == status
    assert cases[1][0]["Allow"] == "GET, PUT"
    assert cases[2][0].json()["faults"][0]["at"].endswith("display_name")
