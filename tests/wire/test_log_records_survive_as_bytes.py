"""Records of the log: golden files of every version, refusals, upcasters, damage and speed."""

import json
import random
import time
import zlib
from dataclasses import MISSING, fields, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import msgspec
import numpy as np
import pytest
from scripts.record_schema import FILE

from propdesk.domain import events as domain
from propdesk.wire import log_records
from propdesk.wire.event_shapes import WORDS
from propdesk.wire.log_codec import LogCodec, LogCodecError, decode, encode
from propdesk.wire.log_records import BackFilled, Mark, Moment, Ticks, VerdictSaid
from propdesk.wire.record_forms import SMALL_FORMS, Form, next_version
from propdesk.wire.record_schema import record_schema_text
from tests.wire.golden_values import AT, DEAL, FOLDER, OPENED, TICKS, VALUES


def same(one: log_records.LogRecord, other: log_records.LogRecord) -> bool:
    if isinstance(one, BackFilled) and isinstance(other, BackFilled):
        one, other = one.ticks, other.ticks
    if not isinstance(one, Ticks) or not isinstance(other, Ticks):
        return one == other
    return all(np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(Ticks))


# --- golden files ----------------------------------------------------------------------------
@pytest.mark.parametrize("name", VALUES)
def test_a_file_of_every_version_is_read_as_it_was_written(name: str) -> None:
    assert same(decode((FOLDER / f"{name}.bin").read_bytes()), VALUES[name])


def is_newest(name: str) -> bool:
    word, _, version = name.rpartition("-")
    return f"{word}-{int(version) + 1}" not in VALUES


@pytest.mark.parametrize("name", [each for each in VALUES if is_newest(each)])
def test_the_version_written_today_is_the_newest_file(name: str) -> None:
    assert encode(VALUES[name]) == (FOLDER / f"{name}.bin").read_bytes()


def test_every_record_and_version_has_its_file() -> None:
    written = {f"{form.word}-{n}" for form in SMALL_FORMS for n in range(1, form.version + 1)}
    written |= {"ticks-1", "back_filled-1"}
    assert {file.stem for file in FOLDER.iterdir()} == written == VALUES.keys()


def test_every_value_of_the_log_has_a_form() -> None:
    values = {form.value for form in SMALL_FORMS} | {Ticks, BackFilled}
    assert values == set(log_records.LogRecord.__args__)


def test_the_schema_in_the_reference_is_the_one_of_the_code() -> None:
    assert FILE.read_text("utf-8") == record_schema_text(), "run python -m scripts.record_schema"


def test_the_schema_names_type_and_version_of_every_record() -> None:
    found = json.loads(FILE.read_text("utf-8"))["records"]
    assert found["mark"] == {"type": 3, "version": 1, "$ref": "#/$defs/Mark"}
    assert set(found) == {name.rpartition("-")[0] for name in VALUES} - {"ticks", "back_filled"}


# --- what a moment may hold ------------------------------------------------------------------
def test_every_event_of_an_account_can_be_in_a_moment() -> None:
    words = {"side": "buy", "entry": "in", "action": "placed", "step": "paid", "kind": "deposit"}
    required: dict[str, Any] = {"account": "A-1", "at": AT, "opened_at": AT, **words}
    for value in WORDS:
        names = getattr(value, "_fields", None) or [f.name for f in fields(value)]
        if "account" not in names:
            continue
        given = {
            f.name: required.get(f.name, Decimal("1.5") if "Decimal" in str(f.type) else "x")
            for f in fields(value)
            if f.default is MISSING
        }
        moment = Moment("A-1", (value(**given),))
        assert decode(encode(moment)) == moment


