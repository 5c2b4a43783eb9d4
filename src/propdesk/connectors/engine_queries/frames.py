"""What crosses the query socket: a length of four bytes, then MessagePack of that many.

It must not decide what is answered. Questions are small and answers bounded, so neither side can
be made to keep an endless frame.
"""

from typing import Annotated, TypeAlias, TypeVar

import msgspec

from propdesk.wire.account_figures import AccountFigures, OrderAsked, OrderCheck
from propdesk.wire.live_exposure import ExposurePart
from propdesk.wire.live_state import Board, Curve, LiveAccount

LENGTH_BYTES = 4
QUESTION_BYTES_MAX = 4_096
ANSWER_BYTES_MAX = 16_000_000
ROWS_MAX = 500
"""As many accounts as the engine looks at for one answer: a filtered board asks for all of them."""

Name: TypeAlias = Annotated[str, msgspec.Meta(max_length=200)]


class AskBoard(msgspec.Struct, frozen=True, kw_only=True, tag="board"):
    """``LiveAccounts.board``."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=ROWS_MAX)]
    after: Name | None
    search: Name


class AskAccount(msgspec.Struct, frozen=True, kw_only=True, tag="account"):
    """``LiveAccounts.account``."""

    account: Name


class AskCurve(msgspec.Struct, frozen=True, kw_only=True, tag="curve"):
    """``LiveAccounts.curve``."""

    account: Name
    since: int


class AskFigures(msgspec.Struct, frozen=True, kw_only=True, tag="figures"):
    """``LiveAccounts.figures``."""

    account: Name


class AskOrderCheck(msgspec.Struct, frozen=True, kw_only=True, tag="order_check"):
    """``LiveAccounts.check_order``."""

    account: Name
    order: OrderAsked


class AskExposure(msgspec.Struct, frozen=True, kw_only=True, tag="exposure"):
    """``LiveAccounts.exposure``."""

    begin: Annotated[int, msgspec.Meta(ge=0)]
    reporting: Annotated[str, msgspec.Meta(max_length=5)]


class BoardIs(msgspec.Struct, frozen=True, tag="board"):
    """The answer to ``AskBoard``."""

    board: Board


class AccountIs(msgspec.Struct, frozen=True, tag="account"):
    """The answer to ``AskAccount``."""

    account: LiveAccount | None


class CurveIs(msgspec.Struct, frozen=True, tag="curve"):
    """The answer to ``AskCurve``."""

    curve: Curve | None


class FiguresAre(msgspec.Struct, frozen=True, tag="figures"):
    """The answer to ``AskFigures``."""

    figures: AccountFigures | None


class OrderChecked(msgspec.Struct, frozen=True, tag="order_check"):
    """The answer to ``AskOrderCheck``."""

    check: OrderCheck | None


class ExposureIs(msgspec.Struct, frozen=True, tag="exposure"):
    """The answer to ``AskExposure``."""

    part: ExposurePart


class Unanswered(msgspec.Struct, frozen=True, tag="unanswered"):
    """The engine is there and does not answer: one sentence why."""

    why: str


Question: TypeAlias = AskBoard | AskAccount | AskCurve | AskFigures | AskOrderCheck | AskExposure
Answer: TypeAlias = (
    BoardIs | AccountIs | CurveIs | FiguresAre | OrderChecked | ExposureIs | Unanswered
)
Message = TypeVar("Message", bound=msgspec.Struct)

_encoder = msgspec.msgpack.Encoder()
_questions = msgspec.msgpack.Decoder(Question)
_answers = msgspec.msgpack.Decoder(Answer)


class NotAFrame(ValueError):
    """The other side does not speak this protocol. The connection is given up."""


def framed(message: msgspec.Struct, bytes_max: int) -> bytes:
    """The message as it is sent. Raises ``NotAFrame`` where it is longer than ``bytes_max``."""
    content = _encoder.encode(message)
    if len(content) > bytes_max:
        raise NotAFrame(f"{len(content)} bytes; {bytes_max} are the most")
    return len(content).to_bytes(LENGTH_BYTES, "big") + content


def length_of(head: bytes, bytes_max: int) -> int:
    """How many bytes follow. Raises ``NotAFrame`` for more than ``bytes_max``."""
    length = int.from_bytes(head, "big")
    if length > bytes_max:
        raise NotAFrame(f"{length} bytes announced; {bytes_max} are the most")
    return length


def question_of(content: bytes) -> Question:
    """Raises ``NotAFrame``."""
    try:
        question: Question = _questions.decode(content)
    except msgspec.DecodeError as wrong:
        raise NotAFrame(f"no question: {wrong}") from wrong
    return question


def answer_of(content: bytes) -> Answer:
    """Raises ``NotAFrame``."""
    try:
        answer: Answer = _answers.decode(content)
    except msgspec.DecodeError as wrong:
        raise NotAFrame(f"no answer: {wrong}") from wrong
    return answer
