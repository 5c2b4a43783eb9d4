"""The written form of each small record of the log: number, version, fields, and both conversions.

Forms are derived from the values of ``log_records`` and from ``event_shapes``, so that a field
cannot exist in one and be missing in the other. It must not know how a record is framed.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any, TypeAlias, Union, get_type_hints

import msgspec

from propdesk.domain import events as domain
from propdesk.wire.event_shapes import SHAPES, WORDS, Shape
from propdesk.wire.log_records import (
    AccountEnrolled,
    DeadLetter,
    LogRecord,
    Mark,
    Moment,
    RulebookPublished,
    SequencerStood,
    StatusChanged,
    SymbolDefined,
    VerdictCorrected,
    VerdictSaid,
)

Body: TypeAlias = dict[str, Any]
"""A small record's body as plain values, before it is known to be right."""
Upcaster: TypeAlias = Callable[[Body], Body]
"""A pure function from the body of one version to that of the next."""


@dataclass(frozen=True, slots=True)
class Form:
    """How one type of small record is written. Numbers and versions are for ever.

    ``line`` is the struct its body is checked against. ``upcasters`` holds, by version, the step
    to the version after it; a version without a chain of steps to ``version`` is refused.
    """

    number: int
    word: str
    version: int
    value: type
    line: type[msgspec.Struct]
    to_row: Callable[[Any], Any]
    to_record: Callable[[Any], LogRecord]
    """Raises ``ValueError`` for a line that is right by itself and yet no such record."""
    is_line: bool = False
    """Whether every line is a record: what reads as one need not be made one to be checked."""
    upcasters: Mapping[int, Upcaster] = field(default_factory=dict)

    def raised(self, body: Body, version: int) -> Body:
        """The body of an older version as one of this version."""
        for step in range(version, self.version):
            body = self.upcasters[step](body)
        return body

    def knows(self, version: int) -> bool:
        return version <= self.version and all(
            step in self.upcasters for step in range(version, self.version)
        )


def next_version(form: Form, line: type[msgspec.Struct], upcaster: Upcaster) -> Form:
    """The form one version on: other fields, and the step that leads to them."""
    steps = {**form.upcasters, form.version: upcaster}
    return replace(form, version=form.version + 1, line=line, upcasters=steps)


# --- records that are values of log_records --------------------------------------------------
def _line(value: type) -> type[msgspec.Struct]:
    hints = get_type_hints(value)
    members: list[Any] = [
        (f.name, hints[f.name]) if f.default is MISSING else (f.name, hints[f.name], f.default)
        for f in fields(value)
    ]
    return msgspec.defstruct(
        value.__name__, members, kw_only=True, forbid_unknown_fields=True, gc=False
    )


def _plain(number: int, word: str, value: type) -> Form:
    line = _line(value)
    names = line.__struct_fields__

    def to_row(record: Any) -> Any:
        return record  # its fields, in their order, are what is written

    def to_record(written: Any) -> LogRecord:
        record: LogRecord = value(**{name: getattr(written, name) for name in names})
        return record

    return Form(number, word, 1, value, line, to_row, to_record, is_line=True)


# --- records that are events of the domain ---------------------------------------------------
_SHAPE_OF: Mapping[str, Shape] = {shape.word: shape for shape in SHAPES}
_SHAPE_OF_LINE: Mapping[type, Shape] = {shape.struct: shape for shape in SHAPES}


def _shape_of(event: domain.Event) -> Shape:
    word = WORDS[type(event)]
    return _SHAPE_OF[f"payout_{event.step}" if isinstance(event, domain.PayoutMoved) else word]


def _event(written: Any) -> Any:
    if written.late:
        raise ValueError("a record of the log never is late: its place says when it came")
    return _SHAPE_OF_LINE[type(written)].to_event(written)


def _general(number: int, value: type) -> Form:
    shape = _SHAPE_OF[WORDS[value]]
    return Form(number, shape.word, 1, value, shape.struct, shape.to_row, _event)


# Of these ``account`` is whose they are; quotes, bars and general events are in no moment.
OF_AN_ACCOUNT: tuple[Shape, ...] = tuple(
    shape for shape in SHAPES if any(each.name == "account" for each in shape.fields)
)


_ANY_EVENT: Any = Union[tuple(shape.struct for shape in OF_AN_ACCOUNT)]  # noqa: UP007
MOMENT_LINE: type[msgspec.Struct] = msgspec.defstruct(
    "Moment",
    [("account", str), ("events", list[_ANY_EVENT])],
    kw_only=True,
    forbid_unknown_fields=True,
)


def _moment_row(moment: Moment) -> Body:
    _refuse_mixed(moment)
    rows = [_shape_of(event).to_row(event) for event in moment.events]
    return {"account": moment.account, "events": rows}


def _moment(written: Any) -> Moment:
    moment = Moment(written.account, tuple(_event(line) for line in written.events))
    _refuse_mixed(moment)
    return moment


def _refuse_mixed(moment: Moment) -> None:
    if not moment.events:
        raise ValueError("a moment without events is none")
    if {getattr(event, "account", None) for event in moment.events} != {moment.account}:
        raise ValueError(f"an event of a moment of {moment.account!r} is not of that account")
    if len({event.at for event in moment.events}) != 1:
        raise ValueError("the events of a moment have more than one stamp")


TICKS_NUMBER = 1
BACK_FILLED_NUMBER = 17
"""The numbers of batches of ticks, whose bodies ``tick_bytes`` writes."""


def _stood_before_gaps(body: Body) -> Body:
    """Before gaps could be filled nothing was known of them but the one that is open."""
    symbols = [{**each, "sequence": -1, "gaps": ()} for each in body["symbols"]]
    return {**body, "symbols": symbols}


_STOOD = _plain(15, "sequencer_stood", SequencerStood)

SMALL_FORMS: tuple[Form, ...] = (
    _plain(2, "symbol_defined", SymbolDefined),
    _plain(3, "mark", Mark),
    _plain(4, "account_enrolled", AccountEnrolled),
    Form(5, "moment", 1, Moment, MOMENT_LINE, _moment_row, _moment),
    _general(6, domain.TimePassed),
    _general(7, domain.InstrumentDefined),
    _general(8, domain.NewsScheduled),
    _general(9, domain.GroupFormed),
    _general(10, domain.GapOpened),
    _general(11, domain.GapClosed),
    _plain(12, "verdict_said", VerdictSaid),
    _plain(13, "status_changed", StatusChanged),
    _plain(14, "dead_letter", DeadLetter),
    next_version(_STOOD, _STOOD.line, _stood_before_gaps),
    _plain(16, "rulebook_published", RulebookPublished),
    _plain(18, "verdict_corrected", VerdictCorrected),
)
"""Every small record. A number is never given twice, not even after its record is gone."""