_WIDE = replace(TICKS, symbol=TICKS.at)  # type: ignore[arg-type]
NOT_WRITTEN = [
    ("no event", Moment("A-1", ()), "without events"),
    ("another account", Moment("A-2", (DEAL,)), "not of that account"),
    ("a quote", Moment("A-1", (domain.Quote(AT, "X", Decimal(1), Decimal(2)),)), "not of that"),
    ("two stamps", Moment("A-1", (OPENED, replace(DEAL, at=AT + 1))), "more than one stamp"),
    ("no lots", Moment("A-1", (replace(DEAL, lots=Decimal(0)),)), "more than zero"),
    ("a number that is none", Moment("A-1", (replace(DEAL, price=Decimal("NaN")),)), "NaN"),
    ("a wrong type", Mark("7"), "Expected `int`"),  # type: ignore[arg-type]
    ("a number beyond 64 bits", Mark(2**64), "Mark"),
    ("a text that is none", domain.TimePassed("now"), "TimePassed"),  # type: ignore[arg-type]
    ("half a letter", domain.GapOpened(AT, "EUR\ud800"), "GapOpened"),
    ("no record", DEAL, "Deal is no record"),
    ("a batch of none", replace(TICKS, at=TICKS.at[:0]), "from 1 to"),
    ("columns of two lengths", replace(TICKS, bid=TICKS.bid[:2]), "not of one length"),
    ("a column of floats", replace(TICKS, bid=TICKS.bid.astype(float)), "float64 does not fit"),
    ("a column too wide", _WIDE, "int64 does not fit"),
    ("the tick before the first", replace(TICKS, first=0), "numbered from 1"),
    ("no feed", replace(TICKS, feed=""), "name of a feed"),
]


@pytest.mark.parametrize(
    ("record", "says"), [row[1:] for row in NOT_WRITTEN], ids=[row[0] for row in NOT_WRITTEN]
)
def test_what_could_not_be_read_is_not_written(record: Any, says: str) -> None:
    with pytest.raises(LogCodecError, match=says):
        encode(record)


def test_evidence_may_be_a_read_only_view() -> None:
    verdict = VALUES["verdict_said-1"]
    assert isinstance(verdict, VerdictSaid)
    shown = replace(verdict, evidence=MappingProxyType({"floor": "95000"}))
    assert encode(shown) == encode(verdict)


# --- refusals --------------------------------------------------------------------------------
def framed(number: int, version: int, body: bytes) -> bytes:
    """A record with a right checksum, made without the code under test."""
    checksum = zlib.crc32(bytes([number, version]) + body)
    return b"PD" + bytes([number, version]) + checksum.to_bytes(4, "little") + body


