"""The public markets: who keeps which hours, the days they are shut, and a rulebook naming one."""

import csv
import gzip
import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from scripts import instruments_page

from propdesk.domain.instants import HOUR, micros_of
from propdesk.domain.rules.flat_by import FlatBy
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.markets import market_of, markets
from propdesk.wire.rulebook_file import RulebookRefused, parse_rulebook
from propdesk.wire.rulebook_schema import rulebook_schema

ROOT = Path(__file__).parents[2]
SPECS = Path(os.environ.get("PROPDESK_SHARED") or ROOT.parent / "shared") / "data" / "specs"
CATALOGUE = load_catalogue()


def at(text: str, zone: str) -> int:
    return micros_of(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("printed", "market"),
    [
        ("EURUSD.pro", "forex"), ("GOLD", "metals"), ("XAUUSDm", "metals"), ("BTCUSDT", "crypto"),
        ("DJ30", "us_indices"), ("US30.", "us_indices"), ("SPX500USD", "us_indices"),
        ("IBDE40", "german_index"), ("GER40.a", "german_index"), ("WTI", "energies"),
        ("BRENT", "brent"), ("ESZ5", "cme_equities"), ("MESH2026", "cme_equities"),
        ("6E", "cme_currencies"), ("MGCZ5", "comex_metals"), ("ZCN6", "cbot_grains"),
        ("FDAX", "eurex"), ("NOSUCH", "forex"), ("JPN225", "japanese_index"),
    ],
)  # fmt: skip
def test_an_instrument_keeps_the_hours_of_its_market(printed: str, market: str) -> None:
    assert market_of(CATALOGUE.find(printed)).name == market


@pytest.mark.parametrize("printed", ["XAU.EUR", "XAU_JPY", "EURUSDc", "VXM.c", "GC.", "ESGX", "GE"])
def test_what_could_be_something_else_is_not_known(printed: str) -> None:
    assert CATALOGUE.find(printed) is None


@pytest.mark.parametrize(
    ("printed", "symbol", "family"),
    [
        ("VXM5", "VXM5", "VX"), ("VXMM5", "VXMM5", "VX"), ("ESG5", "ESG5", "ES"),
        ("ESGH5", "ESGH5", "ESG"), ("PAMZ5", "PAMZ5", "PA"), ("10YM5", "10YM5", "10Y"),
    ],
)  # fmt: skip
def test_a_dated_future_is_of_the_longest_root(printed: str, symbol: str, family: str) -> None:
    found = CATALOGUE.get(printed)
    assert (found.symbol, found.correlated) == (symbol, family)


def test_what_the_markets_name_is_in_the_catalogue_once() -> None:
    named = [symbol for each in markets().values() for symbol in each.symbols if symbol]
    assert len(named) == len(set(named))
    assert {symbol for symbol in named if CATALOGUE.find(symbol) is None} == set()
    futures = {each.symbol for each in CATALOGUE if each.mode == "futures"}
    assert futures - set(named) == set()


@pytest.mark.parametrize(
    ("market", "moment", "open_then"),
    [
        # Thanksgiving 2025 as the exchange announced it: a pause from 12:00 to 17:00 in Chicago.
        ("cme_equities", "2025-11-27T11:59 America/Chicago", True),
        ("cme_equities", "2025-11-27T12:00 America/Chicago", False),
        ("cme_equities", "2025-11-27T17:00 America/Chicago", True),
        ("cme_equities", "2025-11-28T12:14 America/Chicago", True),
        ("cme_equities", "2025-11-28T12:15 America/Chicago", False),
        ("cme_equities", "2025-12-01T16:30 America/Chicago", False),  # the daily pause
        ("comex_metals", "2026-04-03T10:00 America/New_York", False),  # Good Friday
        ("eurex", "2026-05-01T12:00 Europe/Berlin", False),
        ("eurex", "2026-05-04T12:00 Europe/Berlin", True),
        ("uk_index", "2026-05-25T12:00 Europe/London", False),  # the spring bank holiday
        ("us_stocks", "2026-03-02T09:29 America/New_York", False),
        ("us_stocks", "2026-03-02T09:30 America/New_York", True),
        ("us_stocks", "2026-03-02T16:00 America/New_York", False),
        ("forex", "2026-03-01T16:59 America/New_York", False),
        ("forex", "2026-03-01T17:00 America/New_York", True),
        ("forex", "2034-12-25T12:00 America/New_York", False),
        ("metals", "2026-03-02T17:30 America/New_York", False),
        ("cbot_grains", "2026-03-02T08:00 America/Chicago", False),
        ("crypto", "2026-12-25T12:00 UTC", True),
    ],
)
def test_when_a_named_market_is_open(market: str, moment: str, open_then: bool) -> None:
    text, zone = moment.split(" ")
    assert markets()[market].hours.is_open(at(text, zone)) is open_then


