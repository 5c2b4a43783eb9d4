"""The projector: reads what the engine says, in every stream of verdicts, into the firm's tables.

Each record once, in the transaction of the offset it moves. It must not judge, nor hold anything
of its own: whatever kills it, the next one goes on from the offsets in the database.
"""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import DataError, IntegrityError, transaction

from propdesk.crm.accounts.actions.take_in_records import (
    OtherPlace,
    Read,
    StatusRead,
    last_taken_in,
    take_in_records,
)
from propdesk.ports.event_log import Reader, Record
from propdesk.wire.log_codec import LogCodecError, decode
from propdesk.wire.log_records import DeadLetter, EngineRecord

READ_BYTES_MAX = 262_144
RECORDS_MAX = 512
"""In one transaction: what it commands is on its way when it is committed."""
WAIT_S = 1.0
GATHER_S = 0.04
"""What is said so soon after other things is taken in with the next: a batch costs little more than
one record."""
UNWRITABLE = (DataError, IntegrityError, OverflowError, ValueError)
"""What a record raises that holds what no column can."""

Follower = Callable[[Sequence[StatusRead], datetime], None]
"""What goes on from changed statuses, in the transaction in which they were read."""


class Projector:
    """Reads ``streams`` in turn. One per installation works; a second one is only refused its
    place, and reads on from where the first is."""

    def __init__(
        self,
        reader: Reader,
        streams: Sequence[str],
        alarm: Callable[[str], None],
        clock: Callable[[], datetime],
        followers: Sequence[Follower] = (),
    ) -> None:
        self._reader = reader
        self._places = {stream: last_taken_in(stream) for stream in streams}
        self._alarm = alarm
        self._clock = clock
        self._followers = followers

    def step(self) -> int:
        """Take in what is there now, a batch of each stream; how many records that was."""
        return sum(self._take_in(stream) for stream in self._places)

    def run(self, over: threading.Event) -> None:
        """Take in what comes until ``over`` is set. Raises what log and database raise."""
        while not over.is_set():
            begun = time.monotonic()
            if self.step() < RECORDS_MAX:
                over.wait(max(0.0, begun + GATHER_S - time.monotonic()))
                self._reader.wait(self._places, WAIT_S)

    def _take_in(self, stream: str) -> int:
        after = self._places[stream]
        records = self._reader.read(stream, after, bytes_max=READ_BYTES_MAX)[:RECORDS_MAX]
        if not records:
            return 0
        read = [self._read(record) for record in records]
        try:
            self._apply(stream, after, read)
        except OtherPlace:
            self._places[stream] = last_taken_in(stream)
            return 1
        self._places[stream] = records[-1].offset
        return len(records)

    def _apply(self, stream: str, after: int, read: Sequence[Read]) -> None:
        """All at once; where one of them cannot be written, one by one, and that one is put aside.
        Raises ``OtherPlace``."""
        try:
            with transaction.atomic():
                now = self._clock()
                statuses = take_in_records(stream, after, read, now)
                for follow in self._followers:
                    follow(statuses, now)
        except UNWRITABLE as error:
            if len(read) == 1:
                read = [self._put_aside(stream, read[0], error)]
            for each in read:
                self._apply(stream, after, [each])
                after = each.offset

    def _put_aside(self, stream: str, read: Read, error: Exception) -> Read:
        """What is taken in in its place: a case of its account, or nothing at all. Raises
        ``error`` where nothing was written."""
        why = f"{stream}, record {read.offset} cannot be taken in: {type(error).__name__}"
        match read.said:
            case None:
                raise error
            case DeadLetter():
                return Read(read.offset, read.key, None)
            case said:
                self._alarm(f"{why}: {error}")
                letter = DeadLetter(stream, read.offset, said.account, why)
                return Read(read.offset, read.key, letter)

    def _read(self, record: Record) -> Read:
        try:
            said = decode(record.body)
        except LogCodecError as error:
            self._alarm(f"{record.stream}, record {record.offset} cannot be read: {error}")
            return Read(record.offset, record.key, None)
        if not isinstance(said, EngineRecord):
            self._alarm(f"{record.stream}, record {record.offset} is no word of the engine")
            return Read(record.offset, record.key, None)
        return Read(record.offset, record.key, said)
