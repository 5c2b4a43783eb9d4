"""Declaring an operation: its address, who may come in, and how a repetition is answered.

What is not declared here is served by nobody: the door finds nothing to let in by.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeVar

from ninja import Router

from propdesk.web.api.entry import Entry

Function = TypeVar("Function", bound=Callable[..., Any])


class Repeated(Enum):
    """What becomes of a repetition with the same idempotency key."""

    NEVER = auto()
    """It only reads."""
    ANSWERED = auto()
    """The answer is kept in the transaction of the work, and given again."""
    BY_ITSELF = auto()
    """It asks somebody outside, so no transaction is held: the action itself goes on with what it
    began, and the answer is kept afterwards."""
    ONCE = auto()
    """The answer is a secret: it is given once, and a repetition is refused."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One operation, as the door and the document know it."""

    id: str
    method: str
    path: str
    entry: Entry
    repeated: Repeated
    is_stream: bool = False


DECLARED: dict[tuple[str, str], Declared] = {}
"""By method and path (``/orders/{reference}``)."""


def reading(
    router: Router, path: str, operation: str, entry: Entry, answer: Any, *, is_stream: bool = False
) -> Callable[[Function], Function]:
    """A GET that answers 200 with ``answer``."""
    declared = Declared(operation, "GET", path, entry, Repeated.NEVER, is_stream)
    return _declared(router, declared, {200: answer})


def doing(
    router: Router,
    path: str,
    operation: str,
    entry: Entry,
    answer: Any,
    *,
    method: str = "POST",
    status: int = 200,
    repeated: Repeated = Repeated.ANSWERED,
) -> Callable[[Function], Function]:
    """A POST or PUT that does one action."""
    declared = Declared(operation, method, path, entry, repeated)
    return _declared(router, declared, {status: answer})


def _declared(
    router: Router, declared: Declared, answers: dict[int, Any]
) -> Callable[[Function], Function]:
    place = (declared.method, declared.path)
    if place in DECLARED or any(each.id == declared.id for each in DECLARED.values()):
        raise ValueError(f"{declared.id} or its address is declared already")
    DECLARED[place] = declared
    noun = declared.id.split("_", 1)[0]

    def register(function: Function) -> Function:
        router.api_operation(
            [declared.method],
            declared.path,
            auth=declared.entry,
            response=answers,
            operation_id=declared.id,
            tags=[noun],
            summary=(function.__doc__ or "").split("\n")[0],
        )(function)
        return function

    return register
