"""What an engine says, made durable in the order it was said: at once, or beside the judging.

A durable append is a millisecond of waiting for the disk, in which the next ticks can be judged.
It must not change what is said; what the log did not take waits, and is said again first.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from propdesk.ports.event_log import Entry, KeyReused, Writer

SAID_AT_ONCE_MAX = 256
"""What is said is made durable in parts of so many: a tick may end thousands, and the first of them
is not to wait for the last. An append has a price of its own, whatever it holds."""
SAID_BESIDE_MIN = 32
"""Beside the judging the parts may be smaller: nobody waits for them."""
WAITING_MAX = 2_000


class Saying:
    """The entries on their way to the log. Belongs to one thread; ``beside`` it uses another."""

    def __init__(
        self, writer: Writer, alarm: Callable[[str], None], *, beside: bool = False
    ) -> None:
        self.writer = writer
        self.waiting: list[Entry] = []
        self._alarm = alarm
        self._thread = ThreadPoolExecutor(1, "saying") if beside else None
        self._under_way: tuple[Future[None], list[Entry]] | None = None

    @property
    def is_done(self) -> bool:
        """Whether all that was said is durable."""
        return not self.waiting and self._under_way is None

    def keep_up(self) -> None:
        """Begin to make durable what waits, where enough does."""
        count = len(self.waiting)
        if count >= (SAID_AT_ONCE_MAX if self._thread is None else SAID_BESIDE_MIN):
            self.hand_over(patiently=count >= WAITING_MAX)

    def hand_over(self, *, patiently: bool = False) -> None:
        """Begin to make durable what waits; ``patiently``: also where others are under way.

        Raises what the log raised since: then nothing is lost, and it is tried again.
        """
        under_way = self._under_way
        if under_way is not None and not patiently and not under_way[0].done():
            return  # what waits goes with what comes
        self._end()
        if not self.waiting:
            return
        if self._thread is None:
            self._append(self.waiting)
            self.waiting.clear()
            return
        handed, self.waiting = self.waiting, []
        self._under_way = self._thread.submit(self._append, handed), handed

    def finish(self) -> None:
        """Make all durable that was said. Raises what the log raises."""
        while not self.is_done:
            self.hand_over(patiently=True)

    def close(self) -> None:
        """Use no other thread any more; what waits stays where it is."""
        if self._thread is not None:
            self._thread.shutdown()

    def _end(self) -> None:
        """Wait for what is under way. What the log did not take waits again, first."""
        if self._under_way is None:
            return
        (future, handed), self._under_way = self._under_way, None
        try:
            future.result()
        except Exception:
            self.waiting[:0] = handed
            raise

    def _append(self, entries: Sequence[Entry]) -> None:
        try:
            self.writer.append(entries)
        except KeyReused as reused:
            # Said before, in other words: by a version that judged otherwise. The first stands.
            self._alarm(f"said otherwise before: {reused}")
            for each in entries:
                self._append_one(each)

    def _append_one(self, entry: Entry) -> None:
        try:
            self.writer.append([entry])
        except KeyReused as reused:
            self._alarm(str(reused))
