"""The trade list: filters, orders, pages by key, export, and the links that carry them."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from propdesk.web.trade_list import Filter, Order, as_csv, numbered, page_of_trades
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


SORTED = (
    # lots, costs, opening and closing price, opened
    ("10", "-2.00", "1.09", None, "2026-03-08T20:00:00.5Z"),
    ("9", "-10.00", "1.10", "1.2", "2026-03-08T20:00:00Z"),
    ("1.5", "0.00", "1.08", None, "2026-03-08T21:00:00Z"),
    ("1.50", "-2.00", "1.07", "1.1", "2026-03-08T19:00:00Z"),
)


def with_figures() -> dict[str, Any]:
    names = ("lots", "costs", "open_price", "close_price", "opened_at")
    pairs = zip(TRADES, SORTED, strict=True)
    return result([{**trade(*row), **dict(zip(names, more, strict=True))} for row, more in pairs])


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("", [4, 3, 2, 1]),
        ("-closed", [4, 3, 2, 1]),
        ("closed", [1, 2, 3, 4]),
        ("symbol", [1, 2, 4, 3]),
        ("-symbol", [3, 4, 2, 1]),
        ("net", [2, 3, 4, 1]),
        ("-net", [1, 4, 3, 2]),
        ("side", [1, 3, 4, 2]),
        ("lots", [3, 4, 2, 1]),  # as numbers; equal ones by their closing
        ("-costs", [3, 4, 1, 2]),
        ("opening", [4, 3, 1, 2]),
        ("closing", [4, 2, 1, 3]),  # what is not known is last,
        ("-closing", [2, 4, 1, 3]),  # whichever way
        ("opened", [4, 2, 1, 3]),  # as moments: the text of half a second is before that of none
        ("profit", [4, 3, 2, 1]),
        ("--net", [4, 3, 2, 1]),
    ],
)
def test_orders(sort: str, found: list[int]) -> None:
    asked = Order.of(sort)
    page = page_of_trades(with_figures(), Filter(), None, asked)
    assert [each["number"] for each in page.trades] == found
    seen: list[int] = []
    before: int | None = None
    for _ in found:
        page = page_of_trades(with_figures(), Filter(), before, asked, size=1)
        assert page.later == bool(seen)
        before = page.trades[-1]["number"]
        seen.append(before)
        assert page.older == ("" if len(seen) == len(found) else asked_for(asked, before))
    assert seen == found


def asked_for(order: Order, before: int) -> str:
    return f"sort={order.query}&before={before}" if order.query else f"before={before}"


def test_a_heading_says_how_it_is_sorted_and_leads_to_the_other_way() -> None:
    page = page_of_trades(result(), Filter(symbol="EURUSD"), None, Order.of("net"))
    told = {each.column.name: (each.query, each.sorted) for each in page.headings}
    assert told["net"] == ("symbol=EURUSD&sort=-net", "ascending")
    assert told["lots"] == ("symbol=EURUSD&sort=-lots", "")  # the largest are looked for
    assert told["side"] == ("symbol=EURUSD&sort=side", "")
    assert told["closed"] == ("symbol=EURUSD", "")  # the latest first need not be said
    page = page_of_trades(result(), Filter(), None)
    told = {each.column.name: (each.query, each.sorted) for each in page.headings}
    assert told["closed"] == ("sort=closed", "descending")


def test_the_export_is_what_is_shown_and_no_formula() -> None:
    evil = [{**trade(*TRADES[0]), "reason": "=cmd()", "symbol": "+EURUSD"}]
    (row,) = csv.DictReader(io.StringIO(as_csv(result(evil), Filter())))
    assert (row["symbol"], row["reason"], row["close_price"]) == ("'+EURUSD", "'=cmd()", "")
    rows = list(csv.DictReader(io.StringIO(as_csv(result(), Filter(result="lost")))))
    assert [(each["net"], each["day"]) for each in rows] == [("-5.00", "2026-03-09")]
    for sort, nets in (
        ("", ["10.00", "-5.00", "0.00", "7.00"]),
        ("net", ["-5.00", "0.00", "7.00", "10.00"]),
    ):
        rows = list(csv.DictReader(io.StringIO(as_csv(result(), Filter(), Order.of(sort)))))
        assert [each["net"] for each in rows] == nets


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
def test_the_table_is_sorted_by_links_that_keep_the_filter(client: Client, upload: Upload) -> None:
    judged = client.post("/judge", upload(quotes=("mt5-breaches-daily-loss.quotes.csv.gz",)))
    address = f"{judged['Location']}trades"
    page = client.get(f"{address}/?symbol=EURUSD&sort=net").content.decode()
    assert page.index("−1,050.00") < page.index("+1,225.00")
    assert page.count("aria-sort") == 1
    assert '<th scope="col" class="sorts num" aria-sort="ascending">' in page
    assert f'href="{address}/?symbol=EURUSD&amp;sort=-net#found"' in page
    assert '<input type="hidden" name="sort" value="net">' in page
    assert f'href="{address}.csv?symbol=EURUSD&amp;sort=net"' in page
    export = client.get(f"{address}.csv?symbol=EURUSD&sort=net").content.decode()
    assert export.index("-1050.00") < export.index("1225.00")
    overview = client.get(judged["Location"]).content.decode()
    assert "sorts" not in overview


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
