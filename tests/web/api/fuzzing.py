"""Requests made from the document: every operation, with what it takes and what it does not.

Each answer must be one the document has, no server fault, and hold nothing of somebody else's.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@dataclass(frozen=True, slots=True)
class As:
    """As whom a request is sent, and what must be in no answer to him."""

    key: str | None
    hidden: tuple[str, ...] = ()

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.key is None else {"Authorization": f"Bearer {self.key}"}


@contextmanager
def connection_kept() -> Iterator[None]:
    """Requests use the connection of the test, in its transaction, and leave it open."""
    ends = (request_started, request_finished)
    for each in ends:
        each.disconnect(close_old_connections)
    try:
        yield
    finally:
        for each in ends:
            each.connect(close_old_connections)


def operations() -> Iterator[Any]:
    """Of the document as it is served, called in this process."""
    django = get_wsgi_application()

    def from_somewhere(environ: dict[str, Any], start: Any) -> Any:
        return django(
            {**environ, "REMOTE_ADDR": "203.0.113.9", "HTTP_ACCEPT_ENCODING": "identity"}, start
        )

    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app=from_somewhere)
    for each in schema.get_all_operations():
        assert isinstance(each, Ok), each
        yield each.ok()


def fuzz(
    operation: Any,
    callers: tuple[As, ...],
    known: Mapping[str, Mapping[str, str]],
    *,
    examples: int,
    number: int,
) -> None:
    """Send ``examples`` requests of the operation as each caller, about what is drawn and about
    what there is: ``known`` are the parts of an address by its beginning; ``number`` is the
    seed."""
    real = next((each for begins, each in known.items() if operation.path.startswith(begins)), {})

    def send(case: Any) -> None:
        _sent(operation, case, callers[-1])
        drawn = dict(case.path_parameters or {})
        case.path_parameters = {name: real.get(name, value) for name, value in drawn.items()}
        for caller in callers:
            _sent(operation, case, caller)

    bounded = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seed(number)(bounded(given(case=operation.as_strategy())(send)))()


def _sent(operation: Any, case: Any, caller: As) -> None:
    response = case.call(headers=caller.headers)
    case.validate_response(response, checks=CHECKS)
    if caller.key is None and {} not in operation.definition.raw["security"]:
        assert response.status_code in {400, 401, 404}, response.status_code
    for secret in caller.hidden:
        assert secret not in response.text, f"{operation.label} told {secret}"
