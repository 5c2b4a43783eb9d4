"""The trade list: filters, pages by key, export, and the links that carry them."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from propdesk.web.trade_list import Filter, as_csv, numbered, page_of_trades
from tests.web.conftest import Upload

DAYS = [
    {"day": "2026-03-09", "start": "2026-03-08T23:00:00Z", "end": "2026-03-09T23:00:00Z"},
    {"day": "2026-03-11", "start": "2026-03-10T23:00:00Z", "end": "2026-03-11T23:00:00Z"},
]
# symbol, side, closed, net
TRADES = (
    ("EURUSD", "buy", "2026-03-08T23:00:00Z", "10.00"),
    ("EURUSD", "sell", "2026-03-09T22:59:59.999Z", "-5.00"),
    ("GBPUSD", "buy", "2026-03-10T12:00:00Z", "0.00"),
    ("EURUSD", "buy", "2026-03-11T08:00:00.5Z", "7.00"),
)


def trade(symbol: str, side: str, closed: str, net: str) -> dict[str, Any]:
    return {
        "id": closed,
        "position": "P1",
        "symbol": symbol,
        "side": side,
        "lots": "1",
        "opened_at": "2026-03-08T22:00:00Z",
        "closed_at": closed,
        "open_price": "1.08000",
        "close_price": None,
        "profit": net,
        "costs": "0.00",
        "net": net,
        "partial": False,
        "reason": "",
    }


def result(trades: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"days": DAYS, "trades": [trade(*row) for row in TRADES] if trades is None else trades}


def test_each_trade_knows_its_number_its_day_and_how_it_ended() -> None:
    told = [(each["number"], each["day"], each["result"]) for each in numbered(result())]
    assert told == [
        (1, "2026-03-09", "won"),
        (2, "2026-03-09", "lost"),
        (3, "", "even"),  # between two days on which something is recorded
        (4, "2026-03-11", "won"),
    ]
    assert numbered({"days": []}) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [4, 3, 2, 1]),
        ({"symbol": "EURUSD"}, [4, 2, 1]),
        ({"side": "sell"}, [2]),
        ({"result": "won"}, [4, 1]),
        ({"result": "even"}, [3]),
        ({"day": "2026-03-09"}, [2, 1]),
        ({"symbol": "EURUSD", "side": "buy", "day": "2026-03-11"}, [4]),
        ({"symbol": "XAUUSD"}, []),
        ({"side": "sideways"}, []),
        ({"unheard": "of"}, [4, 3, 2, 1]),
    ],
)
def test_filters(asked: dict[str, str], found: list[int]) -> None:
    page = page_of_trades(result(), Filter.of(asked), None)
    assert [each["number"] for each in page.trades] == found
    assert page.found == len(found)
    assert page.symbols == ("EURUSD", "GBPUSD")
    assert page.days == ("2026-03-11", "2026-03-09")


def test_pages_follow_each_other_without_a_gap() -> None:
    seen: list[int] = []
    before: int | None = None
    for _ in range(4):
        page = page_of_trades(result(), Filter(symbol="EURUSD"), before, size=2)
        seen += [each["number"] for each in page.trades]
        assert page.later == (before is not None)
        if not page.older:
            break
        assert page.older == f"symbol=EURUSD&before={page.trades[-1]['number']}"
        before = page.trades[-1]["number"]
    assert seen == [4, 2, 1]


def test_the_export_is_what_is_shown_and_no_formula() -> None:
    evil = [{**trade(*TRADES[0]), "reason": "=cmd()", "symbol": "+EURUSD"}]
    (row,) = csv.DictReader(io.StringIO(as_csv(result(evil), Filter())))
    assert (row["symbol"], row["reason"], row["close_price"]) == ("'+EURUSD", "'=cmd()", "")
    rows = list(csv.DictReader(io.StringIO(as_csv(result(), Filter(result="lost")))))
    assert [(each["net"], each["day"]) for each in rows] == [("-5.00", "2026-03-09")]


@pytest.mark.django_db
def test_the_pages_of_a_judgement(client: Client, upload: Upload) -> None:
    judged = client.post("/judge", upload(quotes=("mt5-breaches-daily-loss.quotes.csv.gz",)))
    address = judged["Location"]
    page = client.get(f"{address}trades/?symbol=GBPUSD").content.decode()
    assert "1 trade" in page
    assert "+780.00" in page
    assert "+1,225.00" not in page
    assert "<option selected>GBPUSD</option>" in page
    export = client.get(f"{address}trades.csv?symbol=GBPUSD")
    assert export["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in export["Content-Disposition"]
    assert export.content.decode().count("\n") == 2
    for odd in ("before=x", "before=-1", f"before={'9' * 4000}", "before=²", "symbol=%00"):
        assert client.get(f"{address}trades/?{odd}").status_code == 200


@pytest.mark.django_db
def test_the_overview_tells_what_the_trades_add_up_to(client: Client, upload: Upload) -> None:
    judged = client.post("/judge", upload(quotes=("mt5-breaches-daily-loss.quotes.csv.gz",)))
    page = " ".join(client.get(judged["Location"]).content.decode().split())
    for said in (
        "<dt>Win rate</dt><dd>75 %</dd>",
        "<dt>Profit factor</dt><dd>2.5238</dd>",
        '<dt>Expectancy</dt><dd class="gain">+400.00</dd>',
        '<dt>Average win</dt><dd class="gain">+883.33</dd>',
        '<dt>Average loss</dt><dd class="loss">−1,050.00</dd>',
        "<dt>Median holding</dt><dd>2 h</dd>",
        "2026-03-11: −1,050.00, counts as a trading day",
        "All 4 trades, filters and export",
    ):
        assert said in page


@pytest.mark.django_db
def test_a_day_of_a_judgement(client: Client, upload: Upload) -> None:
    judged = client.post("/judge", upload(quotes=("mt5-breaches-daily-loss.quotes.csv.gz",)))
    address = judged["Location"]
    page = " ".join(client.get(f"{address}days/2026-03-11/").content.decode().split())
    for said in ("−1,050.00", "97,005.00", "Daily loss", "/days/2026-03-10/", "10:27:07.376"):
        assert said in page
    assert "+780.00" not in page  # a trade of another day
    first = client.get(f"{address}days/2026-03-09/").content.decode()
    assert 'rel="prev"' not in first
    assert 'rel="next"' in first
    for day in ("2026-03-20", "nonsense"):
        assert client.get(f"{address}days/{day}/").status_code == 404
