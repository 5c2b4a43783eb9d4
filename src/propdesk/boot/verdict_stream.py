"""The stream of what the engine says: under which key each is written, and what was said last.

It must not decide what is said.
"""

from collections.abc import Iterator

from propdesk.ports.event_log import Reader
from propdesk.wire.log_codec import LogCodecError, decode
from propdesk.wire.log_records import (
    DeadLetter,
    EngineRecord,
    StatusChanged,
    VerdictCorrected,
    VerdictSaid,
)

RECALLED_MAX = 400


def key_of(record: EngineRecord) -> str:
    """By which the log knows what is said again."""
    match record:
        case VerdictSaid():
            return record.id
        case VerdictCorrected():
            return f"corrected/{record.id}/{record.offset}/{record.tick}"
        case StatusChanged():
            # At one place an account may change more than once: days that roll together.
            place = f"{record.offset}/{record.tick}/{record.at}/{record.status}"
            return f"status/{record.account}/{record.phase}/{place}"
        case DeadLetter():
            return f"dead/{record.stream}/{record.offset}"


def said_last(reader: Reader, stream: str) -> Iterator[EngineRecord]:
    """The newest records of a stream of verdicts, oldest first. One that cannot be read is left
    out: the log has it, and only what is shown first lacks it. Raises what the reader raises."""
    last = reader.last(stream)
    after = max(reader.first(stream) - 1, last - RECALLED_MAX, 0)
    while after < last and (records := reader.read(stream, after)):
        for each in records:
            after = each.offset
            try:
                record = decode(each.body)
            except LogCodecError:
                continue
            if isinstance(record, VerdictSaid | VerdictCorrected | StatusChanged | DeadLetter):
                yield record
