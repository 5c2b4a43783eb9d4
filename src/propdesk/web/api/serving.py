"""The API as it is served: every router, and what each error of an action is answered with.

It must not let an error out as a page: programs read problems.
"""

import logging
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from propdesk.crm.people.permissions import NotPermitted
from propdesk.crm.refusal import ActionRefused
from propdesk.ports.live_accounts import EngineAway
from propdesk.ports.payments import PaymentsError
from propdesk.web.api.problems import Fault, NotFound, Refused, answer_of
from propdesk.web.api.routers import EVERY
from propdesk.wire.rulebook_file import RulebookRefused

VERSION = "1"
FAULTS_MAX = 50
log = logging.getLogger(__name__)

api = NinjaAPI(
    title="Propdesk",
    version=VERSION,
    urls_namespace="api-v1",
    openapi_url=None,
    docs_url=None,
)
for _router in EVERY:
    api.add_router("", _router)


@api.exception_handler(Refused)
def _refused(_request: HttpRequest, error: Refused) -> HttpResponse:
    return answer_of(error)


@api.exception_handler(NotPermitted)
def _not_permitted(_request: HttpRequest, error: NotPermitted) -> HttpResponse:
    """The action itself refused who acts: a second look, behind the entry's."""
    return answer_of(Refused(403, error.code, error.sentence))


@api.exception_handler(ActionRefused)
def _action_refused(_request: HttpRequest, error: ActionRefused) -> HttpResponse:
    return answer_of(Refused(422, error.code, error.sentence))


@api.exception_handler(RulebookRefused)
def _rulebook_refused(_request: HttpRequest, error: RulebookRefused) -> HttpResponse:
    faults = tuple(Fault(at="body.text", sentence=line) for line in error.lines[:FAULTS_MAX])
    sentence = "The rulebook does not hold together."
    return answer_of(Refused(422, "rulebook_refused", sentence, faults=faults))


@api.exception_handler(ObjectDoesNotExist)
@api.exception_handler(Http404)
def _not_found(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return answer_of(NotFound())


@api.exception_handler(ValidationError)
def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = tuple(
        Fault(at=".".join(map(str, each["loc"])), sentence=str(each["msg"]))
        for each in error.errors[:FAULTS_MAX]
    )
    sentence = "What was sent is not what the operation takes."
    return answer_of(Refused(400, "invalid", sentence, faults=faults))


@api.exception_handler(HttpError)
def _unreadable(_request: HttpRequest, error: HttpError) -> HttpResponse:
    """The body is no JSON."""
    return answer_of(Refused(error.status_code, "invalid", str(error)))


@api.exception_handler(EngineAway)
def _engine_away(_request: HttpRequest, error: EngineAway) -> HttpResponse:
    return answer_of(Refused(503, "engine_away", str(error), headers={"Retry-After": "5"}))


@api.exception_handler(PaymentsError)
def _provider_away(_request: HttpRequest, _error: Exception) -> HttpResponse:
    sentence = "The payment provider does not answer. Nothing was taken; try again."
    return answer_of(Refused(503, "provider_away", sentence, headers={"Retry-After": "5"}))


@api.exception_handler(Exception)
def _failed(_request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("an operation failed", exc_info=error)
    sentence = "The program met what it did not expect. Nothing was done."
    return answer_of(Refused(500, "failed", sentence))


def document_of_routes() -> dict[str, Any]:
    """The document as the library makes it; ``document.py`` adds what the door does."""
    return dict(api.get_openapi_schema(path_prefix=""))
