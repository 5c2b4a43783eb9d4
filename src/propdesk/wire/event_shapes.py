"""The written shape of every event: its type word, its fields and how each is spelled.

Derived from the domain's own values, so a field cannot exist in one and be missing in the other.
It must not read or write lines; ``event_file`` does.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from propdesk.domain import events as domain
from propdesk.domain.exact import parse_decimal
from propdesk.domain.instants import format_instant, parse_instant

# The type words of DESIGN §6. A payout's step is part of its word.
WORDS: Mapping[type, str] = types.MappingProxyType(
    {
        domain.Quote: "quote",
        domain.Bar: "bar",
        domain.AccountOpened: "account_opened",
        domain.Deal: "deal",
        domain.AccountReported: "account_reported",
        domain.BalanceAdjusted: "balance_adjusted",
        domain.TimePassed: "time",
        domain.OrderSeen: "order",
        domain.StopSet: "stop",
        domain.InstrumentDefined: "instrument",
        domain.NewsScheduled: "news",
        domain.SessionSeen: "session",
        domain.DayReported: "day_reported",
        domain.TradeReported: "trade_reported",
        domain.StateReported: "state_reported",
        domain.PayoutMoved: "payout",
        domain.Scaled: "scaled",
        domain.Paused: "paused",
        domain.Resumed: "resumed",
        domain.GapOpened: "gap_opened",
        domain.GapClosed: "gap_closed",
        domain.GroupFormed: "group",
    }
)
PAYOUT_STEPS = ("requested", "approved", "paid", "denied")
TIME_ENDINGS = ("_at", "at", "until")
POSITIVE = frozenset(
    {
        ("deal", "lots"),
        ("trade_reported", "lots"),
        ("account_opened", "leverage"),
        ("account_opened", "size"),
    }
)
NOT_NEGATIVE = frozenset({("order", "lots")})
NOT_EMPTY = frozenset({"account", "symbol", "position", "currency"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an event: its name, the JSON type it has in the file, and both conversions."""

    name: str
    written_as: Any
    default: Any
    read: Callable[[Any], Any] | None
    write: Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class Shape:
    """One type word of the file and the domain value it stands for."""

    word: str
    value: Callable[..., domain.Event]
    fixed: Mapping[str, str]
    fields: tuple[Field, ...]
    struct: type[msgspec.Struct]
    written: Callable[[msgspec.Struct], tuple[Any, ...]]
    """All fields of a line, and behind them whether it is late."""
    to_read: tuple[tuple[int, Field, Callable[[Any], Any], Any], ...]
    """The fields that are spelled otherwise: their places, and what a line has that is silent."""

    def to_event(self, line: msgspec.Struct) -> domain.Event:
        """The domain's value of a decoded line; raises ``ValueError`` naming the field."""
        *written, _late = self.written(line)
        for place, field, read, silent in self.to_read:
            each = written[place]
            if each is silent:
                written[place] = field.default
            elif each is not None:
                try:
                    written[place] = read(each)
                except ValueError as error:
                    raise ValueError(f"{field.name}: {error}") from None
        if not self.fixed:  # the fields are all of the event's, in its order
            return self.value(*written)
        names = (each.name for each in self.fields)
        return self.value(**self.fixed, **dict(zip(names, written, strict=True)))

    def to_row(self, event: domain.Event) -> dict[str, Any]:
        """The written form; fields that hold their default are left out."""
        row: dict[str, Any] = {"type": self.word}
        for field in self.fields:
            value = getattr(event, field.name)
            if field.default is not MISSING and value == field.default:
                continue
            row[field.name] = field.write(value) if field.write and value is not None else value
        return row


def _decimal_reader(word: str, name: str) -> Callable[[str], Decimal]:
    if (word, name) in POSITIVE:
        return _positive
    if (word, name) in NOT_NEGATIVE:
        return _not_negative
    return parse_decimal


def _positive(text: str) -> Decimal:
    value = parse_decimal(text)
    if value <= 0:
        raise ValueError(f"{text!r} must be more than zero")
    return value


def _not_negative(text: str) -> Decimal:
    value = parse_decimal(text)
    if value < 0:
        raise ValueError(f"{text!r} must not be negative")
    return value


def _not_empty(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def write_decimal(value: Decimal) -> str:
    """Plain digits, never an exponent; the number of decimals is kept."""
    return format(value, "f")


def _is_time(name: str, kind: object) -> bool:
    return kind is int and name.endswith(TIME_ENDINGS)


def _field(word: str, name: str, annotation: Any, default: Any) -> Field:
    options = get_args(annotation) if get_origin(annotation) in {Union, types.UnionType} else ()
    optional = type(None) in options
    kind = next((o for o in options if o is not type(None)), annotation)
    written: Any = kind
    read: Callable[[Any], Any] | None = None
    write: Callable[[Any], Any] | None = None
    if kind is Decimal:
        written, read, write = str, _decimal_reader(word, name), write_decimal
    elif _is_time(name, kind):
        written, read, write = str, parse_instant, format_instant
    elif kind is str and name in NOT_EMPTY and default is MISSING:
        read = _not_empty
    return Field(name, written | None if optional else written, default, read, write)


def _members(value: type) -> list[tuple[str, Any, Any]]:
    hints = get_type_hints(value)
    if is_dataclass(value):
        defaults: dict[str, Any] = {field.name: field.default for field in fields(value)}
    else:  # a named tuple: Quote and Bar have no defaults
        defaults = dict.fromkeys(hints, MISSING)
    return [(name, hints[name], default) for name, default in defaults.items()]


def _written_default(field: Field) -> Any:
    if isinstance(field.default, Decimal):
        return write_decimal(field.default)
    return field.default


def _shape(word: str, value: type, fixed: Mapping[str, str]) -> Shape:
    members = [
        _field(word, name, annotation, default)
        for name, annotation, default in _members(value)
        if name not in fixed
    ]
    struct_fields: list[Any] = [
        (f.name, f.written_as)
        if f.default is MISSING
        else (f.name, f.written_as, _written_default(f))
        for f in members
    ]
    struct = msgspec.defstruct(
        f"{word}_line",
        [*struct_fields, ("late", bool, False)],
        tag=word,
        tag_field="type",
        kw_only=True,
        forbid_unknown_fields=True,
        gc=False,
    )
    defaults = struct.__struct_defaults__  # of the last fields
    silent = dict(zip(struct.__struct_fields__[-len(defaults) :], defaults, strict=True))
    to_read = tuple(
        (place, each, each.read, silent.get(each.name, MISSING))
        for place, each in enumerate(members)
        if each.read is not None
    )
    written = attrgetter(*(each.name for each in members), "late")
    return Shape(word, value, fixed, tuple(members), struct, written, to_read)


def _all_shapes() -> tuple[Shape, ...]:
    shapes: list[Shape] = []
    for value, word in WORDS.items():
        if value is domain.PayoutMoved:
            shapes += [_shape(f"payout_{step}", value, {"step": step}) for step in PAYOUT_STEPS]
        else:
            shapes.append(_shape(word, value, {}))
    return tuple(shapes)


SHAPES: tuple[Shape, ...] = _all_shapes()
