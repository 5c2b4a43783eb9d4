"""What the equity of accounts was made of before it changed, for as long as minutes are kept.

A record is written whenever a slot's shape is replaced, so its cost follows the deals and not the
accounts: about three hundred bytes each. What was dropped is known to be lost. It must not know a
price.
"""

from collections import deque

import msgspec

from propdesk.engine.layout import Ints

CHANGES_MAX = 1_000_000
"""So many of all accounts together; the oldest go first. Three hundred megabytes."""
NEVER = -1
MINUTE_BYTES = 8


class Rows(msgspec.Struct, array_like=True):
    """What a snapshot holds of it: records, oldest first, and of whom older ones are missing."""

    minute: int
    all_lost: int
    lost: dict[int, int]
    records: list[tuple[int, bytes]]


class FormerShapes:
    """By slot, oldest first: in which minute a shape ended, and its numbers as the kernel wrote
    them (``kernel_answers.equity_of``), none where nothing was anybody's equity."""

    def __init__(self) -> None:
        self.minute = 0
        """The one that runs."""
        self._of: dict[int, list[bytes]] = {}
        self._order: deque[int] = deque()  # the slots of all records, oldest first
        self._lost: dict[int, int] = {}  # by slot the last minute of which a record was dropped
        self._all_lost = NEVER

    def note(self, slot: int, numbers: Ints) -> None:
        """A slot's shape is replaced. The first of the numbers is left for the minute."""
        numbers[0] = self.minute
        self._of.setdefault(slot, []).append(numbers.tobytes())
        self._order.append(slot)
        if len(self._order) > CHANGES_MAX:
            self._drop()

    def forget(self, slot: int) -> None:
        """The slot is another account's from here on."""
        if self._of.pop(slot, None):
            self._order = deque(each for each in self._order if each != slot)
        self._lose(slot, self.minute)

    def forget_before(self, minute: int) -> None:
        """Nobody asks for what was before this minute any more."""
        while self._order and _minute_of(self._of[self._order[0]][0]) < minute:
            self._drop()
        while self._lost:
            slot, lost = next(iter(self._lost.items()))
            if lost >= minute:
                break
            del self._lost[slot]

    def of(self, slot: int, minute: int, now: bytes) -> list[bytes] | None:
        """What was in force at some moment of a minute, in its order; ``now``: what is. None: it is
        not kept."""
        if minute <= max(self._all_lost, self._lost.get(slot, NEVER)):
            return None
        found = []
        for record in self._of.get(slot, ()):
            ended = _minute_of(record)
            if ended >= minute:
                found.append(record[MINUTE_BYTES:])
            if ended > minute:
                return found
        return [*found, now]

    # -- snapshots
    def to_rows(self, bytes_max: int) -> Rows:
        """The newest records, of so many bytes."""
        found: list[tuple[int, bytes]] = []
        seen: dict[int, int] = {}
        all_lost = self._all_lost
        for slot in reversed(self._order):
            place = seen[slot] = seen.get(slot, 0) + 1
            record = self._of[slot][-place]
            bytes_max -= len(record)
            if bytes_max < 0:
                all_lost = max(all_lost, _minute_of(record))
                break
            found.append((slot, record))
        return Rows(self.minute, all_lost, self._lost, found[::-1])

    def recall(self, rows: Rows) -> None:
        """Go on where a snapshot was."""
        self.minute, self._all_lost, self._lost = rows.minute, rows.all_lost, rows.lost
        for slot, record in rows.records:
            self._of.setdefault(slot, []).append(record)
            self._order.append(slot)

    def _drop(self) -> None:
        slot = self._order.popleft()
        records = self._of[slot]
        self._lose(slot, _minute_of(records.pop(0)))
        if not records:
            del self._of[slot]

    def _lose(self, slot: int, minute: int) -> None:
        """Those lost last stand last."""
        self._lost[slot] = max(minute, self._lost.pop(slot, NEVER))


def _minute_of(record: bytes) -> int:
    return int.from_bytes(record[:MINUTE_BYTES], "little", signed=True)
