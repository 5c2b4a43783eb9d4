"""An event file as one account's history: chosen, summed up, walked again and again."""

from pathlib import Path

import pytest

from propdesk.connectors.history import read_history
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import AccountOpened, Deal, Quote
from propdesk.domain.instants import format_instant


def opened(account: str, minute: int = 0) -> str:
    return (
        f'{{"type":"account_opened","account":"{account}","at":"2026-03-02T08:{minute:02}:00Z",'
        '"currency":"USD","balance":"100000.00"}'
    )


def deal(account: str, number: int, entry: str = "in") -> str:
    return (
        f'{{"type":"deal","account":"{account}","id":"{number}","position":"P",'
        f'"at":"2026-03-02T09:{number:02}:00Z","symbol":"EURUSD","side":"buy","entry":"{entry}",'
        '"lots":"1","price":"1.1"}'
    )


def quote(second: int, bid: str = "1.1") -> str:
    return (
        f'{{"type":"quote","at":"2026-03-02T10:00:{second:02}Z","symbol":"EURUSD",'
        f'"bid":"{bid}","ask":"1.2"}}'
    )


def content(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def test_an_event_file_is_summed_up(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_bytes(content(opened("A"), deal("A", 1), deal("A", 2, "out"), quote(1), quote(7)))
    history = read_history(file)
    assert (history.kind, history.platform, history.account) == ("events", "events", "A")
    assert (history.closed_trades, history.symbols) == (1, ("EURUSD",))
    assert format_instant(history.last_at) == "2026-03-02T10:00:07Z"
    walked = [type(event) for event in history.events]
    assert walked == [AccountOpened, Deal, Deal, Quote, Quote]
    assert [type(event) for event in history.events] == walked


def test_one_account_of_several_has_to_be_named() -> None:
    log = content(opened("A"), opened("B", 1), deal("A", 1), deal("B", 2), quote(1))
    with pytest.raises(Unreadable, match="one account has to be named; the file holds 2: A, B"):
        read_history(log, "log.jsonl")
    history = read_history(log, "log.jsonl", account="B")
    walked = [(type(event), getattr(event, "account", "")) for event in history.events]
    assert walked == [
        (AccountOpened, "A"),  # rules about several accounts look at it
        (AccountOpened, "B"),
        (Deal, "A"),
        (Deal, "B"),
        (Quote, ""),
    ]
    assert (history.symbols, history.closed_trades) == (("EURUSD",), 0)
    with pytest.raises(Unreadable, match="holds no account 'C'"):
        read_history(log, "log.jsonl", account="C")


def test_quotes_from_before_the_account_are_left_out() -> None:
    news = (
        '{"type":"news","id":"n","at":"2026-03-02T08:00:00Z","title":"CPI",'
        '"release_at":"2026-03-02T13:30:00Z"}'
    )
    early = quote(1).replace("10:00:01", "08:00:01")
    log = content(news, opened("A"), early, opened("B", 1), quote(1))
    walked = [type(event).__name__ for event in read_history(log, "l", account="B").events]
    assert walked == ["NewsScheduled", "AccountOpened", "AccountOpened", "Quote"]


def test_a_file_of_quotes_alone_opens_no_account() -> None:
    with pytest.raises(Unreadable):
        read_history(content(quote(1)), "log.jsonl")


def test_a_wrong_quote_is_refused_with_its_row_when_the_log_is_walked() -> None:
    history = read_history(content(opened("A"), quote(1), quote(2, "NaN"), quote(3)), "log.jsonl")
    with pytest.raises(Unreadable, match=r"log.jsonl:3: 'NaN' is not a finite number"):
        list(history.events)


def test_a_deal_before_its_account_is_refused_with_its_row() -> None:
    with pytest.raises(Unreadable, match=r"log.jsonl:1: account 'A' has not been opened yet"):
        read_history(content(deal("A", 1), opened("A")), "log.jsonl")