MARK_BODY = msgspec.msgpack.encode({"tick": 7})
MARK_AND_MORE = msgspec.msgpack.encode({"tick": 7, "x": 1})
LATE = msgspec.msgpack.encode({"type": "time", "at": "2026-01-01T00:00:00Z", "late": True})
REFUSED = [
    ("nothing", b"", "too few"),
    ("seven bytes", b"PD\x03\x01\0\0\0", "too few"),
    ("another beginning", b"XX" + framed(3, 1, MARK_BODY)[2:], "do not begin"),
    ("a flipped bit", framed(3, 1, MARK_BODY)[:-1] + b"\x06", "damaged"),
    ("an unknown type", framed(200, 1, MARK_BODY), "type 200 is not known"),
    ("the type of nothing", framed(0, 1, MARK_BODY), "type 0 is not known"),
    ("a version to come", framed(3, 2, MARK_BODY), "version 2 of mark is not known"),
    ("a version that never was", framed(3, 0, MARK_BODY), "version 0 of mark is not known"),
    ("ticks of a version to come", framed(1, 2, b""), "version 2 of ticks is not known"),
    ("back-filled ticks of a version to come", framed(17, 2, b""), "version 2 of back_filled"),
    ("ticks without a header", framed(1, 1, b"\0" * 20), "breaks off"),
    ("an unknown field", framed(3, 1, MARK_AND_MORE), "unknown field"),
    ("a missing field", framed(3, 1, b"\x80"), "missing required field"),
    ("something behind it", framed(3, 1, MARK_BODY + b"\0"), "trailing"),
    (
        "a late event",
        framed(6, 1, LATE),
        "never is late",
    ),
    (
        "a batch that says it is huge",
        framed(1, 1, (1).to_bytes(8, "little") * 2 + b"\0\0\x0f\0" + b"\x01f" + b"\0" * 2),
        "cannot hold exactly",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("record", "says"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_a_record_that_is_not_known_is_refused_by_name(record: bytes, says: str) -> None:
    with pytest.raises(LogCodecError, match=says):
        decode(record)


def test_damage_of_any_single_byte_is_noticed() -> None:
    whole = encode(TICKS)
    for place in range(len(whole)):
        with pytest.raises(LogCodecError):
            decode(whole[:place] + bytes([whole[place] ^ 0x40]) + whole[place + 1 :])


@pytest.mark.parametrize("seed", range(4))
def test_no_bytes_raise_anything_else(seed: int) -> None:
    """Random bytes, and bodies damaged under a right checksum, which only the parsers can stop."""
    chance = random.Random(seed)
    files = [file.read_bytes() for file in sorted(FOLDER.iterdir())]
    refused = 0
    for _ in range(1500):
        body = bytearray(chance.choice(files)[8:])
        for _ in range(chance.randint(1, 6)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        cut = chance.randrange(len(body)) if chance.random() < 0.3 else len(body)
        number = chance.randrange(19)
        for record in (
            framed(number, 1, bytes(body[:cut])),
            chance.randbytes(chance.randrange(64)),
        ):
            try:
                decode(record)
            except LogCodecError:
                refused += 1
    assert refused > 1500


# --- older versions --------------------------------------------------------------------------
class _MarkOfTwo(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An invented second version of a mark: its tick has another name."""

    up_to: int


def _with_mark_of_two() -> LogCodec:
    mark = next(form for form in SMALL_FORMS if form.value is Mark)
    second = replace(
        next_version(mark, _MarkOfTwo, lambda body: {"up_to": body["tick"]}),
        to_row=lambda record: {"up_to": record.tick},
        to_record=lambda written: Mark(written.up_to),
    )
    return LogCodec([*(form for form in SMALL_FORMS if form is not mark), second])


def test_a_file_of_the_version_before_is_read_through_its_upcaster() -> None:
    codec, older = _with_mark_of_two(), (FOLDER / "mark-1.bin").read_bytes()
    assert codec.decode(older) == VALUES["mark-1"]
    newer = codec.encode(Mark(7))
    assert newer == framed(3, 2, msgspec.msgpack.encode({"up_to": 7}))
    assert codec.decode(newer) == Mark(7)


def test_a_reader_of_the_version_before_refuses_the_next() -> None:
    with pytest.raises(LogCodecError, match="version 2 of mark is not known"):
        decode(_with_mark_of_two().encode(Mark(7)))


@pytest.mark.parametrize(
    "body",
    [b"\x80", msgspec.msgpack.encode({"tick": "x"}), b"\x91" * 5000, b"\x81\xa1a" * 5000],
    ids=["no field", "wrong type", "deep lists", "deep maps"],
)
def test_an_older_record_that_is_damaged_is_refused(body: bytes) -> None:
    with pytest.raises(LogCodecError):
        _with_mark_of_two().decode(framed(3, 1, body))


@pytest.mark.parametrize("form", [SMALL_FORMS[0], replace(SMALL_FORMS[0], number=1)])
def test_a_number_is_given_once(form: Form) -> None:
    with pytest.raises(LogCodecError, match="given twice"):
        LogCodec([*SMALL_FORMS, form])


# --- batches of ticks ------------------------------------------------------------------------
@pytest.mark.parametrize("feed", ["f", "lp-1", "seven77", "a feed with a long name"])
def test_columns_are_views_of_the_record_and_aligned(feed: str) -> None:
    record = encode(replace(TICKS, feed=feed))
    batch = decode(record)
    assert isinstance(batch, Ticks)
    assert batch.feed == feed
    for column in (batch.at, batch.bid, batch.ask, batch.symbol):
        assert column.flags.aligned
        assert not column.flags.owndata
        assert not column.flags.writeable


@pytest.mark.drill
def test_a_million_ticks_a_second_go_in_and_out() -> None:
    count = 500
    batch = Ticks(
        first=1,
        feed="f",
        sequence=0,
        symbol=np.zeros(count, np.int32),
        at=np.arange(count, dtype=np.int64),
        bid=np.arange(count, dtype=np.int64),
        ask=np.arange(count, dtype=np.int64),
    )
    begun = time.perf_counter()
    for _ in range(400):
        decode(encode(batch))
    assert 400 * count / (time.perf_counter() - begun) > 1_000_000
