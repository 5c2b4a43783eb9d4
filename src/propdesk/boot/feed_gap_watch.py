"""Watches the log for symbols that have no prices any more, and has the desk alerted.

It reads the first partition's events, where every gap is; each once, with the offset it moves.
"""

import threading
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.models import StreamPosition
from propdesk.crm.outbox.actions.enqueue_notice import RISK, tell
from propdesk.domain.events import GapOpened
from propdesk.domain.instants import datetime_of
from propdesk.ports.event_log import OffsetGone, Reader, Record
from propdesk.wire.log_codec import LogCodecError, decode

OPENED = "gap/"
"""How the key of such a record begins: others are not even decoded."""
READ_BYTES_MAX = 1_048_576
LOOK_S = 0.5


class FeedGapWatch:
    """Begins where the stream is when it is first looked at: old gaps alert nobody."""

    def __init__(self, reader: Reader, stream: str, clock: Callable[[], datetime]) -> None:
        self._reader = reader
        self._stream = stream
        self._name = f"gaps/{stream}"
        self._clock = clock

    def step(self) -> int:
        """Read on; how many records that were. Raises what the log and the database raise."""
        with transaction.atomic():
            position, is_new = StreamPosition.objects.select_for_update().get_or_create(
                stream=self._name
            )
            if is_new:
                position.offset = self._reader.last(self._stream)
            try:
                records = self._reader.read(self._stream, position.offset, bytes_max=READ_BYTES_MAX)
            except OffsetGone:
                position.offset = max(self._reader.first(self._stream) - 1, 0)
                records = []
            for record in records:
                position.offset = record.offset
                if record.key.startswith(OPENED):
                    self._tell(record)
            position.save(update_fields=["offset"])
        return len(records)

    def run(self, over: threading.Event) -> None:
        """Read on until ``over`` is set, twice a second: deals come all the time, and a transaction
        for each few of them would be all it did."""
        while not over.wait(LOOK_S):
            self.step()

    def _tell(self, record: Record) -> None:
        try:
            gap = decode(record.body)
        except LogCodecError:
            return  # the engine puts it aside, and that opens a case
        if not isinstance(gap, GapOpened):
            return
        feed = record.key.removeprefix(OPENED).partition("/")[0]
        detail = {
            "feed": feed, "symbol": gap.symbol, "reason": gap.reason,
            "at": datetime_of(gap.at).isoformat(),
        }  # fmt: skip
        key = key_of("feed_gap", self._stream, str(record.offset), record.key)
        tell("feed_gap", key, self._clock(), to=(RISK,), detail=detail)
