"""Every real statement reads and reconciles, or is refused with a sentence that says why."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from propdesk.connectors.history import History, new_events, read_history
from propdesk.connectors.refusal import Unreadable
from propdesk.connectors.symbols import built_in_catalogue
from propdesk.domain.events import (
    AccountOpened,
    AccountReported,
    BalanceAdjusted,
    Deal,
    OrderSeen,
)
from propdesk.domain.valuation import ARITHMETIC, Conversion, Platform, floating_profit

READS = [
    # file, kind, currency, first deposit, stated balance, closed trades, netting
    ("mt4/MT4Trade_01_magellan_en.htm", "mt4_statement", "USD", "10000.00", "12138.16", 636, False),
    ("mt4/jpyacct_DetailedStatement_7ad28d3.htm", "mt4_statement", "JPY", "200000", "459050", 292,
     False),
    ("mt4/jpyacct_DetailedStatement_a23cb05.htm", "mt4_statement", "JPY", "200000", "151396", 1761,
     False),
    ("mt4/practice1_Statement.htm", "mt4_statement", "USD", "5000.00", "4731.27", 42, False),
    ("mt4/practice1_Statement.xls", "mt4_statement", "USD", "5000.00", "4731.27", 42, False),
    ("mt4/MT4EA_tester_zh_gbk_grid.htm", "mt4_tester", "USD", "100000.00", "103853.70", 206, False),
    ("mt5/hedge_closeby_en_utf16.html", "mt5_report", "USD", "100000.00", "98676.00", 16, False),
    # The index calls this account netting; its deals open both sides at once, which only hedging
    # does (2016-08-08 10:41:17: a sell "in" against two open buys).
    ("mt5/MT5Trade5_netting_en_utf16.html", "mt5_report", "USD", "10000.00", "11333.77", 8, False),
    ("mt5/MT5EA_tester_en_utf16.html", "mt5_tester", "USD", "10000.00", "11665.38", 152, True),
]  # fmt: skip
REFUSED = [
    ("mt4/MT4Trade_oanda_en.htm", 22, "difference 900000.02"),
    ("mt4/forged_Statement.htm", 602, "difference 315929.08"),
    ("mt4/practice2_archivo_tradeview_1.xlsx", None, "a web page saved under a workbook's name"),
    ("mt4/trades.xlsx", None, "one account has to be named; the file holds 5: 20670017, 20670020"),
]


# Shown in test_tables_of_metatrader_4.py: they state no balance.
TABLES = {"mt4/practice1_Statement_1.xlsx"}


def test_every_file_of_the_folders_is_in_one_of_the_tables(shared: Path) -> None:
    there = {f"{kind}/{p.name}" for kind in ("mt4", "mt5") for p in (shared / kind).iterdir()}
    assert there == {row[0] for row in READS} | {row[0] for row in REFUSED} | TABLES


@pytest.mark.parametrize(
    ("file", "kind", "currency", "first", "stated", "closed", "netting"), READS
)
def test_a_statement_reads_and_its_rows_make_its_balance(
    shared: Path, file, kind, currency, first, stated, closed, netting
) -> None:
    history = read_history(shared / file)
    events = list(history.events)
    assert (history.kind, history.currency, history.netting) == (kind, currency, netting)
    assert (history.opening_balance, history.closed_trades) == (Decimal(first), closed)
    # The sum is made here again, from the events alone and not by the reader's own walk.
    booked = history.opening_balance
    for event in events:
        if isinstance(event, Deal):
            booked += event.profit + event.swap + event.commission + event.fee
        elif isinstance(event, BalanceAdjusted):
            booked += event.amount
    assert booked == Decimal(stated) == history.stated_balance
    assert isinstance(events[0], AccountOpened)
    assert isinstance(events[-1], AccountReported)
    assert [event.at for event in events] == sorted(event.at for event in events)


@pytest.mark.parametrize(("file", "row", "said"), REFUSED)
def test_a_file_that_must_not_be_believed_is_refused(shared: Path, file, row, said) -> None:
    with pytest.raises(Unreadable) as refused:
        read_history(shared / file)
    assert refused.value.row == row
    assert said in refused.value.reason
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("file", [row[0] for row in READS])
def test_no_position_is_closed_by_more_than_was_opened(shared: Path, file) -> None:
    left: Counter[str] = Counter()
    for deal in _deals(read_history(shared / file)):
        lots = int(deal.lots * 100)
        if deal.entry == "in":
            left[deal.position] += lots
        else:
            assert left[deal.position] >= lots, deal
            left[deal.position] -= lots


# Booked by hand at a tenth of what price and lots make: shares of one managed account's master.
MANAGED = {"6384858/out": "-0.37", "6386718/out": "0.34", "6393289/out": "0.64"}


@pytest.mark.parametrize("file", [row[0] for row in READS if row[1] != "mt4_tester"])
def test_booked_profit_is_what_price_and_lots_make_in_the_account_currency(
    shared: Path, file
) -> None:
    history = read_history(shared / file)
    seen = 0
    for opened, closed, profit in _recomputed(history):
        if closed.entry == "out_by":
            # The loss of a close-by is booked on the leg named first; the other shows nothing.
            first = closed.comment.startswith(f"#{closed.position} ")
            assert closed.profit == (profit if first else 0), closed
        elif closed.id in MANAGED:
            assert closed.comment.startswith("mam#")
            assert closed.profit == Decimal(MANAGED[closed.id]) != profit
        else:
            assert closed.profit == profit, (opened, closed)
        seen += 1
    assert seen > 0 or history.symbols == ("USDJPY",)


def test_the_testers_profits_are_net_of_a_commission_and_the_nights_swaps(shared: Path) -> None:
    history = read_history(shared / "mt4/MT4EA_tester_zh_gbk_grid.htm")
    day_us = 86_400_000_000
    for opened, closed, profit in _recomputed(history):
        nights = closed.at // day_us - opened.at // day_us
        cost = profit - closed.profit
        # 5.4 a lot for the trade, about 0.8 a lot for a night, three on Wednesdays; cents round.
        assert Decimal("0.54") <= cost <= Decimal("0.64") + Decimal("0.09") * (nights + 3), closed


def test_profit_converted_by_the_symbols_own_price_agrees_to_the_minor_unit(shared: Path) -> None:
    off = 0
    for file, *_ in READS:
        for opened, closed, profit in _recomputed(read_history(shared / file), own_price=True):
            if closed.id in MANAGED:
                continue
            # One broker converts at a price a pip or two from the deal's own.
            assert abs(closed.profit - profit) <= Decimal("0.01"), (opened, closed)
            off += closed.profit != profit
    assert off <= 8


def _deals(history: History) -> list[Deal]:
    return [event for event in history.events if isinstance(event, Deal)]


def _recomputed(history: History, *, own_price: bool = False) -> list[tuple[Deal, Deal, Decimal]]:
    """Opening, closing and recomputed profit of what needs no rate but the deal's own price."""
    catalogue = built_in_catalogue()
    opened: dict[str, list[Deal]] = {}
    found = []
    for deal in _deals(history):
        if deal.entry == "in":
            opened.setdefault(deal.position, []).append(deal)
            continue
        instrument = catalogue.get(deal.symbol)
        same = instrument.profit_currency == history.currency
        if same is own_price or not (same or instrument.base_currency == history.currency):
            continue
        fills = opened[deal.position]
        lots = sum((Fraction(fill.lots) for fill in fills), Fraction(0))
        average = sum((Fraction(f.price) * Fraction(f.lots) for f in fills), Fraction(0)) / lots
        profit = floating_profit(
            instrument,
            fills[0].side,
            deal.lots,
            average,
            deal.price,
            account_currency=history.currency,
            arithmetic=ARITHMETIC[Platform(history.platform)],
            conversion=None if same else Conversion(instrument.symbol, inverse=True),
        )
        found.append((fills[0], deal, profit))
    return found


