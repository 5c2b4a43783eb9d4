"""What each kind of row of a statement becomes, on statements small enough to read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from scripts.statement_pages import Trade, mt4_page, mt5_page

from propdesk.connectors.history import History, read_history
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import (
    AccountOpened,
    AccountReported,
    BalanceAdjusted,
    Deal,
    OrderSeen,
)
from propdesk.domain.instants import micros_of
from tests.connectors.made_pages import HEAD_MT4, HEAD_MT5, MT4, MT5, TRADES

D = Decimal
ENCODINGS = [
    ("utf-8", b""),
    ("utf-8", b"\xef\xbb\xbf"),
    ("utf-16-le", b"\xff\xfe"),
    ("utf-16-be", b"\xfe\xff"),
    ("utf-16-le", b""),
]


def read(page: str, **options: str) -> History:
    return read_history(page.encode(), "page.htm", **options)  # type: ignore[arg-type]


def deals(history: History) -> list[Deal]:
    return [event for event in history.events if isinstance(event, Deal)]


@pytest.mark.parametrize("page", [MT4, MT5], ids=["mt4", "mt5"])
@pytest.mark.parametrize(("encoding", "mark"), ENCODINGS)
def test_a_statement_is_read_in_every_encoding_terminals_write(page, encoding, mark) -> None:
    history = read_history(mark + page.encode(encoding), "page.htm")
    assert history.stated_balance == D("9991.80")


@pytest.mark.parametrize(
    ("encoding", "word"), [("gb18030", "交易品种报告"), ("cp1251", "Отчёт о торговле за месяц")]
)
def test_a_name_in_an_old_code_page_does_not_hinder(encoding, word) -> None:
    page = MT4.replace("Name: Sample", f"Name: {word * 3}")
    assert read_history(page.encode(encoding), "page.htm").closed_trades == 2


@pytest.mark.parametrize("page", [MT4, MT5], ids=["mt4", "mt5"])
def test_times_are_the_servers_unless_a_zone_is_named(page) -> None:
    # 2026-03-02: New York is at UTC-5, so the server is at UTC+2.
    assert deals(read(page))[0].at == micros_of(datetime(2026, 3, 2, 8, tzinfo=UTC))
    plain = read(page, source_zone="UTC")
    assert deals(plain)[0].at == micros_of(datetime(2026, 3, 2, 10, tzinfo=UTC))
    assert plain.source_zone == "UTC"
    with pytest.raises(Unreadable, match="neither 'server' nor an IANA time zone"):
        read(page, source_zone="Atlantis/Capital")


@pytest.mark.parametrize("page", [MT4, MT5], ids=["mt4", "mt5"])
def test_a_trade_is_two_deals_with_what_was_booked(page) -> None:
    history = read(page)
    opened, closed, *_ = deals(history)
    assert (opened.entry, opened.side, opened.lots, opened.price) == (
        "in", "buy", D("1.00"), D("1.08000"),
    )  # fmt: skip
    assert (opened.stop, opened.target) == (D("1.07500"), D("1.08100"))
    assert (closed.entry, closed.side, closed.price) == ("out", "sell", D("1.08100"))
    assert closed.position == opened.position
    assert closed.reason == "take_profit"
    assert opened.commission + closed.commission == D("-7.00")
    assert deals(history)[2].stop is None
    assert (history.symbols, history.closed_trades) == (("EURUSD", "GBPUSD"), 2)


def test_a_closing_line_reports_what_the_file_states() -> None:
    *_, last = read(MT4).events
    assert isinstance(last, AccountReported)
    assert (last.balance, last.equity) == (D("9991.80"), D("9991.80"))


ROW_AFTER = "<tr><td colspan=10></td><td>"


def mt4_with_rows(rows: str, moved: str, balance: str) -> str:
    page = MT4.replace(ROW_AFTER, rows + ROW_AFTER, 1)
    page = page.replace("Deposit/Withdrawal:</b></td><td colspan=2>10 000.00",
                        f"Deposit/Withdrawal:</b></td><td colspan=2>{moved}")  # fmt: skip
    return page.replace("Balance:</b></td><td colspan=2>9 991.80",
                        f"Balance:</b></td><td colspan=2>{balance}").replace(
        "Equity:</b></td><td>9 991.80", f"Equity:</b></td><td>{balance}")  # fmt: skip


def balance_row(ticket: int, time: str, comment: str, amount: str, kind: str = "balance") -> str:
    return (
        f'<tr><td title="{comment}">{ticket}</td><td>{time}</td><td>{kind}</td>'
        f"<td colspan=10>{comment}</td><td>{amount}</td></tr>\n"
    )


@pytest.mark.parametrize(
    ("comment", "amount", "moved", "balance", "kind"),
    [
        ("Withdrawal", "-500.00", "9 500.00", "9 491.80", "withdrawal"),
        ("Deposit by card", "500.00", "10 500.00", "10 491.80", "deposit"),
        ("Payout 12", "-500.00", "9 500.00", "9 491.80", "payout"),
        ("Financing", "-0.08", "9 999.92", "9 991.72", "fee"),
        ("Interest", "0.08", "10 000.08", "9 991.88", "refund"),
        ("Bonus 5%", "500.00", "10 500.00", "10 491.80", "bonus"),
        ("ADJUSTMENT", "-500.00", "9 500.00", "9 491.80", "correction"),
        ("ref 8812", "-500.00", "9 500.00", "9 491.80", "withdrawal"),
    ],
)
def test_a_booking_without_a_trade_has_a_kind(comment, amount, moved, balance, kind) -> None:
    row = balance_row(200, "2026.03.05 09:00:00", comment, amount)
    history = read(mt4_with_rows(row, moved, balance))
    [adjusted] = [event for event in history.events if isinstance(event, BalanceAdjusted)]
    assert (adjusted.kind, adjusted.amount, adjusted.id) == (kind, D(amount), "200")


def test_a_cancelled_order_is_placed_and_cancelled() -> None:
    row = (
        '<tr><td title="cancelled">200</td><td>2026.03.05 09:00:00</td><td>sell limit</td>'
        "<td>0.10</td><td>eurusd</td><td>1.09000</td><td>0.00000</td><td>0.00000</td>"
        "<td>2026.03.05 10:00:00</td><td>1.08500</td><td colspan=4>cancelled</td></tr>\n"
    )
    history = read(mt4_with_rows(row, "10 000.00", "9 991.80"))
    orders = [event for event in history.events if isinstance(event, OrderSeen)]
    assert [(order.action, order.kind, order.side) for order in orders] == [
        ("placed", "limit", "sell"),
        ("cancelled", "limit", "sell"),
    ]


def test_open_trades_are_deals_without_an_end() -> None:
    floating = replace(
        TRADES[1], ticket=105, closed="", opened="2026.03.06 09:00:00", profit=D("-25.00")
    )
    history = read(mt4_page(HEAD_MT4, [*TRADES, floating]))
    last = deals(history)[-1]
    assert (last.id, last.entry) == ("105/in", "in")
    *_, report = history.events
    assert isinstance(report, AccountReported)
    assert report.equity == D("9991.80") - D("26.20")
    assert any("1 trades are open" in note for note in history.notes)


def part(ticket: int, lots: str, closed: str, profit: str, comment: str) -> Trade:
    return replace(
        TRADES[0], ticket=ticket, lots=D(lots), closed=closed, profit=D(profit), comment=comment
    )


def test_the_rests_of_a_partial_close_stay_one_position() -> None:
    parts = [
        part(101, "0.60", "2026.03.02 11:00:00", "60.00", "to #102"),
        part(102, "0.30", "2026.03.02 12:00:00", "30.00", "from #101"),
        part(104, "0.10", "2026.03.02 13:00:00", "10.00", "from #102"),
    ]
    booked = deals(read(mt4_page(HEAD_MT4, parts)))
    assert [(deal.position, deal.entry, deal.lots) for deal in booked] == [
        ("101", "in", D("1.00")),
        ("101", "out", D("0.60")),
        ("101", "out", D("0.30")),
        ("101", "out", D("0.10")),
    ]


def test_a_from_comment_that_does_not_fit_makes_no_one_position() -> None:
    other = replace(TRADES[1], comment="from #101")
    assert {deal.position for deal in deals(read(mt4_page(HEAD_MT4, [TRADES[0], other])))} == {
        "101",
        "103",
    }


def netted(*rows: tuple[str, str, str, str, str, str], balance: str) -> str:
    """An MT5 report whose deals are (time, side, direction, lots, profit, balance after)."""
    lines = "".join(
        f"<tr><td>{time}</td><td>{9100 + n}</td><td>EURUSD</td><td>{side}</td><td>{way}</td>"
        f'<td>{lots}</td><td>1.08000</td><td>{500 + n}</td><td class="hidden"></td><td>0.00</td>'
        f"<td>0.00</td><td>0.00</td><td>{profit}</td><td>{after}</td><td></td></tr>\n"
        for n, (time, side, way, lots, profit, after) in enumerate(rows)
    )
    page = mt5_page(HEAD_MT5, [], kept="Netting")
    page = page.replace('<tr><td colspan="8">', lines + '<tr><td colspan="8">', 1)
    head, sums, tail = page.rpartition("<td>10 000.00</td><td>10 000.00</td>")
    assert sums
    return head + f"<td>{balance}</td><td>{balance}</td>" + tail.replace("10 000.00", balance)


def test_a_netting_account_keeps_one_position_through_a_reversal() -> None:
    page = netted(
        ("2026.03.02 10:00:00", "buy", "in", "1", "0.00", "10 000.00"),
        ("2026.03.02 10:05:00", "buy", "in", "1", "0.00", "10 000.00"),
        ("2026.03.02 10:10:00", "sell", "out", "0.5", "25.00", "10 025.00"),
        ("2026.03.02 10:20:00", "sell", "in/out", "2.5", "75.00", "10 100.00"),
        ("2026.03.02 10:30:00", "buy", "out", "1", "-10.00", "10 090.00"),
        ("2026.03.02 10:40:00", "sell", "in", "1", "0.00", "10 090.00"),
        balance="10 090.00",
    )
    history = read(page)
    assert history.netting
    assert [(deal.entry, deal.position) for deal in deals(history)] == [
        ("in", "500"),
        ("in", "500"),
        ("out", "500"),
        ("inout", "500"),
        ("out", "500"),
        ("in", "505"),
    ]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("sell", "out")], "closes a position that was not opened before"),
        ([("buy", "in"), ("sell", "in")], "this account is not netting"),
        ([("buy", "in"), ("sell", "in/out")], "needs a smaller open position of the other side"),
    ],
)
def test_deals_that_cannot_follow_one_another_are_refused(rows, said) -> None:
    page = netted(
        *(("2026.03.02 10:00:00", side, way, "1", "0.00", "10 000.00") for side, way in rows),
        balance="10 000.00",
    )
    with pytest.raises(Unreadable, match=said) as refused:
        read(page)
    assert refused.value.row is not None


def test_a_hedging_report_tells_two_like_positions_apart_by_their_ends() -> None:
    first = TRADES[0]
    second = replace(first, ticket=111, opened="2026.03.02 10:00:01", closed="2026.03.02 11:00:00")
    booked = deals(read(mt5_page(HEAD_MT5, [first, second])))
    assert [deal.position for deal in booked if deal.entry == "out"] == ["111", "101"]


def changed(name: str) -> Callable[[str, str], str]:
    page = {"mt4": MT4, "mt5": MT5}[name]

    def change(old: str, new: str) -> str:
        assert old in page
        return page.replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("page", "old", "new", "said"),
    [
        ("mt4", "<td>100.00</td>", "<td>100.01</td>", "profit of the rows above is 0.01"),
        ("mt4", "Balance:</b></td><td colspan=2>9 991.80",
         "Balance:</b></td><td colspan=2>9 991.81", "difference 0.01"),
        ("mt4", "Equity:</b></td><td>9 991.80", "Equity:</b></td><td>9 991.81", "stated equity"),
        ("mt5", "<td>10 093.00</td>", "<td>10 093.01</td>", "difference 0.01"),
        ("mt5", '<td colspan="2">9 991.80', '<td colspan="2">9 991.81', "difference 0.01"),
    ],
)  # fmt: skip
def test_one_minor_unit_of_difference_is_refused(page, old, new, said) -> None:
    with pytest.raises(Unreadable, match=said) as refused:
        read(changed(page)(old, new))
    assert refused.value.row is not None or "equity" in said


def test_the_account_is_asked_for_by_its_number() -> None:
    assert read(MT5, account="700").account == "700"
    with pytest.raises(Unreadable, match="is account '700', not '701'"):
        read(MT5, account="701")


def test_the_first_event_opens_the_account_with_its_first_deposit() -> None:
    first, *_ = read(MT5).events
    assert first == AccountOpened(
        "700", micros_of(datetime(2026, 3, 2, 7, tzinfo=UTC)), "USD", D("10000.00")
    )
