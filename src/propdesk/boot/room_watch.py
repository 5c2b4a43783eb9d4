"""Watches how near accounts are to their limits, and has their traders warned.

It asks the running engine, as a page does. It must not judge: a breach is the engine's to say, and
no warning is no promise.
"""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from propdesk.crm.notices.actions.warn_of_room import LEVELS, Room, warn_of_room
from propdesk.domain.exact import parse_decimal
from propdesk.domain.instants import datetime_of
from propdesk.ports.live_accounts import EngineAway
from propdesk.wire.live_state import Board, BoardRow

ROWS = 500
ROWS_MAX = 20_000
"""In one look: nearest first, so that what is left out is further from its limit."""
LOOK_S = 1.0
SHARE = 20
"""It rests so many times as long as it was answered: the engine judges nothing while it answers,
and a warning may be late where a verdict may not."""


class Boards(Protocol):
    """So much of ``LiveAccounts`` as is asked here."""

    def board(self, *, limit: int = 50, after: str | None = None) -> Board:
        """Accounts by distance to breach, nearest first. Raises ``EngineAway``."""


class RoomWatch:
    """Remembers what it had told, so that the database is asked about news alone."""

    def __init__(self, accounts: Boards, clock: Callable[[], datetime]) -> None:
        self._accounts = accounts
        self._clock = clock
        self._told: dict[tuple[str, str], tuple[str, int]] = {}

    def look(self) -> int:
        """How many were warned. Raises ``EngineAway``."""
        news = [room for room in self._rooms() if self._is_news(room)]
        warned = warn_of_room(news, self._clock()) if news else 0
        for room in news:
            self._told[room.account, room.rule] = (f"{room.at:%Y-%m-%d}", room.level)
        return warned

    def run(self, over: threading.Event, *, timer_s: Callable[[], float] = time.monotonic) -> None:
        """Look every second, or as rarely as ``SHARE`` asks, until ``over`` is set. Raises what
        the database raises."""
        rest_s = LOOK_S
        while not over.wait(rest_s):
            begun = timer_s()
            try:
                self.look()
            except EngineAway:
                rest_s = LOOK_S  # pages say so; there is nothing to warn of
            else:
                rest_s = max(LOOK_S, SHARE * (timer_s() - begun))

    def _rooms(self) -> Iterator[Room]:
        after: str | None = None
        for _ in range(ROWS_MAX // ROWS):
            board = self._accounts.board(limit=ROWS, after=after)
            for row in board.rows:
                level = _level(row)
                if level is None:
                    return
                if level and row.status == "active":
                    yield _room(row, level)
            if board.next is None:
                return
            after = board.next

    def _is_news(self, room: Room) -> bool:
        day, level = self._told.get((room.account, room.rule), ("", 0))
        return day != f"{room.at:%Y-%m-%d}" or level < room.level


def _level(row: BoardRow) -> int | None:
    """The highest level that is used up, 0 where the row says nothing; None: none is, nor of any
    row behind it."""
    if row.nearest is None or row.equity is None:
        return 0
    used = 100 - parse_decimal(row.nearest.room_percent)
    reached = [level for level in LEVELS if used >= Decimal(level)]
    return max(reached) if reached else None


def _room(row: BoardRow, level: int) -> Room:
    nearest = row.nearest
    assert nearest is not None, "a row without a limit has no level"  # noqa: S101
    return Room(
        account=row.account,
        rule=nearest.rule,
        level=level,
        left=nearest.room,
        floor=nearest.floor,
        equity=row.equity or "",
        at=datetime_of(row.at),
    )
