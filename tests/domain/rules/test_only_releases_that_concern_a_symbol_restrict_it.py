"""News: which releases concern a symbol, and which version of the calendar was known when."""

from dataclasses import replace
from typing import Any

import pytest

from propdesk.domain.events import NewsScheduled, TimePassed
from propdesk.domain.instruments import Catalogue
from propdesk.domain.rules.news_calendar import NewsCalendar
from propdesk.domain.terms import AppliesTo
from tests.domain.rules.histories import at, buy, instrument, quote, reported, start
from tests.domain.rules.histories import judge as judge_history
from tests.domain.rules.test_a_news_verdict_names_what_broke_it import news, release

CATALOGUE = Catalogue(
    (instrument("PAIR", "forex", base_currency="EUR", profit_currency="USD"),),
    aliases=(("EURO", "PAIR"),),
)


def restricted(symbol: str, terms: Any, *known: NewsScheduled) -> bool:
    trade = reported("12:30", "13:00", "5", symbol=symbol)
    return bool(judge_history(terms, [start(), *known, trade], catalogue=CATALOGUE).verdicts)


@pytest.mark.parametrize(
    ("symbol", "currencies", "concerned"),
    [
        ("PAIR", ("EUR",), True),
        ("PAIR", ("USD",), True),
        ("PAIR", ("JPY", "USD"), True),
        ("PAIR", ("JPY",), False),
        ("PAIR", (), False),
        ("EURO", ("EUR",), True),  # by what the catalogue says of it
        ("GBPJPY", ("GBP",), True),  # in no catalogue: its name says its currencies
        ("GBPJPY", ("JPY",), True),
        ("GBPJPY.r", ("JPY",), True),
        ("GBPJPY", ("USD",), False),
        ("GBPJP", ("GBP",), False),  # too short to be two currencies
    ],
)
def test_a_release_concerns_the_symbols_of_its_currencies(
    symbol: str, currencies: tuple[str, ...], concerned: bool
) -> None:
    assert restricted(symbol, news("open"), release(currencies=currencies)) == concerned


@pytest.mark.parametrize("targets", ["listed", "currency"])
@pytest.mark.parametrize(
    ("more", "event", "concerned"),
    [
        ({}, {"symbols": ("CL", "EURO")}, True),  # as the platform calls it
        ({}, {"symbols": ("PAIR",)}, True),  # as the catalogue does
        ({}, {"symbols": ("CL",)}, False),
        ({"instruments_by_currency": {"JPY": ("CL", "EURO")}}, {}, True),
        ({"instruments_by_currency": {"CHF": ("EURO",)}}, {}, False),
        ({"instruments_by_event": {"FARM Payrolls": ("EURO",)}}, {}, True),
        ({"instruments_by_event": {"inventories": ("EURO",)}}, {}, False),
    ],
)
def test_a_release_concerns_the_symbols_it_or_the_rulebook_names(
    targets: str, more: Any, event: Any, concerned: bool
) -> None:
    terms = news("open", targets=targets, **more)
    abroad = release(**{"currencies": ("JPY",), **event})
    assert restricted("EURO", terms, abroad) == concerned


def test_a_listed_target_does_not_read_currencies_and_all_reads_nothing() -> None:
    domestic, abroad = release(currencies=("USD",)), release(currencies=("JPY",))
    assert not restricted("PAIR", news("open", targets="listed"), domestic)
    assert restricted("PAIR", news("open", targets="all"), abroad)


@pytest.mark.parametrize(
    ("impacts", "impact", "counts"),
    [
        (("high",), "high", True),
        (("high",), "medium", False),
        (("high", "medium"), "medium", True),
        ((), "low", True),
    ],
)
def test_which_releases_count(impacts: tuple[str, ...], impact: str, counts: bool) -> None:
    terms = news("open", impacts=impacts)
    assert restricted("PAIR", terms, release(impact=impact)) == counts
    # A release that does not count hides none that does.
    both = (release("12:29", id="first", impact="none"), release())
    assert restricted("PAIR", news("open"), *both)


