"""The windows ahead of an account, on the clock that judges and on the trader's own."""

from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string

from propdesk.domain.instants import HOUR, MINUTE, parse_instant
from propdesk.web.portal_figures import _news
from propdesk.wire.account_figures import ComingNews

RELEASE_AT = parse_instant("2026-12-04T13:30:00Z")


def card(zone: str, at: int = RELEASE_AT - 2 * HOUR) -> str:
    window = ComingNews(
        title="Payrolls", release_at=RELEASE_AT, begins=RELEASE_AT - 2 * MINUTE,
        ends=RELEASE_AT + 2 * MINUTE, rule="news", restricts=("open",), symbols=("EURUSD",),
    )  # fmt: skip
    figures = SimpleNamespace(zone="Europe/Prague", news=[_news(window, at)])
    who = SimpleNamespace(person=SimpleNamespace(time_zone=zone))
    drawn = render_to_string("web/portal/news.html", {"figures": figures, "who": who})
    return " ".join(drawn.split())


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Europe/Prague", "4 Dec 2026, 14:28:00 – 14:32:00 Europe/Prague · begins in"),
        ("Asia/Tokyo", "Europe/Prague (4 Dec 2026, 22:28:00 – 22:32:00 Asia/Tokyo) · begins in"),
    ],
)
def test_both_clocks_stand_where_they_differ(zone: str, told: str) -> None:
    assert told in card(zone)
    assert "EURUSD" in card(zone)


def test_a_window_that_has_begun_says_when_it_ends() -> None:
    assert "ends in 2 min" in card("UTC", RELEASE_AT)
