"""Tickets without a statement around them: a server's table and a hand-made workbook."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from propdesk.connectors.history import History, accounts_in, read_history
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import (
    AccountOpened,
    AccountReported,
    BalanceAdjusted,
    Deal,
    Event,
    OrderSeen,
)
from propdesk.domain.instants import format_instant

D = Decimal
HEADER = (
    "TICKET,LOGIN,SYMBOL,DIGITS,CMD,VOLUME,OPEN_TIME,OPEN_PRICE,SL,TP,CLOSE_TIME,COMMISSION,"
    "SWAPS,CLOSE_PRICE,PROFIT,TAXES,COMMENT"
)
NEVER = "1970-01-01 00:00:00"


def line(ticket: int, login: int, **cells: str) -> str:
    """A row of MT4_TRADES: a hundredth of a lot of EURUSD bought unless told otherwise."""
    row = {
        "TICKET": str(ticket), "LOGIN": str(login), "SYMBOL": "EURUSD", "DIGITS": "5", "CMD": "0",
        "VOLUME": "100", "OPEN_TIME": "2026-03-02 10:00:00", "OPEN_PRICE": "1.08000", "SL": "0",
        "TP": "0", "CLOSE_TIME": "2026-03-02 12:00:00", "COMMISSION": "-7.00", "SWAPS": "0",
        "CLOSE_PRICE": "1.08100", "PROFIT": "100.00", "TAXES": "0", "COMMENT": "",
    }  # fmt: skip
    return ",".join((row | cells).values())


def deposit(ticket: int, login: int, amount: str = "10000.00", **cells: str) -> str:
    at = {"OPEN_TIME": "2026-03-02 09:00:00", "CLOSE_TIME": "2026-03-02 09:00:00"}
    none = {"SYMBOL": "", "CMD": "6", "VOLUME": "1", "PROFIT": amount, "COMMENT": "Deposit"}
    return line(ticket, login, **(none | at | cells))


def table(*lines: str) -> bytes:
    return "\n".join([HEADER, *lines]).encode()


def of(history: History, kind: type[Event]) -> list[Event]:
    return [event for event in history.events if isinstance(event, kind)]


ONE = (deposit(1, 77), line(2, 77))


def test_an_account_of_a_servers_table_is_its_tickets_in_order() -> None:
    history = read_history(table(line(2, 77), deposit(1, 77)), "trades.csv", "UTC")
    assert (history.kind, history.account, history.currency) == ("mt4_trades", "77", "USD")
    opened, bought, sold = history.events
    assert isinstance(opened, AccountOpened)
    assert (opened.balance, format_instant(opened.at)) == (D(10000), "2026-03-02T09:00:00Z")
    assert isinstance(bought, Deal)
    assert (bought.id, bought.entry, bought.lots, bought.unbooked) == ("2/in", "in", D(1), D(-7))
    assert (bought.stop, bought.target, bought.side) == (None, None, "buy")
    assert isinstance(sold, Deal)
    assert (sold.id, sold.position, sold.side, sold.price) == ("2/out", "2", "sell", D("1.081"))
    assert (sold.profit, sold.commission) == (D(100), D(-7))
    assert (history.stated_balance, history.closed_trades) == (None, 1)
    assert any("nothing its rows could be reconciled with" in note for note in history.notes)


@pytest.mark.parametrize(
    ("command", "side", "kind"),
    [("2", "buy", "limit"), ("3", "sell", "limit"), ("4", "buy", "stop"), ("5", "sell", "stop")],
)
def test_a_pending_order_that_was_never_filled_is_placed_and_gone(command, side, kind) -> None:
    gone = line(3, 77, CMD=command, PROFIT="0", COMMENT="cancelled")
    expired = line(4, 77, CMD=command, PROFIT="0", COMMENT="expiration")
    works = line(5, 77, CMD=command, PROFIT="0", CLOSE_TIME=NEVER)
    history = read_history(table(*ONE, gone, expired, works), "trades.csv")
    orders = [e for e in history.events if isinstance(e, OrderSeen)]
    assert {(order.side, order.kind, order.lots) for order in orders} == {(side, kind, D(1))}
    assert [(order.id, order.action) for order in orders] == [
        ("3", "placed"),
        ("4", "placed"),
        ("5", "placed"),
        ("3", "cancelled"),
        ("4", "expired"),
    ]


@pytest.mark.parametrize("never", [NEVER, "1970.01.01 00:00:00", "1970.01.01 00:00"])
def test_a_trade_closed_in_1970_is_open(never: str) -> None:
    history = read_history(table(*ONE, line(3, 77, CMD="1", CLOSE_TIME=never)), "trades.csv")
    last = [event for event in history.events if isinstance(event, Deal) and event.id[0] == "3"]
    assert [(deal.entry, deal.side) for deal in last] == [("in", "sell")]
    assert history.closed_trades == 1
    assert any("1 trades are open at the end" in note for note in history.notes)


def test_a_credit_is_left_out_and_a_later_booking_has_a_kind() -> None:
    credit = deposit(3, 77, "500.00", CMD="7")
    paid = deposit(4, 77, "-400.00", COMMENT="Profit share", OPEN_TIME="2026-03-03 09:00:00")
    history = read_history(table(*ONE, credit, paid), "trades.csv")
    [adjusted] = of(history, BalanceAdjusted)
    assert isinstance(adjusted, BalanceAdjusted)
    assert (adjusted.id, adjusted.amount, adjusted.kind) == ("4", D(-400), "payout")
    assert any("credit of 500" in note for note in history.notes)


def test_one_of_several_accounts_has_to_be_named_and_the_others_do_not_matter() -> None:
    content = table(*ONE, deposit(3, 88), line(4, 88, PROFIT="a lot"), "", ",,")
    with pytest.raises(Unreadable, match=r"trades.csv:7: a row of 4 cells"):
        read_history(content + b",x", "trades.csv")
    content = table(*ONE, deposit(3, 88), line(4, 88, PROFIT="a lot"), "")
    assert accounts_in(content, "trades.csv") == ("77", "88")
    with pytest.raises(Unreadable, match="one account has to be named; the file holds 2: 77, 88"):
        read_history(content, "trades.csv")
    with pytest.raises(Unreadable, match="the file holds no account '99'; it holds 77, 88"):
        read_history(content, "trades.csv", account="99")
    assert read_history(content, "trades.csv", account="77").closed_trades == 1
    with pytest.raises(Unreadable, match=r"trades.csv:5: 'a lot' is not a number"):
        read_history(content, "trades.csv", account="88")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (line(3, 77, CMD="9"), "CMD '9' is no command of MetaTrader 4"),
        (line(3, 77, CMD="buy"), "CMD 'buy' is no command of MetaTrader 4"),
        (line(3, 77, VOLUME="0"), "a volume of '0' lots is not possible"),
        (line(3, 77, VOLUME="-100"), "a volume of '-100' lots is not possible"),
        (line(3, 77, SYMBOL=""), "the row names no symbol"),
        (line(3, 77, SYMBOL="MOON"), "'MOON' is not in the catalogue"),
        (line(3, 77, PROFIT="#REF!"), "'#REF!' is not a number"),
        (line(3, 77, OPEN_PRICE="0"), "'0' is not a price"),
        (line(3, 77, CLOSE_TIME="2026-03-02 09:59:59"), "before it opens"),
        (line(3, 77).replace("3,77", "three,77"), "'three' is no number of the column TICKET"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_number(row: str, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_history(table(*ONE, row), "trades.csv")
    assert said in refused.value.reason
    # A symbol is refused at the row of its deal, everything else at its own: the same one here.
    assert refused.value.row == 4


def test_a_ticket_that_stands_twice_is_refused() -> None:
    with pytest.raises(Unreadable, match="a ticket stands in the statement twice"):
        read_history(table(*ONE, line(2, 77)), "trades.csv")


@pytest.mark.parametrize(
    ("rows", "currency"),
    [
        ([line(2, 77)], "USD"),
        # A JPY profit booked in dollars rules the yen out and leaves the dollar.
        ([line(2, 77), line(3, 77, SYMBOL="USDJPY", OPEN_PRICE="150", CLOSE_PRICE="151",
               PROFIT="662.25")], "USD"),
        ([line(2, 77, SYMBOL="EURGBP", PROFIT="100.00")], "GBP"),
        ([line(2, 77, PROFIT="0.00", CLOSE_PRICE="1.08")], None),
        ([line(2, 77, PROFIT="100.01")], None),
        ([line(2, 77), line(3, 77, PROFIT="99.99")], None),
        ([line(2, 77), line(3, 77, SYMBOL="EURGBP")], None),
    ],
)  # fmt: skip
def test_the_currency_is_told_by_the_profits_or_has_to_be_named(rows, currency) -> None:
    content = table(deposit(1, 77), *rows)
    if currency is None:
        with pytest.raises(Unreadable, match="names no currency and its profits do not tell one"):
            read_history(content, "trades.csv")
    else:
        assert read_history(content, "trades.csv").currency == currency
    assert read_history(content, "trades.csv", currency="CHF").currency == "CHF"


def test_a_currency_that_is_none_is_refused() -> None:
    with pytest.raises(Unreadable, match="'dollars' is not a currency such as USD"):
        read_history(table(*ONE), "trades.csv", currency="dollars")


def test_an_account_that_shows_no_deposit_is_opened_with_the_size_that_is_named() -> None:
    content = table(line(2, 77))
    with pytest.raises(Unreadable, match="traded before the account's first deposit"):
        read_history(content, "trades.csv")
    opened, *rest = read_history(content, "trades.csv", size=D(25000)).events
    assert isinstance(opened, AccountOpened)
    assert (opened.balance, opened.at, len(rest)) == (D(25000), rest[0].at, 2)
    # A deposit that is there is not overridden.
    assert read_history(table(*ONE), "trades.csv", size=D(25000)).opening_balance == D(10000)


# Login, size named, closed trades, booked to the end: PROFIT, SWAPS, COMMISSION and TAXES of the
# closed trades and the balance rows, added up with another reader of workbooks.
SERVER = [
    ("20670017", None, 31, "19389.62"),
    ("20670020", None, 39, "18997.36"),
    ("20670024", None, 67, "19303.64"),
    ("20670026", D(0), 59, "20282.65"),
    ("20670030", None, 19, "19857.14"),
]


@pytest.mark.parametrize(("login", "size", "closed", "booked"), SERVER)
def test_the_real_servers_accounts_are_read_and_told_to_be_in_dollars(
    shared: Path, login, size, closed, booked
) -> None:
    history = read_history(shared / "mt4/trades.xlsx", account=login, size=size)
    assert (history.account, history.currency) == (login, "USD")
    assert history.closed_trades == closed
    balance = history.opening_balance
    for event in history.events:
        if isinstance(event, Deal):
            balance += event.profit + event.swap + event.commission + event.fee
        elif isinstance(event, BalanceAdjusted):
            balance += event.amount
    assert balance == D(booked)
    assert [e.at for e in history.events] == sorted(e.at for e in history.events)
    assert not of(history, AccountReported)


def test_the_real_servers_fifth_account_begins_before_the_table_does(shared: Path) -> None:
    with pytest.raises(Unreadable, match=r"trades.xlsx:240: something was traded before"):
        read_history(shared / "mt4/trades.xlsx", account="20670026")
    history = read_history(shared / "mt4/trades.xlsx", account="20670026", size=D(10000))
    assert (history.opening_balance, history.closed_trades) == (D(10000), 59)


def comparable(history: History) -> list[Event]:
    """The events between the opening and the report, which say when a file was made."""
    return [e for e in history.events if not isinstance(e, AccountOpened | AccountReported)]


def test_one_account_in_three_containers_gives_identical_events(shared: Path) -> None:
    page = read_history(shared / "mt4/practice1_Statement.htm")
    named_xls = read_history(shared / "mt4/practice1_Statement.xls")
    assert comparable(named_xls) == comparable(page)
    assert len(comparable(page)) == 86
    book = read_history(shared / "mt4/practice1_Statement_1.xlsx", account=page.account)
    assert (book.kind, book.currency) == ("mt4_history", page.currency)
    assert book.opening_balance == page.opening_balance
    # Whoever made the workbook typed a stop and a target into one row: the page has none there.
    expected = [
        replace(e, stop=D("1.3124"), target=D("1.3724"))
        if isinstance(e, Deal) and e.id == "233094825/in"
        else e
        for e in comparable(page)
    ]
    assert comparable(book) == expected


TABLE = (
    "Ticket;Open Time;Type;Size;Item;Price;S / L;T / P;Close Time;Price;Commission;Taxes;Swap;"
    "Profit\n1;2026.03.02 09:00:00;balance;Deposit;;;;;;;;;;10000.00\n"
    "2;2026.03.02 10:00:00;buy;1.00;eurusd;1.08000;0.00000;0.00000;2026.03.02 12:00:00;1.08100;"
    "-7.00;0.00;0.00;100.00\n"
)


def test_closed_transactions_kept_as_text_are_read_and_named_as_asked() -> None:
    history = read_history(TABLE.encode(), "kept.csv")
    assert (history.kind, history.account, history.closed_trades) == ("mt4_history", "unnamed", 1)
    assert read_history(TABLE.encode(), "kept.csv", account="Mine").account == "Mine"
    with pytest.raises(Unreadable, match=r"kept.csv:4: a row without a ticket"):
        read_history((TABLE + "sum" + ";" * 13).encode(), "kept.csv")