def test_reading_the_later_export_adds_only_what_is_new(shared: Path) -> None:
    earlier = read_history(shared / "mt4/jpyacct_DetailedStatement_7ad28d3.htm")
    later = read_history(shared / "mt4/jpyacct_DetailedStatement_a23cb05.htm")
    new = list(new_events(earlier, later))
    closes = [event for event in new if isinstance(event, Deal) and event.entry == "out"]
    assert len(closes) == 1761 - 292
    assert not [event for event in new if isinstance(event, AccountOpened | BalanceAdjusted)]
    # Nothing of the earlier export is lost in the later one, and nothing is counted twice.
    ids = [event.id for event in _deals(earlier)]
    assert set(ids) <= {event.id for event in _deals(later)}
    assert {event.id for event in new if isinstance(event, Deal)}.isdisjoint(ids)
    assert len(ids) + len([e for e in new if isinstance(e, Deal)]) == len(_deals(later))


def test_reading_the_same_export_again_adds_nothing_but_the_report(shared: Path) -> None:
    history = read_history(shared / "mt5/hedge_closeby_en_utf16.html")
    assert [type(event) for event in new_events(history, history)] == [AccountReported]


def test_exports_of_two_accounts_are_not_joined(shared: Path) -> None:
    one = read_history(shared / "mt4/practice1_Statement.htm")
    other = read_history(shared / "mt4/MT4Trade_01_magellan_en.htm")
    with pytest.raises(Unreadable, match="is account '25810419', not '7400777'"):
        list(new_events(one, other))


