"""What every request of the API goes through: who it is, how often, once or again, and the answer.

It must not know what an operation does.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from ninja.utils import check_csrf

from propdesk.crm.api_keys.keeping_answers import OtherRequest, begun_or_answered
from propdesk.crm.api_keys.models import KeptAnswer
from propdesk.web.access import by_the_door
from propdesk.web.api import limits
from propdesk.web.api.caller import Caller, caller_of, identified
from propdesk.web.api.declaring import DECLARED, Repeated
from propdesk.web.api.problems import Refused, answer_of
from propdesk.web.received import received_at
from propdesk.web.visitor import address_of

KEY_HEADER = "Idempotency-Key"
KEY_LENGTH_MAX = 100
OK, REFUSED_FROM = 200, 400
# What was done, and what an action refused; what never reached an action is asked anew.
_KEPT = {200, 201, 202, 409, 422}

Inside = Callable[[], HttpResponse]


def door(view: Callable[..., Any], path: str) -> Callable[..., HttpResponse]:
    """``view`` of the address ``path``, behind all that guards it."""

    def entered(request: HttpRequest, **given: Any) -> HttpResponse:
        now = received_at()
        address = limits.LIMITS.count(f"all/{address_of(request)}", limits.OF_ADDRESS)
        headers = address.headers
        try:
            _within(address)
            caller = identified(request, now)
            count = limits.LIMITS.count(caller.counted_as, _limit_of(caller))
            headers = count.headers
            _within(count)
            response = _inside(request, caller, path, lambda: view(request, **given))
        except Refused as refused:
            response = answer_of(refused)
        except RequestDataTooBig:
            response = answer_of(Refused(413, "too_large", "The request is too large."))
        if isinstance(response, HttpResponseNotAllowed):
            response = _no_such_method(response)
        return _finished(request, response, headers)

    entered.csrf_exempt = True  # type: ignore[attr-defined]  # asked below, of sessions
    return by_the_door(entered)


def _no_such_method(response: HttpResponse) -> HttpResponse:
    methods = ", ".join(sorted(response["Allow"].split(", ")))
    sentence = f"This address takes {methods}."
    return answer_of(Refused(405, "no_such_method", sentence, headers={"Allow": methods}))


def _limit_of(caller: Caller) -> int:
    return limits.OF_STRANGER if caller.person is None else limits.OF_KEY


def _within(count: limits.Count) -> None:
    if count.is_over:
        sentence = f"At most {count.limit} requests in a minute. Wait {count.reset_s} s."
        raise Refused(429, "too_many_requests", sentence, headers=count.headers)


def _inside(request: HttpRequest, caller: Caller, path: str, view: Inside) -> HttpResponse:
    declared = DECLARED.get((request.method or "", path))
    if declared is None or declared.repeated is Repeated.NEVER:
        return view()
    if caller.key is None and caller.person is not None and check_csrf(request) is not None:
        sentence = "A session sends the token of its forms: X-CSRFToken."
        raise Refused(403, "no_csrf_token", sentence)
    key = request.headers.get(KEY_HEADER)
    if key is None or caller.person is None:
        return view()
    if not 0 < len(key) <= KEY_LENGTH_MAX or not key.isascii() or not key.isprintable():
        raise Refused(400, "invalid_key", f"{KEY_HEADER} has 1 to {KEY_LENGTH_MAX} characters.")
    declared.entry(request)
    if declared.repeated is Repeated.BY_ITSELF:
        return _kept_afterwards(request, key, view)
    return _answered_once(request, key, view, is_secret=declared.repeated is Repeated.ONCE)


def _answered_once(
    request: HttpRequest, key: str, view: Inside, *, is_secret: bool
) -> HttpResponse:
    """The work and its answer in one transaction: both are there, or neither is."""
    with transaction.atomic():
        kept = _begun(request, key)
        if kept.status:
            return _again(kept)
        response = view()
        if response.status_code in _KEPT:
            _keep(kept, response, is_secret=is_secret)
        else:
            transaction.set_rollback(True)
    return response


def _kept_afterwards(request: HttpRequest, key: str, view: Inside) -> HttpResponse:
    with transaction.atomic():
        kept = _begun(request, key)
        transaction.set_rollback(not kept.status)
    if kept.status:
        return _again(kept)
    response = view()
    if response.status_code in _KEPT:
        with transaction.atomic():
            kept = _begun(request, key)
            if not kept.status:
                _keep(kept, response, is_secret=False)
    return response


def _begun(request: HttpRequest, key: str) -> KeptAnswer:
    """Raises ``Refused`` (409) where the key came with another request."""
    asked = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    person = caller_of(request).known.pk
    try:
        return begun_or_answered(person, key, hashlib.sha256(asked).hexdigest(), received_at())
    except OtherRequest:
        sentence = f"This {KEY_HEADER} came with another request before."
        raise Refused(409, "key_used", sentence) from None


def _keep(kept: KeptAnswer, response: HttpResponse, *, is_secret: bool) -> None:
    kept.status = response.status_code
    kept.content_type = response["Content-Type"]
    hides = is_secret and response.status_code < REFUSED_FROM
    kept.body = "" if hides else response.content.decode()
    kept.save(update_fields=["status", "content_type", "body"])


def _again(kept: KeptAnswer) -> HttpResponse:
    if not kept.body:
        raise Refused(409, "answered_once", "It was done, and its secret was shown once.")
    response = HttpResponse(kept.body, status=kept.status, content_type=kept.content_type)
    response["Idempotency-Replayed"] = "true"
    return response


def _finished(
    request: HttpRequest, response: HttpResponse, headers: dict[str, str]
) -> HttpResponse:
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "private, no-cache")
    is_json = response["Content-Type"].startswith("application/json")
    if request.method == "GET" and response.status_code == OK and is_json:
        response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        if response["ETag"] in request.headers.get("If-None-Match", ""):
            same = HttpResponse(status=304)
            for name in ("ETag", "Cache-Control", *headers):
                same[name] = response[name]
            return same
    return response
