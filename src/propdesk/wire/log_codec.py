"""Records of the log as bytes and back: type, version and checksum before every body.

``docs/reference/log-records.md`` describes the bytes. This version and those with a chain of
upcasters to it are read, anything else is refused; a record is never repaired, and the log is
never rewritten.
"""

import struct
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from propdesk.wire import tick_bytes
from propdesk.wire.log_records import BackFilled, LogRecord, Ticks
from propdesk.wire.record_forms import BACK_FILLED_NUMBER, SMALL_FORMS, TICKS_NUMBER, Form

MARK = b"PD"
_PREFIX = struct.Struct("<2sBBI")
"""Mark, type, version, CRC-32 of type, version and body. Its eight bytes keep columns aligned."""
_NUMBER_AT = 2
_KIND = struct.Struct("<BB")
_MOMENT_NUMBER = 5
_WIDE: Mapping[int, str] = {TICKS_NUMBER: "ticks", BACK_FILLED_NUMBER: "back_filled"}
Key = TypeVar("Key")


class LogCodecError(ValueError):
    """The bytes are no record this version reads, or the value is none it can write.

    The caller puts a record it cannot read aside as a dead letter; it never guesses.
    """


class LogCodec:
    """Writes and reads the records it has forms for. Has no state but its forms."""

    def __init__(self, forms: Iterable[Form] = SMALL_FORMS) -> None:
        self._of_value: dict[type, Form] = {}
        self._of_number: dict[int, Form] = {}
        self._typed: dict[int, msgspec.msgpack.Decoder[Any]] = {}
        for form in forms:
            if form.number in _WIDE or form.number in self._of_number:
                raise LogCodecError(f"the number {form.number} is given twice")
            self._of_value[form.value] = form
            self._of_number[form.number] = form
            self._typed[form.number] = msgspec.msgpack.Decoder(form.line)
        self._encode = msgspec.msgpack.Encoder(enc_hook=_plain).encode

    def encode(self, record: LogRecord) -> bytes:
        """The record's bytes. Raises ``LogCodecError`` for a value that has none."""
        try:
            if isinstance(record, Ticks):
                body = tick_bytes.body_of(record)
                return _framed(TICKS_NUMBER, tick_bytes.VERSION, body)
            if isinstance(record, BackFilled):
                body = tick_bytes.body_of(record.ticks)
                return _framed(BACK_FILLED_NUMBER, tick_bytes.VERSION, body)
            form = _found(self._of_value, type(record), f"{type(record).__name__} is no record")
            written = self._encode(form.to_row(record))
            # Read with a reader's eyes before it is written: what nobody can read is a dead letter.
            line = self._typed[form.number].decode(written)
            if not form.is_line:
                form.to_record(line)
            return _framed(form.number, form.version, [written])
        except LogCodecError:
            raise
        except (ValueError, TypeError, OverflowError, struct.error, ArithmeticError) as error:
            raise LogCodecError(f"{type(record).__name__}: {error}") from None

    def decode(self, record: bytes) -> LogRecord:
        """The record in ``record``. Raises ``LogCodecError``, and nothing else."""
        number, version = _opened(record)
        try:
            if number in _WIDE:
                _refuse_version(_WIDE[number], version, known=version == tick_bytes.VERSION)
                ticks = tick_bytes.ticks_in(record, _PREFIX.size)
                return ticks if number == TICKS_NUMBER else BackFilled(ticks)
            form = _found(self._of_number, number, f"type {number} is not known to this version")
            _refuse_version(form.word, version, known=form.knows(version))
            return form.to_record(self._line(form, version, memoryview(record)[_PREFIX.size :]))
        except LogCodecError:
            raise
        except (
            ValueError,
            TypeError,
            KeyError,
            OverflowError,
            ArithmeticError,
            RecursionError,
        ) as error:
            # msgspec's errors are ValueErrors; the others are what an upcaster meets in a body
            # that is not what its version promised.
            raise LogCodecError(f"type {number}, version {version}: {error}") from None

    def _line(self, form: Form, version: int, body: memoryview) -> Any:
        if version == form.version:
            return self._typed[form.number].decode(body)
        older = msgspec.msgpack.decode(body, type=dict[str, Any])
        return msgspec.convert(form.raised(older, version), form.line)


def _found(forms: Mapping[Key, Form], key: Key, otherwise: str) -> Form:
    form = forms.get(key)
    if form is None:
        raise LogCodecError(otherwise)
    return form


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):  # a read-only view of evidence
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no written form")


def _framed(number: int, version: int, body: list[bytes]) -> bytes:
    checksum = zlib.crc32(_KIND.pack(number, version))
    for part in body:
        checksum = zlib.crc32(part, checksum)
    return b"".join((_PREFIX.pack(MARK, number, version, checksum), *body))


class _Whose(msgspec.Struct):
    account: str


_whose = msgspec.msgpack.Decoder(_Whose).decode


def account_of_moment(record: bytes) -> str | None:
    """The account whose moment a record is, without reading the rest; None for other records.

    It verifies nothing: whoever wants more than the name decodes the record.
    """
    if len(record) < _PREFIX.size or record[_NUMBER_AT] != _MOMENT_NUMBER:
        return None
    try:
        return _whose(memoryview(record)[_PREFIX.size :]).account
    except msgspec.MsgspecError:
        return None


def _opened(record: bytes) -> tuple[int, int]:
    """Type and version of a record that is whole."""
    if len(record) < _PREFIX.size:
        raise LogCodecError(f"{len(record)} bytes are too few for a record")
    mark, number, version, checksum = _PREFIX.unpack_from(record)
    if mark != MARK:
        raise LogCodecError("the bytes do not begin as a record does")
    body = memoryview(record)[_PREFIX.size :]
    if zlib.crc32(body, zlib.crc32(_KIND.pack(number, version))) != checksum:
        raise LogCodecError("the checksum is not that of the bytes: the record is damaged")
    return number, version


def _refuse_version(word: str, version: int, *, known: bool) -> None:
    if not known:
        raise LogCodecError(f"version {version} of {word} is not known to this version")


_CODEC = LogCodec()
encode = _CODEC.encode
decode = _CODEC.decode
