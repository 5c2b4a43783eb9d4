"""Sessions with a gap: what is open when one ends, or opened before the next, breaks the rule."""

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from propdesk.domain.clock import DayClock
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import TimePassed
from propdesk.domain.rulebook import Clock
from propdesk.domain.rules.flat_by import FlatBy
from propdesk.domain.terms import Effect, TermsError
from tests import story
from tests.domain.rules.histories import (
    CATALOGUE,
    SIZE,
    at,
    buy,
    close,
    outcomes,
    quote,
    reported,
    start,
)

RULE = FlatBy(before="session_end", effects=(Effect(kind="warn"),))
CHICAGO = Clock(zone="America/Chicago", reset=time(17), label="end", session_end=time(15, 10))
NO_GAP = replace(CHICAGO, session_end=None)
LONG = buy("15:00", "p", day=2)  # Chicago is six hours behind until the 14th


def said(clock: Clock, *events: Any) -> list[tuple[str, str]]:
    book = replace(story.rulebook(RULE), clock=clock)
    evaluator = Evaluator(book, book.phases[0], size=SIZE, catalogue=CATALOGUE)
    evaluator.feed([start(), quote("00:00", "10000"), *events])
    return outcomes(evaluator.result())


@pytest.mark.parametrize(
    ("clock", "events", "verdicts"),
    [
        (CHICAGO, (LONG, close("21:09:59", LONG, "10000", day=2)), []),
        (CHICAGO, (LONG, TimePassed(at("21:10", 2))), [("45:10", "warn")]),
        # opened in the gap, at its first and its last moment, and as the next session begins
        (CHICAGO, (buy("21:10", "q", day=2),), [("45:10", "warn")]),
        (CHICAGO, (buy("22:59:59", "q", day=2),), [("46:59", "warn")]),
        (CHICAGO, (buy("23:00", "q", day=2),), []),
        (CHICAGO, (reported("15:00", "22:00", "1", day=2),), [("46:00", "warn")]),
        # no session ends on a Saturday or a Sunday
        (CHICAGO, (buy("21:30", "q", day=6),), []),
        # where sessions touch, only the reset itself counts
        (NO_GAP, (buy("21:30", "q", day=2),), []),
        (NO_GAP, (LONG, TimePassed(at("22:59:59", 2))), []),
        (NO_GAP, (LONG, TimePassed(at("23:00", 2))), [("47:00", "warn")]),
        (replace(CHICAGO, session_end=time(17)), (buy("21:30", "q", day=2),), []),
    ],
)
def test_between_two_sessions(clock: Clock, events: tuple[Any, ...], verdicts: Any) -> None:
    assert said(clock, *events) == verdicts


def test_what_is_booked_in_the_gap_is_of_the_day_that_ended() -> None:
    clock = CHICAGO.day_clock()
    assert clock == DayClock("America/Chicago", time(17), label_end=True, session_end=time(15, 10))
    for moment, label in (("22:59", 2), ("23:00", 3)):
        assert clock.day_of(at(moment, 2)).label.day == label


def test_the_times_are_the_clocks() -> None:
    for more in ({"at": time(15, 10)}, {"until": time(17)}, {"zone": "UTC"}):
        with pytest.raises(TermsError, match="takes its times from the clock"):
            FlatBy(before="session_end", **more)
    assert RULE.sentence() == "Be flat between the end of a session and the next one."
    held = replace(RULE, orders_too=True, exempt_asset_classes=("crypto",))
    assert held.sentence() == (
        "Be flat and cancel pending orders between the end of a session and the next one "
        "(crypto may be held)."
    )
