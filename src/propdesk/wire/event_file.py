"""The event file: JSON Lines, one event an object, in the order of the log.

Reads strictly (an unknown type or field, a number where a decimal string belongs, time running
backwards without ``"late":true`` are refused with file and row) and writes what it reads.
It must not judge what the events mean.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Union

import msgspec

from propdesk.domain.events import AccountOpened, Event, PayoutMoved, Quote
from propdesk.domain.exact import parse_decimal
from propdesk.domain.instants import parse_instant
from propdesk.wire.event_shapes import SHAPES, WORDS, Shape
from propdesk.wire.unreadable import Unreadable

LINE_BYTES_MAX = 64 * 1024
# Prices and seconds repeat thousands of times in a row of quotes; each text is parsed once.
REMEMBERED_MAX = 100_000


class _QuoteLine(
    msgspec.Struct, tag="quote", tag_field="type", forbid_unknown_fields=True, gc=False
):
    """The line there are millions of, spelled out so that its fields cost no lookup."""

    at: str
    symbol: Annotated[str, msgspec.Meta(min_length=1)]
    bid: str
    ask: str
    late: bool = False


_BY_STRUCT: dict[type, Shape] = {shape.struct: shape for shape in SHAPES if shape.word != "quote"}
_BY_WORD: dict[str, Shape] = {shape.word: shape for shape in SHAPES}
_ANY_LINE: Any = Union[(_QuoteLine, *_BY_STRUCT)]
_ENCODER = msgspec.json.Encoder()


class _Prices(dict[str, Decimal]):
    """Decimals by their text, parsed at the first sight of each."""

    def __missing__(self, text: str) -> Decimal:
        value = parse_decimal(text)
        if len(self) < REMEMBERED_MAX:
            self[text] = value
        return value


class _Seconds(dict[str, int]):
    """The microseconds of a ``2026-03-02T08:00:00`` in UTC, parsed at the first sight of each."""

    def __missing__(self, text: str) -> int:
        value = parse_instant(text + "Z")
        if len(self) >= REMEMBERED_MAX:
            self.clear()
        self[text] = value
        return value


_FRACTION_SCALE = {4: 1000, 7: 1}  # characters of ".123" and ".123456", and what a step weighs


def _instant(text: str, seconds: _Seconds) -> int:
    """``parse_instant``, quick for the forms this project writes."""
    if text[-1:] == "Z" and text[10:11] == "T":
        length = len(text)
        if length == 20:
            return seconds[text[:19]]
        fraction = text[20:-1]
        scale = _FRACTION_SCALE.get(length - 20)
        if scale and text[19] == "." and fraction.isascii() and fraction.isdigit():
            return seconds[text[:19]] + int(fraction) * scale
    return parse_instant(text)


def read_event_file(
    source: Path | Iterable[bytes | str], name: str | None = None
) -> Iterator[Event]:
    """The events of a file or of its lines, in order, one at a time.

    Raises ``Unreadable`` with the row of the first line that is not exactly right.
    """
    if isinstance(source, Path):
        with source.open("rb") as lines:
            yield from _read(_bounded(lines), name or source.name)
    else:
        yield from _read(source, name or "events")


def _bounded(lines: Any) -> Iterator[bytes]:
    while line := lines.readline(LINE_BYTES_MAX + 1):
        yield line


def _read(lines: Iterable[bytes | str], name: str) -> Iterator[Event]:
    decode = msgspec.json.Decoder(_ANY_LINE).decode
    prices, seconds = _Prices(), _Seconds()
    accounts: set[str] = set()
    latest: int | None = None
    for row, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            _refuse_long(line)
            written = decode(line)
            if type(written) is _QuoteLine:
                event: Event = Quote(
                    _instant(written.at, seconds),
                    written.symbol,
                    prices[written.bid],
                    prices[written.ask],
                )
            else:
                event = _BY_STRUCT[type(written)].to_event(written)
                _know_account(event, accounts)
            if latest is None or event.at >= latest:
                latest = event.at
            elif not written.late:
                raise ValueError('time goes backwards; a late event needs "late":true')  # noqa: TRY301
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
            raise Unreadable(name, row, _sentence(error)) from None
        yield event
    if latest is None:
        raise Unreadable(name, None, "the file holds no events")


def _refuse_long(line: bytes | str) -> None:
    if len(line) > LINE_BYTES_MAX:
        raise ValueError(f"a line is longer than {LINE_BYTES_MAX} bytes; this is no event file")


def _know_account(event: Event, accounts: set[str]) -> None:
    if isinstance(event, AccountOpened):
        if event.account in accounts:
            raise ValueError(f"account {event.account!r} was opened before")
        accounts.add(event.account)
        return
    account = getattr(event, "account", None)
    if account is not None and account not in accounts:
        raise ValueError(f"account {account!r} has not been opened yet")


def _sentence(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "the line is not UTF-8 text"
    if isinstance(error, RecursionError):
        return "the line nests its JSON deeper than an event does"
    if str(error) == "Input data was truncated":
        return "the line breaks off in the middle of its JSON object"
    return str(error).replace("`$.", "`").replace(" - at `$`", "")


def write_event(event: Event, *, late: bool = False) -> str:
    """One line of the event file, without the line's end."""
    word = WORDS[type(event)]
    if isinstance(event, PayoutMoved):
        word = f"payout_{event.step}"
    row = _BY_WORD[word].to_row(event)
    if late:
        row["late"] = True
    return _ENCODER.encode(row).decode()