def test_open_time_of_weeks_is_counted_whole() -> None:
    # Four weeks in March 2026 without a holiday: five times 23 hours each.
    hours = markets()["cme_equities"].hours
    since, until = (at(f"2026-03-{day}T18:00", "America/New_York") for day in ("01", "29"))
    assert hours.open_micros(since, until) == 4 * 5 * 23 * HOUR
    assert hours.open_micros(until, since) == 0


BOOK = """\
name: made
version: "1"
title: Made
effective_from: 2026-01-01
currency: USD
clock: {{zone: America/New_York, reset: "17:00"}}
phases:
  - name: one
    rules:
      - rule: flat_by
        before: break
        market: {market}
        longer_than_hours: 2
"""


def test_a_rulebook_may_name_a_market_and_keeps_its_hours() -> None:
    loaded = parse_rulebook(BOOK.format(market="cme_equities").encode(), "made.yaml")
    (terms,) = loaded.rulebook.phases[0].rules
    assert isinstance(terms, FlatBy)
    assert terms.market == markets()["cme_equities"].hours
    # The hours themselves are signed, so that a later edition of the markets changes nothing.
    assert '"market":{"closures":[{"at":"' in loaded.canonical


def test_a_market_that_is_not_known_is_refused_where_it_stands() -> None:
    with pytest.raises(RulebookRefused) as caught:
        parse_rulebook(BOOK.format(market="moon").encode(), "made.yaml")
    assert "made.yaml:12" in str(caught.value)
    assert "there is no market 'moon'; write its hours, or name forex, metals" in str(caught.value)


def test_the_schema_knows_the_names() -> None:
    rules = rulebook_schema()["$defs"]
    for rule, place in (("FlatBy", "market"), ("GapTrading", "market"), ("TradingHours", "hours")):
        enums = [
            each["enum"] for each in rules[rule]["properties"][place]["anyOf"] if "enum" in each
        ]
        assert enums == [list(markets())]
        assert "description" in rules[rule]["properties"][place]


def test_the_page_is_what_the_catalogue_says() -> None:
    page = instruments_page.PAGE.read_text(encoding="utf-8")
    assert page == instruments_page.page(), "run python scripts/instruments_page.py"
    assert "| `ES` | 2 | 50 | USD | 0.25 | 12.50 | 1 |  | cme_equities |  |" in page


def test_the_files_are_what_the_public_databases_say() -> None:
    if not SPECS.is_dir():
        pytest.skip(f"the real input data is not at {SPECS}")
    command = [sys.executable, str(ROOT / "scripts" / "make_catalogue.py"), str(SPECS), "--check"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_every_listed_holiday_of_the_source_is_shut() -> None:
    if not SPECS.is_dir():
        pytest.skip(f"the real input data is not at {SPECS}")
    with gzip.open(SPECS / "lean_market-hours-database.json.gz", "rt") as source:
        entry = json.load(source)["entries"]["Future-eurex-[*]"]
    days = [datetime.strptime(day, "%m/%d/%Y") for day in entry["holidays"]]  # noqa: DTZ007
    shut = [day for day in days if 2010 <= day.year <= 2030]
    hours = markets()["eurex"].hours
    assert len(shut) > 100
    for day in shut:
        assert not hours.is_open(at(f"{day:%Y-%m-%d}T12:00", "Europe/Berlin")), day


def test_the_public_instruments_agree_with_the_database() -> None:
    if not SPECS.is_dir():
        pytest.skip(f"the real input data is not at {SPECS}")
    with (SPECS / "lean_symbol-properties-database.csv").open() as lines:
        quoted = {
            row[1]: row[4] for row in csv.reader(lines)
            if len(row) > 7 and row[0] in {"oanda", "fxcm"} and row[2] == "forex"
        }  # fmt: skip
    assert len(quoted) > 70
    for symbol, currency in quoted.items():
        assert CATALOGUE.get(symbol).profit_currency == currency
