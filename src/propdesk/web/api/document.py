"""The OpenAPI document: what the library knows of the operations, and what the door adds to it.

It must not depend on the installation: one release has one document.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from propdesk.crm.api_keys.models import Scope
from propdesk.web.access import public
from propdesk.web.api.declaring import DECLARED, Declared, Repeated
from propdesk.web.api.door import KEY_HEADER, KEY_LENGTH_MAX
from propdesk.web.api.entry import Kind
from propdesk.web.api.examples import example_of
from propdesk.web.api.limits import OF_ADDRESS, OF_KEY, OF_STRANGER
from propdesk.web.api.problems import CONTENT_TYPE, Problem
from propdesk.web.api.serving import document_of_routes

PREFIX = "/api/v1"
REF = "#/components/schemas/{model}"
DESCRIPTION = (
    "What the pages of Propdesk do, for programs: the same actions, the same permissions, the same "
    "masks. Errors are problems (RFC 9457) with the refusal's code. Money is a string with its "
    "currency, times are RFC 3339 in UTC. Lists come in pages: `next` of one is `after` of the "
    f"following. A key may send {OF_KEY} requests in a minute, a stranger's address {OF_STRANGER}, "
    f"and one address {OF_ADDRESS} altogether; `RateLimit-*` says where one stands."
)
SLUG_IN_ADDRESS = "^[-a-zA-Z0-9_]+$"
# What any operation may be answered with; the rest follows from what it is.
_ALWAYS = {
    "400": "What was sent is not what the operation takes.",
    "401": "The key is none that holds, or nobody is known and somebody must be.",
    "429": "Too many requests in this minute; `Retry-After` says how long to wait.",
}
_KNOWN = {"403": "Not permitted: by the role, the scope, or for want of a second factor."}
_NAMED = {"404": "There is none, or none that the caller may see."}
_SENT = {
    "413": "The request is too large.",
    "422": "The action refused: the code says why, and nothing was done.",
}
_AGAIN = {
    "409": "The idempotency key came with another request before, or its answer was a secret.",
}
_AWAY = {"503": "The engine or the payment provider does not answer; try again."}
_RATE_HEADERS = {
    "RateLimit-Limit": "Requests in a minute.",
    "RateLimit-Remaining": "How many are left of them.",
    "RateLimit-Reset": "After how many seconds the count begins anew.",
}


@require_safe
@public
def document(request: HttpRequest) -> HttpResponse:
    """The document as a file."""
    del request
    return HttpResponse(text(), content_type="application/json")


@lru_cache(maxsize=1)
def text() -> str:
    """As it is kept in the repository, with a line break at the end."""
    return json.dumps(made(), indent=1, ensure_ascii=False) + "\n"


def made() -> dict[str, Any]:
    """The whole document."""
    told = json.loads(json.dumps(document_of_routes()))
    told["info"] = {
        "title": "Propdesk",
        "version": "1",
        "description": DESCRIPTION,
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }
    told["servers"] = [{"url": PREFIX}]
    parts = told.setdefault("components", {})
    parts.setdefault("schemas", {}).update(_problem())
    parts["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "A key that its person made under “Keys”: " + ", ".join(Scope.values),
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "A browser's session; what changes something sends X-CSRFToken too.",
        },
    }
    parts["headers"] = {
        name: {"description": says, "schema": {"type": "integer"}}
        for name, says in _RATE_HEADERS.items()
    }
    for declared in DECLARED.values():
        _complete(told["paths"], declared)
    for path in told["paths"].values():
        for operation in path.values():
            _exemplify(operation, parts["schemas"])
    return dict(told)


def _exemplify(operation: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    """An example of the body that is sent, and of the one that is answered."""
    bodies = [operation["responses"]["200"], operation.get("requestBody", {})]
    for body in bodies:
        said = body.get("content", {}).get("application/json")
        if said is not None:
            said["example"] = example_of(said["schema"], schemas)


def _problem() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template=REF)
    return {**schema.pop("$defs"), "Problem": schema}


def _complete(paths: dict[str, Any], declared: Declared) -> None:
    path = "/".join(
        "{" + part[1:-1].rsplit(":", 1)[-1] + "}" if part.startswith("{") else part
        for part in declared.path.split("/")
    )
    operation = paths[path][declared.method.lower()]
    operation["security"] = _security(declared)
    for each in operation.get("parameters", ()):
        if "{slug:" + each["name"] + "}" in declared.path:
            each["schema"]["pattern"] = SLUG_IN_ADDRESS
    if declared.entry.actions:
        operation["x-propdesk-actions"] = list(declared.entry.actions)
    if declared.repeated is not Repeated.NEVER:
        operation.setdefault("parameters", []).append(_key_header())
    for answer in operation["responses"].values():
        answer["headers"] = {
            name: {"$ref": f"#/components/headers/{name}"} for name in _RATE_HEADERS
        }
    if declared.is_stream:
        schema = {"type": "string"}
        operation["responses"]["200"]["content"] = {"text/event-stream": {"schema": schema}}
    for status, says in _problems_of(declared).items():
        operation["responses"][status] = {
            "description": says,
            "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }


def _security(declared: Declared) -> list[dict[str, list[str]]]:
    scope = [] if declared.entry.scope is None else [str(declared.entry.scope)]
    either: list[dict[str, list[str]]] = [{"key": scope}, {"session": []}]
    return [{}, *either] if declared.entry.kind is Kind.PUBLIC else either


def _problems_of(declared: Declared) -> dict[str, str]:
    told = dict(_ALWAYS)
    if declared.entry.kind is not Kind.PUBLIC or declared.repeated is not Repeated.NEVER:
        told |= _KNOWN
    if declared.method != "GET":
        told |= _SENT
    if declared.repeated is not Repeated.NEVER:
        told |= _AGAIN
    return dict(sorted((told | _NAMED | _AWAY).items()))


def _key_header() -> dict[str, Any]:
    return {
        "name": KEY_HEADER,
        "in": "header",
        "required": False,
        "description": "The same key and request again is answered as the first time, for a day.",
        "schema": {"type": "string", "minLength": 1, "maxLength": KEY_LENGTH_MAX,
                   "pattern": "^[ -~]+$"},
        "example": "order-2026-11-23-1",
    }  # fmt: skip
