"""Cells of a table whose columns a person named: figures, times and words, each strictly.

It must not guess a mark or a form: what does not fit the file of columns raises ``ValueError``.
"""

import re
from datetime import datetime, tzinfo
from decimal import Decimal
from fractions import Fraction

from propdesk.connectors import figures
from propdesk.connectors.column_map import ColumnMap
from propdesk.connectors.local_times import moment_of
from propdesk.connectors.sheet import Row
from propdesk.domain.exact import ZERO, parse_decimal
from propdesk.domain.instruments import Catalogue, finite_decimal

_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?")
_COMMA_FOR_POINT = str.maketrans(",.", ".,")  # a point left over is then no number
_LOST = re.compile(r"\((.+)\)")


class Cells:
    """One row, its cells by what they mean."""

    def __init__(self, row: Row, places: dict[str, int], columns: ColumnMap) -> None:
        self.row = row.number
        self._cells, self._places, self._map = row.cells, places, columns

    def text(self, meaning: str) -> str:
        """The cell, empty where there is no such column or the row ends before it."""
        place = self._places.get(meaning)
        return "" if place is None or place >= len(self._cells) else self._cells[place]

    def needed(self, meaning: str) -> str:
        text = self.text(meaning)
        if not text:
            raise ValueError(f"the cell {self._map.columns[meaning]!r} is empty")
        return text

    def number(self, meaning: str) -> Decimal:
        """The figure in the marks that were named; in brackets it is below zero."""
        text = self.needed(meaning)
        bare = text
        for each in self._map.without:
            bare = bare.replace(each, "")
        lost = _LOST.fullmatch(bare.strip())
        plain = (lost.group(1) if lost else bare).strip()
        if self._map.thousands:
            plain = self._ungrouped(plain)
        if self._map.decimal == ",":
            plain = plain.translate(_COMMA_FOR_POINT)
        if not _PLAIN.fullmatch(plain) or (lost and plain[0] in "+-"):
            raise ValueError(f"{text[:40]!r} is not a number")
        value = parse_decimal(plain)
        return -value if lost else value

    def _ungrouped(self, text: str) -> str:
        """Digits without the mark of thousands, which must stand before groups of three."""
        mark, point = self._map.thousands, self._map.decimal
        whole, found, part = text.partition(point)
        head, *groups = whole.split(mark)
        if groups and (not head or any(len(each) != 3 for each in groups)):
            return text
        return head + "".join(groups) + found + part

    def money(self, meaning: str) -> Decimal:
        """A booked amount; nothing where the cell is empty or there is no such column."""
        return self.number(meaning) if self.text(meaning) else ZERO

    def positive(self, meaning: str) -> Decimal:
        value = self.number(meaning)
        if value <= ZERO:
            raise ValueError(f"{self.text(meaning)[:40]!r} is not more than zero")
        return value

    def moment(self, meaning: str, zone: tzinfo) -> int:
        text, form = self.needed(meaning), self._map.time
        if form is None:
            return figures.moment(text, zone)
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is put in below
        except ValueError:
            raise ValueError(f"{text[:40]!r} is not a time of the form {form}") from None
        return moment_of(found, zone)

    def lots(self, symbol: str, catalogue: Catalogue) -> Decimal:
        """The size in lots, however it is written; sells may be written below zero."""
        value = abs(self.number("lots"))
        if value == ZERO:
            raise ValueError(f"a size of {self.text('lots')!r} is not possible")
        if not self._map.size_in_units:
            return value
        instrument = catalogue.find(symbol)
        if instrument is None:
            raise ValueError(f"units of {symbol[:40]!r} are not lots: it is not in the catalogue")
        lots = finite_decimal(Fraction(value) / Fraction(instrument.contract_size))
        if lots is None:
            raise ValueError(f"{value} units of {symbol} are no finite number of lots")
        return lots

    def word(self, meaning: str, *choices: str) -> str:
        """Which of ``choices`` the cell says, by the words of the file of columns."""
        text = self.needed(meaning)
        for choice in choices:
            if text.lower() in self._map.words[choice]:
                return choice
        raise ValueError(f"{text[:40]!r} is none of the words for {', '.join(choices)}")
