"""The header of a table of quotes, and the times in it, whatever container the table is in.

It must not accept a header with a column twice: which of the two is meant is not known.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from propdesk.connectors.local_times import moment_of

_TIMES = ("time", "timestamp", "at", "datetime", "date")
_SYMBOLS = ("symbol", "instrument", "ticker", "pair")
PARTS = ("open", "high", "low", "close")
SIDES = ("bid", "ask")
NO_SYMBOL = "neither the row nor the file's name names a symbol"


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each column stands; ``time`` always, the others by their names in lower case."""

    delimiter: str
    places: dict[str, int]

    def cells(self, text: str) -> list[str]:
        return text.split(self.delimiter)


def columns_of(head: str) -> Columns | None:
    """The columns of a first line that is a header of quotes or bars; None for any other."""
    delimiter = max(",;\t", key=head.count)
    places = places_of(head.split(delimiter))
    return None if places is None else Columns(delimiter, places)


def places_of(header: Iterable[str]) -> dict[str, int] | None:
    """The places of ``time``, ``symbol`` and every other column of a header with a time."""
    names = [name.strip().strip('"').lower() for name in header]
    if len(set(names)) != len(names):
        return None
    places = {name: place for place, name in enumerate(names) if name}
    when = next((places[name] for name in _TIMES if name in places), None)
    which = next((places[name] for name in _SYMBOLS if name in places), None)
    if when is None:
        return None
    found = {**places, "time": when}
    if which is not None:
        found["symbol"] = which
    return found


def bar_columns(places: dict[str, int], side: str | None) -> tuple[int, ...] | None:
    """Places of open, high, low and close: of ``side``, or of neither side where it is None."""
    prefix = "" if side is None else f"{side}_"
    names = [prefix + part for part in PARTS]
    return tuple(places[name] for name in names) if all(n in places for n in names) else None


def moment_by(zone: tzinfo | None) -> Callable[[str], int]:
    """The function from an ISO 8601 text to its moment; ``zone`` where the text has none."""

    def moment(text: str) -> int:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{text[:40]!r} is not an ISO 8601 time") from None
        if zone is None and found.tzinfo is None:
            raise ValueError(f"{text[:40]!r} has no time zone")
        return moment_of(found, zone)

    return moment
