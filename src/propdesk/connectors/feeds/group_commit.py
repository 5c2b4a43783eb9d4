"""The sequencer's one thread: whatever arrived while an append was in flight goes into the next.

What waits is bounded: where the queue is full the sender waits, and nothing is lost. An answer is
given when what it speaks of is durable. It must not decide an order; the sequencer does.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from threading import Condition, Thread

import structlog

from propdesk.connectors.feeds.deliveries import (
    BackFillCame,
    Delivery,
    EventsCame,
    FeedLost,
    QuotesCame,
)
from propdesk.connectors.feeds.sequencer import Sequencer, delivery_key
from propdesk.ports.event_log import (
    APPEND_BYTES_MAX,
    Entry,
    Fenced,
    KeyReused,
    LogUnavailable,
    Uncertain,
    Writer,
)
from propdesk.ports.intake import Accepted, FeedQuote, Intake, IntakeAway
from propdesk.wire.log_records import Delivered

WAITING_MAX = 200_000
"""Quotes and events that may wait: a second of the fastest market, some fifty megabytes."""
TAKEN_MAX = 50_000
"""Quotes and events of one append: it is to take milliseconds, not a second."""
LOOK_S = 0.1
"""How long it sleeps at most: the time passes and symbols fall silent with nothing arriving."""
RETRY_S_FIRST, RETRY_S_LAST = 0.05, 2.0
CHUNK_BYTES_MAX = APPEND_BYTES_MAX // 2

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Waiting:
    delivery: Delivery
    weight: int
    answer: "Future[Accepted]"


class GroupCommit(Intake):
    """Takes deliveries from any thread and appends them in the order in which they came.

    ``clock`` gives microseconds. Once another sequencer has taken the streams over, or an append
    failed for good, every delivery is answered with ``IntakeAway`` and ``failure`` says why.
    """

    def __init__(
        self,
        sequencer: Sequencer,
        writer: Writer,
        *,
        clock: Callable[[], int],
        waiting_max: int = WAITING_MAX,
    ) -> None:
        self._sequencer, self._writer, self._clock = sequencer, writer, clock
        self._waiting_max = waiting_max
        self._queue: deque[_Waiting] = deque()
        self._weight = 0
        self._changed = Condition()
        self._stopping = False
        self.failure: Exception | None = None
        self._thread = Thread(target=self._run, name="sequencer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Append what waits, answer it, and end. What comes later is answered ``IntakeAway``."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()

    def join(self, timeout_s: float | None = None) -> bool:
        """Whether the thread has ended: it was stopped, or ``failure`` says why."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    # -- the port ----------------------------------------------------------------------------
    def quotes(self, feed: str, quotes: Sequence[FeedQuote]) -> Accepted:
        return self.submit(QuotesCame(feed, quotes, self._clock())).result()

    def back_fill(
        self, feed: str, quotes: Sequence[FeedQuote], *, whole: Sequence[tuple[str, int]] = ()
    ) -> Accepted:
        return self.submit(BackFillCame(feed, quotes, whole, self._clock())).result()

    def events(self, events: Sequence[Delivered], *, source: str, key: str) -> Accepted:
        return self.submit(EventsCame(source, key, events, self._clock())).result()

    def feed_lost(self, feed: str) -> Accepted:
        return self.submit(FeedLost(feed, self._clock())).result()

    def submit(self, delivery: Delivery) -> "Future[Accepted]":
        """Hand a delivery in; waits while the queue is full. Raises ``IntakeAway``."""
        waiting = _Waiting(delivery, _weight_of(delivery), Future())
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._has_room(waiting.weight))
            return self._put(waiting)

    def try_submit(self, delivery: Delivery) -> "Future[Accepted] | None":
        """As ``submit``, but None where it would wait."""
        waiting = _Waiting(delivery, _weight_of(delivery), Future())
        with self._changed:
            return self._put(waiting) if self._has_room(waiting.weight) else None

    def _has_room(self, weight: int) -> bool:
        # A delivery larger than the whole queue goes in alone.
        return not self._queue or self._weight + weight <= self._waiting_max

    def _put(self, waiting: _Waiting) -> "Future[Accepted]":
        if self._stopping:
            raise IntakeAway(str(self.failure or "the sequencer is stopping"))
        self._queue.append(waiting)
        self._weight += waiting.weight
        self._changed.notify_all()
        return waiting.answer

    # -- the thread --------------------------------------------------------------------------
    def _run(self) -> None:
        taken: list[_Waiting] = []
        try:
            while (found := self._take()) is not None:
                taken = found
                self._append(taken)
        except Exception as error:  # noqa: BLE001 - whatever it is, every sender must be told
            self._fail(error, taken)

    def _take(self) -> list[_Waiting] | None:
        """What is next, perhaps nothing; None at the end."""
        with self._changed:
            if not self._queue and not self._stopping:
                self._changed.wait(LOOK_S)
            if not self._queue and self._stopping:
                return None
            taken: list[_Waiting] = []
            weight = 0
            while self._queue and (not taken or weight + self._queue[0].weight <= TAKEN_MAX):
                taken.append(self._queue.popleft())
                weight += taken[-1].weight
            self._weight -= weight
            self._changed.notify_all()
            return taken

    def _append(self, taken: Sequence[_Waiting]) -> None:
        plan = self._sequencer.plan([each.delivery for each in taken], self._clock())
        accepted = list(plan.accepted)
        entries = list(plan.entries)
        retry_s = RETRY_S_FIRST
        while entries:
            chunk = _chunk_of(entries)
            try:
                self._sequencer.appended(chunk, self._writer.append(chunk))
            except KeyReused as error:
                number = _whose(taken, error)
                entries = _without(entries, taken[number].delivery)
                accepted[number] = replace(accepted[number], events=0, refused=(str(error),))
            except (Uncertain, LogUnavailable) as error:
                # The same entries again: their keys make that safe, and the order is kept.
                _log.warning("append_failed", error=str(error), retry_s=retry_s)
                self._pause(retry_s)
                retry_s = min(2 * retry_s, RETRY_S_LAST)
            else:
                del entries[: len(chunk)]
                retry_s = RETRY_S_FIRST
        # After this point everything is durable.
        for each, answer in zip(taken, accepted, strict=True):
            each.answer.set_result(answer)

    def _pause(self, seconds: float) -> None:
        """Wait for the log; one that is to stop does not wait for ever."""
        with self._changed:
            if self._changed.wait_for(lambda: self._stopping, seconds):
                raise LogUnavailable("stopped while the log could not be written")

    def _fail(self, error: Exception, taken: Sequence[_Waiting]) -> None:
        if isinstance(error, Fenced | LogUnavailable):
            _log.warning("sequencer_ended", error=str(error))
        else:
            _log.error("sequencer_failed", exc_info=error)
        with self._changed:
            self.failure, self._stopping = error, True
            waiting = [*taken, *self._queue]
            self._queue.clear()
            self._changed.notify_all()
        for each in waiting:
            if not each.answer.done():
                each.answer.set_exception(IntakeAway(f"{type(error).__name__}: {error}"))


def _weight_of(delivery: Delivery) -> int:
    match delivery:
        case QuotesCame() | BackFillCame():
            return 1 + len(delivery.quotes)
        case EventsCame():
            return 1 + len(delivery.events)
        case FeedLost():
            return 1


def _chunk_of(entries: Sequence[Entry]) -> list[Entry]:
    """As many of the first entries as one append may be, and at least one."""
    size = 0
    for number, entry in enumerate(entries):
        size += len(entry.body)
        if number and size > CHUNK_BYTES_MAX:
            return list(entries[:number])
    return list(entries)


def _whose(taken: Sequence[_Waiting], error: KeyReused) -> int:
    """The delivery whose key it is. Raises the error where it is none's: the log is not ours."""
    for number, each in enumerate(taken):
        if isinstance(each.delivery, EventsCame) and _is_of(error.key, each.delivery):
            return number
    raise error


def _without(entries: Sequence[Entry], delivery: Delivery) -> list[Entry]:
    return [
        each
        for each in entries
        if not (isinstance(delivery, EventsCame) and _is_of(each.key, delivery))
    ]


def _is_of(key: str, delivery: EventsCame) -> bool:
    return key.rpartition("/")[0] == delivery_key(delivery, 0).rpartition("/")[0]
