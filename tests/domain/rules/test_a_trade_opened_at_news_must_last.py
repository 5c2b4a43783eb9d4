"""News: a trade opened inside a window is free if it lasts longer than the least time."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from tests.domain.rules.histories import buy, close, d, reported
from tests.domain.rules.test_a_news_verdict_names_what_broke_it import (
    NOT_KNOWN,
    judge,
    news,
    release,
    told,
)
from tests.domain.rules.verdicts import rows

HELD = news("open", min_hold_if_inside_minutes=d(3), comparison="cross")


@pytest.mark.parametrize(
    ("closed", "lasted"),
    [("12:30:30", Fraction(3, 2)), ("12:32:00", 3), ("12:32:01", None), ("14:00:00", None)],
)
@pytest.mark.parametrize("entry", ["deals", "reported"])
def test_the_time_it_lasted_stands_beside_the_least(entry: str, closed: str, lasted: Any) -> None:
    opening = buy("12:29", "P", reason="manual")
    events: tuple[Any, ...] = (opening, close(closed, opening, "10010"))
    if entry == "reported":
        events = (reported("12:29", closed, "10", position="P"),)
    evidence = told("open", "12:29:00") | {"closed": f"2021-03-01T{closed}Z"}
    found = rows(judge(HELD, release(), *events))
    expected = [(f"1 {closed}", "warn", lasted, 3, "touch", evidence)]
    assert found == ([] if lasted is None else expected)


def test_a_short_trade_opened_outside_is_free() -> None:
    opening = buy("12:27", "P", reason="manual")
    assert rows(judge(HELD, release(), opening, close("12:28", opening, "10010"))) == []


def test_a_short_trade_is_doubtful_where_nobody_said_who_opened_it() -> None:
    opening = buy("12:29", "P")
    evidence = told("open", "12:29:00") | NOT_KNOWN | {"closed": "2021-03-01T12:30:00Z"}
    found = rows(judge(HELD, release(), opening, close("12:30", opening, "10010")))
    assert found == [("1 12:30:00", "unknown", 1, 3, "touch", evidence)]


def test_a_close_inside_is_another_matter() -> None:
    terms = replace(HELD, restricts=("open", "close"))
    opening = buy("12:29", "P", reason="manual")
    closing = replace(close("12:34", opening, "10010"), reason="manual")
    found = rows(judge(terms, release(), opening, closing))
    assert [(each[2], each[5]["what"]) for each in found] == [(4, "close")]