def test_both_legs_of_a_close_by_know_each_other(shared: Path) -> None:
    history = read_history(shared / "mt5/hedge_closeby_en_utf16.html")
    legs = [deal for deal in _deals(history) if deal.entry == "out_by"]
    assert len(legs) == 10
    pairs = {(leg.position, leg.counter_position) for leg in legs}
    assert {(other, one) for one, other in pairs} == pairs


def test_what_partial_closes_leave_stays_the_same_position(shared: Path) -> None:
    history = read_history(shared / "mt4/jpyacct_DetailedStatement_7ad28d3.htm")
    parts = [deal for deal in _deals(history) if deal.position == "10884298"]
    assert [(deal.entry, deal.lots) for deal in parts] == [
        ("in", Decimal("0.05")),
        ("out", Decimal("0.04")),
        ("out", Decimal("0.01")),
    ]


def test_brokers_names_become_the_catalogues(shared: Path) -> None:
    dotted = read_history(shared / "mt4/jpyacct_DetailedStatement_a23cb05.htm").symbols
    assert {"USDJPY", "XAUUSD", "EURUSD"} <= set(dotted)
    assert not [symbol for symbol in dotted if symbol.endswith(".")]


def test_the_grid_of_the_chinese_tester_is_seen(shared: Path) -> None:
    history = read_history(shared / "mt4/MT4EA_tester_zh_gbk_grid.htm")
    placed = [e for e in history.events if isinstance(e, OrderSeen) and e.action == "placed"]
    assert len(placed) == 975
    assert {order.kind for order in placed} == {"limit"}


def test_why_a_trade_was_closed_is_read_from_its_comment(shared: Path) -> None:
    deals = _deals(read_history(shared / "mt4/jpyacct_DetailedStatement_a23cb05.htm"))
    reasons = Counter(deal.reason for deal in deals if deal.entry == "out")
    # Titles of the page, counted in its source: [tp] 606, [tp/gap] 7; [sl] 244, [sl/gap] 1 and
    # one behind "from #…".
    assert (reasons["take_profit"], reasons["stop_loss"]) == (613, 246)
