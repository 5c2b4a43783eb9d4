"""Rows of a long table, drawn by filling in a form.

The template of one row is drawn once for each language, with a mark in the place of every value;
a row is that form with its own values. In the template ``row`` has the values and ``has`` the
switches, which it may ask about with ``if``. It must not format or ask about a value: each stands
there as it is given.
"""

import html
import re
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import TypeAlias
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

Answers: TypeAlias = tuple[bool, ...]
Form: TypeAlias = tuple[tuple[str, int], ...]
"""Texts, each with the place of the value behind it; the last has none, which is -1."""

# No template says these by itself. An address takes an id, and nothing that only looks like one.
_MARK, _ID = "q7z", "7a7a7a7a-7a7a-4a7a-8a7a-000000000"
_FOUND = re.compile(f"(?:{_MARK}|{_ID})([0-9]{{3}})(?:z7q)?")


class RowForm:
    """Rows that ``template`` draws.

    ``values`` are what a row has by these names: texts, which are escaped, and safe texts, which
    are not. ``ids`` are those that the template puts in addresses. ``switches`` are of the row;
    others are given for all rows at once.
    """

    def __init__(
        self,
        template: str,
        *,
        values: tuple[str, ...],
        ids: tuple[str, ...] = (),
        switches: tuple[str, ...] = (),
    ) -> None:
        self._template, self._switches = template, switches
        marks: dict[str, object] = {name: f"{_MARK}{at:03d}z7q" for at, name in enumerate(values)}
        marks |= {name: UUID(f"{_ID}{at:03d}") for at, name in enumerate(ids, len(values))}
        self._marks = marks
        # One name more, so that what is got is a tuple always.
        self._values_of = attrgetter(*marks, "__class__")
        self._forms: dict[tuple[object, ...], Form] = {}

    def drawn(self, rows: Iterable[object], **switches: bool) -> SafeString:
        """All of them, one behind the other."""
        language, given = get_language(), tuple(switches.values())
        parts: list[str] = []
        for row in rows:
            answers = tuple(bool(getattr(row, name)) for name in self._switches)
            form = self._forms.get((language, given, answers))
            if form is None:
                said = dict(zip(self._switches, answers, strict=True)) | switches
                form = self._forms[language, given, answers] = self._made(said)
            values = self._values_of(row)
            for text, place in form[:-1]:
                value = values[place]
                parts.append(text)
                parts.append(value if type(value) is SafeString else html.escape(str(value)))
            parts.append(form[-1][0])
        return SafeString("".join(parts))

    def _made(self, switches: Mapping[str, bool]) -> Form:
        text = render_to_string(self._template, {"row": self._marks, "has": switches})
        pieces = _FOUND.split(text)
        places = [int(each) for each in pieces[1::2]]
        return tuple(zip(pieces[::2], [*places, -1], strict=True))