def test_a_rule_about_a_symbol_is_one_about_its_aliases() -> None:
    opening = buy("09:00", "P", symbol="EURO", reason="manual")
    events = (start(), quote("00:00", "10000", "PAIR"), release(), opening, TimePassed(at("13:00")))
    for instruments, verdicts in ((("PAIR",), 1), (("EURO",), 1), (("OTHER",), 0)):
        terms = news("hold", applies_to=AppliesTo(instruments=instruments))
        assert len(judge_history(terms, events, catalogue=CATALOGUE).verdicts) == verdicts


# -- the calendar itself
def calendar(*events: NewsScheduled) -> NewsCalendar:
    kept = NewsCalendar()
    for each in events:
        kept.receive(each)
    return kept


FIRST = release("12:30", id="A", known="08:00")
SECOND = release("14:00", id="B", known="08:00")
MOVED = replace(FIRST, at=at("12:00"), release_at=at("15:00"))
GONE = replace(SECOND, at=at("12:00"), withdrawn=True)
BACK = replace(SECOND, at=at("13:00"))


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        ("12:30", "14:00", "AB"),
        ("12:31", "14:00", "B"),
        ("12:30", "13:59", "A"),
        ("12:30", "12:30", "A"),
        ("12:31", "13:59", ""),
    ],
)
def test_releases_are_found_between_two_moments_both_included(
    first: str, last: str, names: str
) -> None:
    kept = calendar(SECOND, FIRST)  # whatever the order in which they came
    found = list(kept.between(at(first), at(last), at("09:00")))
    assert [each.id for each in found] == list(names)
    since = list(kept.since(at(first), at("09:00")))
    assert [each.id for each in since if each.release_at <= at(last)] == list(names)


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("12:30", "15:00", [FIRST, SECOND, GONE, MOVED]),
        ("12:31", "14:00", [SECOND, GONE]),
        ("12:00", "13:59", [FIRST]),
        ("12:31", "13:59", []),
    ],
)
def test_every_version_of_a_time_is_found_also_those_that_were_superseded(
    first: str, last: str, found: list[NewsScheduled]
) -> None:
    kept = calendar(FIRST, SECOND, MOVED, GONE)
    assert list(kept.versions(at(first), at(last))) == found


def test_a_window_told_only_when_it_had_begun_is_entered_by_who_is_still_open() -> None:
    """From 12:28 to 12:35; the release was told at 12:29, while the position was open."""
    early, late = release("20:00", id="evening"), release(known="12:29")
    trade = reported("12:00", "13:00", "5", symbol="PAIR")
    (said,) = judge_history(
        news("hold"), [start(), early, late, trade], catalogue=CATALOGUE
    ).verdicts
    assert (said.evidence["release"], said.evidence["moment"]) == (
        "payrolls",
        "2021-03-01T12:29:00Z",
    )


@pytest.mark.parametrize(
    ("known_at", "found"),
    [
        (at("08:00") - 1, []),
        (at("08:00"), [FIRST, SECOND]),
        (at("12:00") - 1, [FIRST, SECOND]),
        (at("12:00"), [MOVED]),
        (at("13:00"), [BACK, MOVED]),
    ],
)
def test_the_version_known_at_a_moment_is_the_last_one_received(
    known_at: int, found: list[NewsScheduled]
) -> None:
    kept = calendar(FIRST, SECOND, MOVED, GONE, BACK)
    assert list(kept.since(at("00:00"), known_at)) == found


def test_a_calendar_is_there_once_something_came_even_if_it_was_withdrawn() -> None:
    assert not calendar().was_there(at("20:00"))
    for kept in (calendar(replace(FIRST, withdrawn=True)), calendar(FIRST, SECOND, MOVED)):
        assert kept.was_there(at("08:00"))
        assert not kept.was_there(at("08:00") - 1)
