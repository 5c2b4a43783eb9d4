"""What is read a piece at a time is what the whole would have been, and breaks where it does."""

import json
from random import Random
from zoneinfo import ZoneInfo

import pytest

from propdesk.connectors.calendars.json_text import items_of
from propdesk.connectors.calendars.lines import lines_of
from propdesk.connectors.calendars.template import Document
from propdesk.connectors.calendars.weeks import Weeks, week_of
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.instants import DAY, parse_instant

TEXTS = ("[]", " [ ] ", "[1]", '[{"a": "b"},\n{"a": []} , null]\n', "\ufeff[ 1,2\t,3 ]")


def items(text: str) -> list[object]:
    return list(items_of(Document(name="w.json", text=text)))


@pytest.mark.parametrize("text", TEXTS)
def test_the_items_are_those_of_the_list(text: str) -> None:
    assert items(text) == json.loads(text.lstrip("\ufeff"))


@pytest.mark.parametrize(
    ("text", "row", "said"),
    [
        ("", 1, "not a list"),
        ("{}", 1, "not a list"),
        ("[", 1, "Expecting value"),
        ("[1", 1, "Expecting ',' delimiter"),
        ("[1\n,\n]", 3, "Expecting value"),
        ("[1\n2]", 2, "Expecting ',' delimiter"),
        ("[1]\n]", 2, "Extra data"),
        ('[{"a":\n"', 2, "Unterminated string"),
    ],
)
def test_a_list_that_breaks_off_is_refused_where_it_does(text: str, row: int, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        items(text)
    assert refused.value.row == row
    assert refused.value.reason.startswith(f"not JSON: {said}")


def test_a_list_too_deep_is_refused() -> None:
    with pytest.raises(Unreadable, match="not JSON that a calendar could be"):
        items("[" + "[" * 100_000)


def test_a_list_cut_anywhere_or_with_more_put_in_is_refused_as_the_whole_would_be() -> None:
    random = Random(11)
    whole = '[{"a": [1, "]"]},\n {"b": "x,y"}, "z"]'
    for _ in range(2_000):
        place = random.randrange(len(whole))
        text = whole[:place] + random.choice(["", *'[]{},:" 1']) + whole[place + 1 :]
        try:
            expected = json.loads(text)
        except ValueError:
            expected = None
        if isinstance(expected, list):
            assert items(text) == expected
        else:
            with pytest.raises(Unreadable):
                items(text)


@pytest.mark.parametrize("text", ["", "a", "a\n", "\n", "a\r\nb\n\nc", "a\x85b\n"])
def test_the_lines_are_those_between_the_feeds(text: str) -> None:
    assert list(lines_of(text)) == text.split("\n")


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_a_week_is_the_same_whenever_it_is_asked_for(zone: str) -> None:
    """Around Saturday midnight, also where clocks are put back and forth that night."""
    clock, random = ZoneInfo(zone), Random(zone)
    weeks = Weeks(clock)
    sundays = [parse_instant("2026-01-04T00:00:00Z") + 7 * DAY * n for n in range(52)]
    moments = [at + step for at in sundays for step in range(-DAY, DAY, DAY // 24)]
    moments += [week_of(at, clock).start + step for at in sundays for step in (-1, 0, 1)]
    random.shuffle(moments)
    for at in moments:
        assert weeks.of(at) == week_of(at, clock)
