"""What crosses the platform's socket: a length of four bytes, then MessagePack of that many.

Deltas go over as the journal's own bytes. It must not decide what is answered.
"""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import msgspec

from propdesk.ports.platform import (
    AdjustBalance,
    CancelAll,
    CloseAll,
    Command,
    CommandName,
    CreateAccount,
    HaltSymbol,
    SetGroup,
    SetLeverage,
    SetRights,
)
from propdesk.ports.platform_trading import (
    CancelOrder,
    ChangeOrder,
    ClosePosition,
    PlaceOrder,
    ProtectPosition,
    TradeRequest,
)

LENGTH_BYTES = 4
FRAME_BYTES_MAX = 64_000_000
COMMANDS_MAX = 10_000
WAIT_S_MAX = 30.0
SOCKET_NAME = "simulated-platform.sock"
"""The socket's name in the directory where state lives."""

COMMANDS: dict[CommandName, type[Command]] = {
    "create_account": CreateAccount,
    "set_group": SetGroup,
    "set_rights": SetRights,
    "set_leverage": SetLeverage,
    "close_all": CloseAll,
    "cancel_all": CancelAll,
    "adjust": AdjustBalance,
    "halt_symbol": HaltSymbol,
}
REQUESTS: dict[str, type[TradeRequest]] = {
    "place": PlaceOrder,
    "change": ChangeOrder,
    "cancel": CancelOrder,
    "close": ClosePosition,
    "protect": ProtectPosition,
}
_COMMAND_NAMES = {kind: name for name, kind in COMMANDS.items()}
_REQUEST_NAMES = {kind: name for name, kind in REQUESTS.items()}


class AskFor(msgspec.Struct, frozen=True, tag="for"):
    """One of the platform's lists."""

    what: Literal["capabilities", "groups", "instruments", "accounts"]


class AskSnapshot(msgspec.Struct, frozen=True, tag="snapshot"):
    account: str


class AskFrames(msgspec.Struct, frozen=True, tag="frames"):
    """The journal behind frame ``after``; where there is nothing, after waiting for it."""

    after: int
    wait_s: float


class AskAct(msgspec.Struct, frozen=True, tag="act"):
    """Commands by their words."""

    commands: list[tuple[CommandName, msgspec.Raw]]


class AskActInTurn(msgspec.Struct, frozen=True, tag="act_in_turn"):
    """Turns of commands by their words."""

    turns: list[list[tuple[CommandName, msgspec.Raw]]]


class AskTrade(msgspec.Struct, frozen=True, tag="trade"):
    kind: str
    request: msgspec.Raw


class Said(msgspec.Struct, frozen=True, tag="said"):
    """The answer, as the asker reads it."""

    body: msgspec.Raw


class FramesAre(msgspec.Struct, frozen=True, tag="frames"):
    """Frames with their numbers, and the number of the last there is."""

    frames: list[tuple[int, bytes]]
    last: int


class Wrong(msgspec.Struct, frozen=True, tag="wrong"):
    """The port's error by its word, and a sentence."""

    error: Literal["away", "resume_lost", "unknown_account"]
    why: str


Question: TypeAlias = AskFor | AskSnapshot | AskFrames | AskAct | AskActInTurn | AskTrade
Reply: TypeAlias = Said | FramesAre | Wrong

encode = msgspec.msgpack.Encoder(decimal_format="string").encode
_questions: msgspec.msgpack.Decoder[Question] = msgspec.msgpack.Decoder(Question)
_replies: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


class NotAFrame(ValueError):
    """The other side does not speak this protocol. The connection is given up."""


def framed(message: Question | Reply) -> bytes:
    """The message as it is sent. Raises ``NotAFrame`` where it is too long or cannot be written."""
    try:
        body = encode(message)
    except (TypeError, ValueError, OverflowError) as error:
        raise NotAFrame(f"cannot be written: {error}") from error
    if len(body) > FRAME_BYTES_MAX:
        raise NotAFrame(f"{len(body)} bytes; {FRAME_BYTES_MAX} are the most")
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def length_of(head: bytes) -> int:
    """How many bytes follow. Raises ``NotAFrame``."""
    length = int.from_bytes(head, "big")
    if length > FRAME_BYTES_MAX:
        raise NotAFrame(f"{length} bytes announced; {FRAME_BYTES_MAX} are the most")
    return length


def question_of(body: bytes) -> Question:
    """Raises ``NotAFrame``."""
    try:
        return _questions.decode(body)
    except (ValueError, RecursionError) as error:
        raise NotAFrame(f"no question: {error}") from error


def reply_of(body: bytes) -> Reply:
    """Raises ``NotAFrame``."""
    try:
        return _replies.decode(body)
    except (ValueError, RecursionError) as error:
        raise NotAFrame(f"no reply: {error}") from error


def act_message(commands: Sequence[Command]) -> AskAct:
    """Raises ``NotAFrame`` for what cannot be written."""
    return AskAct(_worded(commands))


def turns_message(turns: Sequence[Sequence[Command]]) -> AskActInTurn:
    """Raises ``NotAFrame`` for what cannot be written."""
    return AskActInTurn([_worded(turn) for turn in turns])


def _worded(commands: Sequence[Command]) -> list[tuple[CommandName, msgspec.Raw]]:
    try:
        return [(_COMMAND_NAMES[type(each)], msgspec.Raw(encode(each))) for each in commands]
    except (TypeError, ValueError, OverflowError) as error:
        raise NotAFrame(f"cannot be written: {error}") from error


def trade_message(request: TradeRequest) -> AskTrade:
    """Raises ``NotAFrame`` for what cannot be written."""
    try:
        return AskTrade(_REQUEST_NAMES[type(request)], msgspec.Raw(encode(request)))
    except (TypeError, ValueError, OverflowError) as error:
        raise NotAFrame(f"cannot be written: {error}") from error


def commands_in(message: AskAct) -> list[Command]:
    """Raises ``NotAFrame``."""
    _bound(len(message.commands))
    return [value_in(body, COMMANDS[name]) for name, body in message.commands]


def turns_in(message: AskActInTurn) -> list[list[Command]]:
    """Raises ``NotAFrame``."""
    _bound(sum(map(len, message.turns)))
    return [[value_in(body, COMMANDS[name]) for name, body in turn] for turn in message.turns]


def _bound(count: int) -> None:
    if count > COMMANDS_MAX:
        raise NotAFrame(f"{count} commands; {COMMANDS_MAX} are the most")


def request_in(message: AskTrade) -> TradeRequest:
    """Raises ``NotAFrame``."""
    if message.kind not in REQUESTS:
        raise NotAFrame(f"{message.kind[:40]!r} is no request")
    found: TradeRequest = value_in(message.request, REQUESTS[message.kind])
    return found


def value_in(body: msgspec.Raw, kind: Any) -> Any:
    """A value of a known kind. Raises ``NotAFrame``."""
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except (ValueError, RecursionError) as error:
        raise NotAFrame(f"not what was asked for: {error}") from error
