"""Which part of the world's trading day a moment lies in: Asia, London or New York.

The three divide the whole day, so that a trade belongs to exactly one. They are for statistics;
no rule is judged by them (what a rulebook calls a session is an event of its own).
"""

from datetime import datetime, time
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from propdesk.domain.instants import datetime_of

TradingSession: TypeAlias = Literal["asia", "london", "new_york"]
SESSIONS: tuple[TradingSession, ...] = ("asia", "london", "new_york")

_OPENS = time(8)
_CLOSES = time(17)
_NEW_YORK = ZoneInfo("America/New_York")
_LONDON = ZoneInfo("Europe/London")


def session_of(at: int) -> TradingSession:
    """The session of a moment, by wall clocks and so with each city's daylight saving.

    New York is 08:00 to 17:00 in New York. London is 08:00 in London until New York opens. Asia
    is the rest: from New York's close until London opens.
    """
    moment = datetime_of(at)
    if _OPENS <= _wall(moment, _NEW_YORK) < _CLOSES:
        return "new_york"
    # In London's late evening New York has closed, and Asia's morning begins.
    if _OPENS <= _wall(moment, _LONDON) < _CLOSES:
        return "london"
    return "asia"


def _wall(moment: datetime, zone: ZoneInfo) -> time:
    return moment.astimezone(zone).time()
