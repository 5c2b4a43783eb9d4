"""Pages of long lists whose ids sort by time: each begins behind the last id of the one before."""

from typing import TypeVar
from uuid import UUID

from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=models.Model)


def id_before(request: HttpRequest) -> UUID | None:
    """The id a page begins behind; None for the first, and for what is no id."""
    return id_in(request, "before")


def id_in(request: HttpRequest, name: str) -> UUID | None:
    """The id an address names; None where it names none."""
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def following(found: "QuerySet[Row]", rows: int) -> tuple[list[Row], object]:
    """A page of ``rows``, and the id the next one begins behind; None: there is none."""
    page = list(found[: rows + 1])
    if len(page) <= rows:
        return page, None
    return page[:rows], page[rows - 1].pk
