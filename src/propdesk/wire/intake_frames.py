"""What goes over the intake's socket: a length, and one MessagePack message in it.

Quotes bear prices as printed. An event that cannot be read is told by itself, and the rest of its
delivery stands. It must not judge a quote or an event.
"""

from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias, TypeVar, Union, get_type_hints

import msgspec

from propdesk.domain.events import PayoutMoved
from propdesk.wire.event_shapes import SHAPES, WORDS, Shape
from propdesk.wire.log_records import AccountEnrolled, Delivered, RulebookPublished

LENGTH_BYTES = 4
FRAME_BYTES_MAX = 16_777_216


class FrameError(ValueError):
    """The bytes are no message; the connection is of no more use."""


class FeedQuote(NamedTuple):
    """A quote as a feed says it: its own sequence number, symbol and prices as printed.

    A named tuple because millions are made.
    """

    sequence: int
    symbol: str
    at: int
    bid: Decimal
    ask: Decimal


class QuotesSent(msgspec.Struct, tag="quotes", frozen=True, forbid_unknown_fields=True):
    """A feed's quotes."""

    feed: str
    quotes: list[FeedQuote]


class BackFillSent(msgspec.Struct, tag="back_fill", frozen=True, forbid_unknown_fields=True):
    """A feed's quotes that were missing in gaps, and what is whole by them."""

    feed: str
    quotes: list[FeedQuote]
    whole: list[tuple[str, int]]


class EventsSent(msgspec.Struct, tag="events", frozen=True, forbid_unknown_fields=True):
    """A source's delivery; each event is read by itself."""

    source: str
    key: str
    events: list[msgspec.Raw]


class FeedLostSent(msgspec.Struct, tag="feed_lost", frozen=True, forbid_unknown_fields=True):
    """A feed's quotes may be missing from here on."""

    feed: str


class ByeSent(msgspec.Struct, tag="bye", frozen=True, forbid_unknown_fields=True):
    """The sender ends on purpose: its feeds are not lost."""


Request: TypeAlias = QuotesSent | BackFillSent | EventsSent | FeedLostSent | ByeSent
Message = TypeVar("Message")


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the intake says when the request is durable; ``away`` says why it is not."""

    quotes: int = 0
    events: int = 0
    refused: tuple[str, ...] = ()
    away: str = ""


Command: TypeAlias = AccountEnrolled | RulebookPublished


def _command_line(command: type[Command], word: str) -> type[msgspec.Struct]:
    hints = get_type_hints(command)
    return msgspec.defstruct(
        f"{word}_line",
        [
            (f.name, hints[f.name]) if f.default is MISSING else (f.name, hints[f.name], f.default)
            for f in fields(command)
        ],
        tag=word,
        tag_field="type",
        kw_only=True,
        forbid_unknown_fields=True,
    )


_WORD_OF_COMMAND: dict[type[Command], str] = {
    AccountEnrolled: "account_enrolled",
    RulebookPublished: "rulebook_published",
}
_COMMAND_OF_LINE: dict[type, type[Command]] = {
    _command_line(command, word): command for command, word in _WORD_OF_COMMAND.items()
}
_SHAPE_OF_WORD = {shape.word: shape for shape in SHAPES}
_SHAPE_OF_LINE: dict[type, Shape] = {shape.struct: shape for shape in SHAPES}
_ANY_LINE: Any = Union[(*_COMMAND_OF_LINE, *_SHAPE_OF_LINE)]
_encode = msgspec.msgpack.Encoder(decimal_format="string").encode
_decode_request: Callable[[bytes], Request] = msgspec.msgpack.Decoder(Request).decode
_decode_event = msgspec.msgpack.Decoder(_ANY_LINE).decode
_decode_answer: Callable[[bytes], Answer] = msgspec.msgpack.Decoder(Answer).decode


def events_message(source: str, key: str, events: Sequence[Delivered]) -> EventsSent:
    """The message of a delivery. Raises ``FrameError`` for what cannot be written."""
    try:
        return EventsSent(source, key, [msgspec.Raw(_encode(_row(each))) for each in events])
    except (ValueError, TypeError, OverflowError) as error:
        raise FrameError(f"an event cannot be written: {error}") from None


def _row(event: Delivered) -> dict[str, Any]:
    if isinstance(event, Command):
        names = (each.name for each in fields(event))
        return {"type": _WORD_OF_COMMAND[type(event)]} | {n: getattr(event, n) for n in names}
    word = WORDS[type(event)]
    shape = _SHAPE_OF_WORD[f"payout_{event.step}" if isinstance(event, PayoutMoved) else word]
    return shape.to_row(event)


def event_in(raw: msgspec.Raw) -> Delivered:
    """The event of a message. Raises ``ValueError`` with a sentence."""
    line = _decode_event(raw)
    command = _COMMAND_OF_LINE.get(type(line))
    if command is not None:
        return command(**msgspec.structs.asdict(line))
    return _SHAPE_OF_LINE[type(line)].to_event(line)


def framed(message: Request | Answer) -> bytes:
    """The message with its length. Raises ``FrameError``."""
    try:
        body = _encode(message)
    except (ValueError, TypeError, OverflowError) as error:
        raise FrameError(f"the message cannot be written: {error}") from None
    if len(body) > FRAME_BYTES_MAX:
        raise FrameError(f"{len(body)} bytes are more than the {FRAME_BYTES_MAX} of a message")
    return len(body).to_bytes(LENGTH_BYTES, "little") + body


def length_in(head: bytes) -> int:
    """The length of the message behind ``head``. Raises ``FrameError``."""
    length = int.from_bytes(head, "little")
    if length > FRAME_BYTES_MAX:
        raise FrameError(f"{length} bytes are more than the {FRAME_BYTES_MAX} of a message")
    return length


def request_in(body: bytes) -> Request:
    """Raises ``FrameError``."""
    return _read(_decode_request, body)


def answer_in(body: bytes) -> Answer:
    """Raises ``FrameError``."""
    return _read(_decode_answer, body)


def _read(decode: Callable[[bytes], Message], body: bytes) -> Message:
    try:
        return decode(body)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"this is no message: {error}") from None
