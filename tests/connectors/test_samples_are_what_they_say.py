"""The samples the web page offers: the real forms, quotes without a hole, made by the script."""

import gzip
import json
from decimal import Decimal
from pathlib import Path

import pytest
from scripts.make_samples import FOLDER, SAMPLES, described, made

from propdesk.connectors.history import read_history
from propdesk.connectors.merging import merge
from propdesk.connectors.quotes.source import open_quotes
from propdesk.domain.events import AccountReported, Deal, GapOpened, Quote
from propdesk.domain.instants import format_instant

LISTED = json.loads((FOLDER / "samples.json").read_text())
EVERY = pytest.mark.parametrize("sample", LISTED, ids=[sample["name"] for sample in LISTED])


def test_the_script_makes_exactly_what_is_shipped() -> None:
    assert [described(sample) for sample in SAMPLES] == LISTED
    for sample, words in zip(SAMPLES, LISTED, strict=True):
        page, quotes = made(sample)
        assert page == (FOLDER / words["statement"]).read_bytes()
        shipped = gzip.decompress((FOLDER / words["quotes"]).read_bytes())
        assert gzip.decompress(quotes) == shipped


def test_the_samples_are_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 300_000


@EVERY
def test_a_samples_quotes_have_no_hole(sample: dict[str, str]) -> None:
    history = read_history(FOLDER / sample["statement"], source_zone=sample["source_zone"])
    events = list(merge(history, open_quotes([FOLDER / sample["quotes"]])))
    assert history.opening_balance == Decimal(sample["size"])
    assert not [event for event in events if isinstance(event, GapOpened)]
    assert sum(isinstance(event, Quote) for event in events) > 1000


def _equity(path: Path, quotes: Path) -> list[tuple[str, Decimal]]:
    """Equity at every quote, by hand: all samples trade what is quoted in their currency."""
    history = read_history(path)
    balance, held, worth = history.opening_balance, {}, []
    prices: dict[str, Quote] = {}
    for event in merge(history, open_quotes([quotes])):
        if isinstance(event, Deal):
            balance += event.profit + event.swap + event.commission
            if event.entry == "in":
                held[event.position] = event
            else:
                del held[event.position]
        elif isinstance(event, Quote):
            prices[event.symbol] = event
            floating = Decimal(0)
            for deal in held.values():
                price = prices[deal.symbol]
                moved = price.bid - deal.price if deal.side == "buy" else deal.price - price.ask
                floating += moved * deal.lots * 100_000
            worth.append((format_instant(event.at), balance + floating))
        elif isinstance(event, AccountReported):
            assert event.balance == balance
    return worth


def test_the_passing_sample_ends_above_its_target_and_was_never_near_a_limit() -> None:
    name = FOLDER / "mt5-passes-challenge.html"
    worth = _equity(name, FOLDER / "mt5-passes-challenge.quotes.csv.gz")
    assert worth[-1][1] > 110_000
    assert min(equity for _, equity in worth) > 96_000


def test_the_breaching_sample_falls_below_the_days_floor_only_between_its_deals() -> None:
    name = FOLDER / "mt5-breaches-daily-loss.html"
    worth = _equity(name, FOLDER / "mt5-breaches-daily-loss.quotes.csv.gz")
    history = read_history(name)
    day = [equity for at, equity in worth if at.startswith("2026-03-11")]
    start = next(equity for at, equity in reversed(worth) if at.startswith("2026-03-10"))
    assert min(day) < start - Decimal(5000)
    assert min(day) > start - Decimal(7000)
    assert day[-1] > start - Decimal(2500)
    assert history.stated_balance is not None
    assert history.stated_balance > 98_000


def test_the_running_sample_ends_with_an_open_position() -> None:
    name = FOLDER / "mt4-still-running.htm"
    worth = _equity(name, FOLDER / "mt4-still-running.quotes.csv.gz")
    *_, report = read_history(name).events
    assert isinstance(report, AccountReported)
    # The platform's equity counts the commission that is not booked yet: two lots at seven.
    assert report.equity == worth[-1][1] - 14
