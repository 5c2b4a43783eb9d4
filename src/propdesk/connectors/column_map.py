"""A file that says which column of somebody's table means what; YAML or JSON.

Read at the door with every mistake at once, each with file, line and path. It must not guess: a
word that is not listed is refused where it stands in the table.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from propdesk.connectors.refusal import Unreadable
from propdesk.connectors.statement import Platform
from propdesk.domain.clock import UnknownZone, zone_of
from propdesk.wire.rulebook_yaml import Document, Problem, read_yaml

RowKind: TypeAlias = Literal["deals", "trades"]
COSTS = ("commission", "swap", "fee")
_EITHER = ("id", "position", "kind", "balance", "comment", *COSTS)
NEEDED: dict[RowKind, tuple[str, ...]] = {
    "deals": ("time", "symbol", "side", "lots", "price"),
    "trades": (
        "open_time", "close_time", "symbol", "side", "lots", "open_price", "close_price", "profit",
    ),
}  # fmt: skip
MAY: dict[RowKind, tuple[str, ...]] = {"deals": ("profit", *_EITHER), "trades": _EITHER}
PLATFORMS = tuple(each for each in get_args(Platform) if each != "events")
_CHOICES: dict[str, tuple[str, ...]] = {
    "rows": ("deals", "trades"),
    "platform": PLATFORMS,
    "profit": ("gross", "net"),
    "costs": ("signed", "positive"),
    "size": ("lots", "units"),
}
_TEXTS = ("account", "currency", "zone", "sheet")
_KEYS = (*_CHOICES, *_TEXTS, "columns", "words", "formats")
_WORDS: dict[str, tuple[str, ...]] = {
    "buy": ("buy", "b", "long"),
    "sell": ("sell", "s", "short"),
    "trade": (),
    "balance": (),
    "skip": (),
}
_MARKS = {"decimal": (".", ","), "thousands": ("", " ", ",", ".", "'")}
_EXAMPLE = datetime(2026, 11, 23, 21, 34, tzinfo=UTC)


class ColumnsRefused(Unreadable):
    """The file is no map of columns. ``str`` is every mistake, one a line."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        super().__init__(file, problems[0].line, problems[0].told_alone())
        self.lines = tuple(each.told(file) for each in problems)

    def __str__(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """What each column means. ``columns`` are headings by what they mean, ``words`` lower case."""

    rows: RowKind
    columns: Mapping[str, str]
    words: Mapping[str, frozenset[str]]
    platform: Platform = "exact"
    profit_is_net: bool = False
    costs_are_positive: bool = False
    size_in_units: bool = False
    account: str | None = None
    currency: str | None = None
    zone: str | None = None
    sheet: str | None = None
    time: str | None = None
    decimal: str = "."
    thousands: str = ""
    without: tuple[str, ...] = ()


def read_column_map(path: Path) -> ColumnMap:
    """The map in a file. Raises ``ColumnsRefused`` with every mistake."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(path.name, None, f"cannot be opened: {error.strerror}") from None
    document = read_yaml(content)
    given = document.value
    if not isinstance(given, dict):
        mistakes = document.problems or [document.at((), "a map of columns is a list of keys")]
        raise ColumnsRefused(path.name, mistakes)
    reading = _Reading(document)
    found = reading.map(given)
    if reading.problems:
        raise ColumnsRefused(path.name, sorted(reading.problems))
    return found


class _Reading:
    """Collects the mistakes of one file."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems = list(document.problems)

    def map(self, given: dict[str, Any]) -> ColumnMap:
        for key in given:
            if key not in _KEYS:
                self._wrong((key,), f"is not known; one of {', '.join(_KEYS)}")
        chosen = {key: self._choice(given, key) for key in _CHOICES}
        texts = {key: self._text(given, key) for key in _TEXTS}
        if texts["zone"] is not None:
            self._check(("zone",), lambda: zone_of(texts["zone"] or ""))
        rows: RowKind = "trades" if chosen["rows"] == "trades" else "deals"
        columns = self._columns(given, rows)
        formats = self._section(given, "formats", ("time", "without", *_MARKS))
        marks = {name: self._mark(formats, name) for name in _MARKS}
        if marks["decimal"] == marks["thousands"]:
            self._wrong(("formats",), "decimal and thousands are the same mark")
        return ColumnMap(
            rows=rows,
            columns=columns,
            words=self._words(given, columns),
            platform=next((each for each in PLATFORMS if each == chosen["platform"]), "exact"),
            profit_is_net=chosen["profit"] == "net",
            costs_are_positive=chosen["costs"] == "positive",
            size_in_units=chosen["size"] == "units",
            time=self._time(formats),
            without=self._list(formats, ("formats", "without")),
            decimal=marks["decimal"],
            thousands=marks["thousands"],
            **texts,
        )

    def _wrong(self, path: tuple[str, ...], sentence: str) -> None:
        self.problems.append(self.document.at(path, sentence))

    def _check(self, path: tuple[str, ...], parse: Callable[[], object]) -> None:
        try:
            parse()
        except (ValueError, UnknownZone) as error:
            self._wrong(path, str(error))

    def _choice(self, given: Mapping[str, Any], key: str) -> str:
        said = given.get(key)
        if said is None and key == "rows":
            self._wrong((), "rows is missing: deals, or trades (a round trip a row)")
        if said is not None and said not in _CHOICES[key]:
            self._wrong((key,), f"is {said!r}; one of {', '.join(_CHOICES[key])}")
        return str(said)

    def _text(self, given: Mapping[str, Any], key: str) -> str | None:
        said = given.get(key)
        if said is None:
            return None
        if not isinstance(said, str | int) or not str(said).strip():
            self._wrong((key,), "must be a text")
        return str(said)

    def _section(
        self, given: Mapping[str, Any], key: str, known: Sequence[str]
    ) -> Mapping[str, Any]:
        said = given.get(key)
        if said is None:
            return {}
        if not isinstance(said, dict):
            self._wrong((key,), f"must be a list of keys: {', '.join(known)}")
            return {}
        for name in said:
            if name not in known:
                self._wrong((key, name), f"is not known; one of {', '.join(known)}")
        return said

    def _columns(self, given: Mapping[str, Any], rows: RowKind) -> dict[str, str]:
        known = (*NEEDED[rows], *MAY[rows])
        said = self._section(given, "columns", known)
        found: dict[str, str] = {}
        for meaning, heading in said.items():
            if isinstance(heading, str | int) and str(heading).strip():
                found[meaning] = " ".join(str(heading).split())
            else:
                self._wrong(("columns", meaning), "must be the heading of a column")
        if missing := [name for name in NEEDED[rows] if name not in said]:
            self._wrong(("columns",), f"{', '.join(missing)} missing; {rows} need them")
        return found

    def _words(
        self, given: Mapping[str, Any], columns: Mapping[str, str]
    ) -> dict[str, frozenset[str]]:
        said = self._section(given, "words", tuple(_WORDS))
        found: dict[str, frozenset[str]] = {}
        meant: dict[str, str] = {}
        for name, usual in _WORDS.items():
            words = self._list(said, ("words", name)) if name in said else usual
            found[name] = frozenset(word.lower() for word in words)
            for word in sorted(found[name]):
                if word in meant:
                    self._wrong(("words", name), f"{word!r} already means {meant[word]}")
                meant[word] = name
        if "kind" in columns and not found["trade"]:
            if columns["kind"] == columns.get("side"):
                return {**found, "trade": found["buy"] | found["sell"]}
            self._wrong(("words",), "trade is missing: the words of the column kind for a trade")
        if "kind" not in columns and any(found[name] for name in ("trade", "balance", "skip")):
            self._wrong(("words",), "trade, balance and skip are words of a column kind")
        return found

    def _list(self, given: Mapping[str, Any], path: tuple[str, str]) -> tuple[str, ...]:
        said = given.get(path[1])
        if said is None:
            return ()
        many = said if isinstance(said, list) else [said]
        if not all(isinstance(each, str | int) and str(each) for each in many):
            self._wrong(path, "must be a text or a list of texts")
        return tuple(str(each) for each in many)

    def _mark(self, formats: Mapping[str, Any], name: str) -> str:
        usual = _MARKS[name][0]
        said = formats.get(name)
        if said is not None and said not in _MARKS[name]:
            self._wrong(("formats", name), f"is {said!r}; one of {', '.join(_MARKS[name][-4:])}")
        return str(usual if said is None else said)

    def _time(self, formats: Mapping[str, Any]) -> str | None:
        said = formats.get("time")
        if said is None:
            return None
        path = ("formats", "time")
        if not isinstance(said, str) or "%" not in said:
            self._wrong(path, "must be a form such as '%d.%m.%Y %H:%M:%S'")
            return None
        try:
            shown = datetime.strptime(_EXAMPLE.strftime(said), said)  # noqa: DTZ007
        except (ValueError, re.error) as error:  # a part named twice is no pattern
            self._wrong(path, f"is not a form of times: {error}")
            return None
        if shown.replace(tzinfo=UTC) != _EXAMPLE:
            self._wrong(path, "does not tell year, month, day, hour and minute")
        return said
