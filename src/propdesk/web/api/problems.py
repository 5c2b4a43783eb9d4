"""Errors as programs read them: RFC 9457, with the refusal's code and sentence.

It must not repeat a traceback, nor the value that was refused.
"""

from collections.abc import Mapping
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import Schema
from pydantic import Field

CONTENT_TYPE = "application/problem+json"
TYPE = "urn:propdesk:problem:"


class Fault(Schema):
    """One thing that is wrong with what was sent."""

    at: str = Field(examples=["body.reason"])
    sentence: str = Field(examples=["Field required"])


class Problem(Schema):
    """Why a request was not done. Programs go by ``code``; ``detail`` is for people."""

    type: str = Field(examples=[TYPE + "not_running"])
    title: str = Field(examples=["Unprocessable Entity"])
    status: int = Field(examples=[422])
    code: str = Field(examples=["not_running"])
    detail: str = Field(examples=["No phase runs that could be paused."])
    faults: list[Fault] = Field(default_factory=list)


class Refused(Exception):
    """Nothing was done; the door answers with a problem."""

    def __init__(
        self,
        status: int,
        code: str,
        sentence: str,
        *,
        headers: Mapping[str, str] | None = None,
        faults: tuple[Fault, ...] = (),
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence
        self.headers = dict(headers or {})
        self.faults = faults


class NotFound(Refused):
    """There is none, or none that the caller may know of: both are told alike."""

    def __init__(self) -> None:
        super().__init__(404, "not_found", "There is no such thing, or none that you may see.")


def answer_of(refused: Refused) -> HttpResponse:
    told = Problem(
        type=TYPE + refused.code,
        title=HTTPStatus(refused.status).phrase,
        status=refused.status,
        code=refused.code,
        detail=refused.sentence,
        faults=list(refused.faults),
    )
    return JsonResponse(
        told.model_dump(),
        status=refused.status,
        content_type=CONTENT_TYPE,
        headers=refused.headers,
    )


@csrf_exempt
def no_such_address(request: HttpRequest, rest: str) -> HttpResponse:
    """The answer of every address below the API's that is none."""
    del request, rest
    return answer_of(NotFound())
