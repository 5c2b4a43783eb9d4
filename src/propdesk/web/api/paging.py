"""Pages of a long list: each begins behind the last row of the one before, whatever came since.

It must not count rows, nor skip them: the hundredth page costs what the first does.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from ninja import Query, Schema
from pydantic import Field, StringConstraints

from propdesk.web.api.problems import Refused

SIZE_MAX = 100
SIZE = 50
BIGGEST = 2**63 - 1

Out = TypeVar("Out")
Row = TypeVar("Row", bound=Model)


class Page(Schema, Generic[Out]):
    """Some rows; ``next`` goes back as ``after`` for the following ones, and is null at the end."""

    items: list[Out]
    next: str | None = Field(default=None, examples=["WyIwMTkzOWEzYyJd"])


class Asked(Schema):
    """Which page."""

    after: Annotated[str, StringConstraints(max_length=200, pattern=r"^[A-Za-z0-9_=-]*$")] = Field(
        default="", description="`next` of the page before; empty for the first."
    )
    limit: int = Field(default=SIZE, ge=1, le=SIZE_MAX)


PageAsked = Annotated[Asked, Query()]


def page(rows: QuerySet[Row], by: Sequence[str], asked: Asked) -> tuple[list[Row], str | None]:
    """The rows of a page, by these fields downwards (the last one tells rows apart), and the
    place behind them. Raises ``Refused`` (400) for a place that no page gave."""
    if asked.after:
        rows = rows.filter(_behind(rows.model, by, _place(asked.after, len(by))))
    found = list(rows.order_by(*(f"-{each}" for each in by))[: asked.limit + 1])
    if len(found) <= asked.limit:
        return found, None
    last = found[asked.limit - 1]
    return found[: asked.limit], _named([getattr(last, each) for each in by])


def _behind(model: type[Model], by: Sequence[str], place: list[Any]) -> Q:
    fields = {each.name: each for each in model._meta.concrete_fields}  # noqa: SLF001 (documented)
    try:
        values = [
            _read(fields[name].to_python(value), value)
            for name, value in zip(by, place, strict=True)
        ]
    except (ValueError, TypeError, OverflowError, ValidationError) as error:
        raise _no_place() from error
    behind = Q(**{f"{by[-1]}__lt": values[-1]})
    for name, value in zip(reversed(by[:-1]), reversed(values[:-1]), strict=True):
        behind = Q(**{f"{name}__lt": value}) | (Q(**{name: value}) & behind)
    # Said again for the index: the first field bounds the page.
    return behind & Q(**{f"{by[0]}__lte": values[0]})


def _read(value: Any, told: Any) -> Any:
    if value is None or isinstance(told, bool):
        raise ValueError("no value")
    if isinstance(value, int) and not 0 <= value <= BIGGEST:
        raise ValueError("no number of a row")
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("no moment")
    if isinstance(value, str) and not value.isprintable():
        raise ValueError("no name")
    return value


def _named(values: list[Any]) -> str:
    told = [_plain(each) for each in values]
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


def _plain(value: Any) -> str | int:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _place(text: str, length: int) -> list[Any]:
    try:
        told = json.loads(base64.urlsafe_b64decode(text.encode()))
    except (ValueError, binascii.Error) as error:
        raise _no_place() from error
    if not isinstance(told, list) or len(told) != length:
        raise _no_place()
    return told


def _no_place() -> Refused:
    return Refused(400, "no_such_page", "This place in the list is none that a page gave.")
