"""JSON of a calendar, read strictly; a release's row is its number in the list.

It must not know what the releases mean.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from propdesk.connectors.calendars.template import Document

_DECODE = json.JSONDecoder().raw_decode
_BLANKS = re.compile(r"[ \t\r\n]*")


def parsed(document: Document) -> Any:
    """The whole text as JSON. Raises ``Unreadable`` with the line where it breaks."""
    with _refusals(document):
        return json.loads(document.text.lstrip("\ufeff"))


def items_of(document: Document) -> Iterator[Any]:
    """The items of a text that is one list, one at a time: all of them take six times the text.

    Raises ``Unreadable`` with the line where the text breaks, when the items before are read.
    """
    text = document.text.lstrip("\ufeff")
    with _refusals(document):
        place = _past_blanks(text, 0)
        if text[place : place + 1] != "[":
            raise json.JSONDecodeError("not a list of releases", text, place)
        mark, place = ",", _past_blanks(text, place + 1)
        if text[place : place + 1] == "]":
            mark = "]"
        while mark == ",":
            item, place = _DECODE(text, place)
            yield item
            place = _past_blanks(text, place)
            mark = text[place : place + 1]
            if mark == ",":
                place = _past_blanks(text, place + 1)
        if mark != "]":
            raise json.JSONDecodeError("Expecting ',' delimiter", text, place)
        place = _past_blanks(text, place + 1)
        if place != len(text):
            raise json.JSONDecodeError("Extra data", text, place)


def _past_blanks(text: str, place: int) -> int:
    found = _BLANKS.match(text, place)
    return found.end() if found else place


@contextmanager
def _refusals(document: Document) -> Iterator[None]:
    try:
        yield
    except json.JSONDecodeError as error:
        raise document.refuse(error.lineno, f"not JSON: {error.msg}") from None
    except (RecursionError, ValueError):
        raise document.refuse(None, "not JSON that a calendar could be") from None


def text_of(release: Any, key: str, *, needed: bool = True) -> str:
    """A field that is a text. Raises ``ValueError`` where it is missing or something else."""
    value = release.get(key) if isinstance(release, dict) else None
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or (needed and not value.strip()):
        raise ValueError(f"the release says no {key!r}")
    return value.strip()
