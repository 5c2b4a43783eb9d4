"""One account's history out of one file: a platform's statement or an event file.

Everything is read and reconciled before anything is handed on. It must not judge, and it keeps
nothing of a file it refuses.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from propdesk.connectors.detection import kind_of, load
from propdesk.connectors.encodings import decode
from propdesk.connectors.event_history import EventLog, summary_of
from propdesk.connectors.refusal import Unreadable
from propdesk.connectors.statements.mt4_statement import read_mt4_statement
from propdesk.connectors.statements.mt4_tester import read_mt4_tester
from propdesk.connectors.statements.mt5_report import read_mt5_report
from propdesk.connectors.statements.page import Page, read_page
from propdesk.connectors.statements.statement import Platform, Statement
from propdesk.connectors.symbols import Naming, built_in_catalogue, naming_by
from propdesk.domain.clock import SERVER, UnknownZone, zone_of
from propdesk.domain.events import (
    AccountOpened,
    AccountReported,
    BalanceAdjusted,
    Deal,
    Event,
    OrderSeen,
    TradeReported,
)
from propdesk.domain.exact import ZERO
from propdesk.domain.instruments import Catalogue


@dataclass(frozen=True, slots=True)
class History:
    """One account's log. ``events`` may be walked more than once; the first one opens it."""

    kind: str
    account: str
    currency: str
    opening_balance: Decimal
    events: Iterable[Event]
    stated_balance: Decimal | None
    platform: Platform
    netting: bool
    source_zone: str | None
    closed_trades: int
    notes: tuple[str, ...]
    symbols: tuple[str, ...]
    first_at: int
    last_at: int


def read_history(
    source: Path | bytes,
    name: str | None = None,
    source_zone: str | None = None,
    account: str | None = None,
    catalogue: Catalogue | None = None,
) -> History:
    """The history in a file of any kind that is known here. Raises ``Unreadable``.

    ``source_zone`` is the clock of times without a zone (``server`` unless named); ``account``
    picks one of an event file's accounts; ``catalogue`` gives brokers' symbols one name.
    """
    shown = name or (source.name if isinstance(source, Path) else "upload")
    data = load(source, shown)
    if kind_of(data, shown) == "events":
        return _of_events(source if isinstance(source, Path) else data, shown, account)
    page = read_page(decode(data, shown), shown)
    zone_name = source_zone or SERVER
    try:
        zone = zone_of(zone_name)
    except UnknownZone as error:
        raise Unreadable(shown, None, str(error)) from None
    kind = _page_kind(page)
    statement = _READERS[kind](page, zone)
    if account is not None and account != statement.account:
        raise Unreadable(shown, None, f"is account {statement.account!r}, not {account!r}")
    known = built_in_catalogue() if catalogue is None else catalogue
    _refuse_unknown(statement, shown, known)
    return _of_statement(statement, kind, zone_name, shown, naming_by(known))


_READERS = {
    "mt5_report": read_mt5_report,
    "mt5_tester": read_mt5_report,
    "mt4_statement": read_mt4_statement,
    "mt4_tester": read_mt4_tester,
}


def _page_kind(page: Page) -> str:
    first = " ".join(page.rows[0].cells) if page.rows else ""
    if "Trade History Report" in (first, page.title) or page.title.endswith("Trade History Report"):
        return "mt5_report"
    if first == "Strategy Tester Report":
        return "mt5_tester"
    if page.title.startswith("Strategy Tester:"):
        return "mt4_tester"
    if page.title.startswith("Statement:") or first.startswith("Account: "):
        return "mt4_statement"
    if page.name.lower().endswith((".xlsx", ".xlsm")):
        raise page.refuse(None, "a web page saved under a workbook's name, and no statement")
    raise page.refuse(
        None,
        "a web page, but no statement of MetaTrader 4 or 5 in English; "
        "set the terminal to English and export it again",
    )


def _of_statement(
    statement: Statement, kind: str, zone_name: str, name: str, naming: Naming
) -> History:
    opened, entries = _opened(statement, name)
    named = [_named(entry, naming) for entry in entries]
    stated = statement.stated
    report = AccountReported(
        statement.account, stated.at, stated.balance, stated.equity, stated.margin
    )
    zone_said = "New York plus seven hours" if zone_name == SERVER else zone_name
    notes = (f"Times in the file carry no zone; they are read as {zone_said}.", *statement.notes)
    return History(
        kind=kind,
        account=statement.account,
        currency=statement.currency,
        opening_balance=opened.balance,
        events=(opened, *named, report),
        stated_balance=stated.balance,
        platform=statement.platform,
        netting=statement.netting,
        source_zone=zone_name,
        closed_trades=statement.closed_trades,
        notes=notes,
        symbols=_symbols(named),
        first_at=opened.at,
        last_at=stated.at,
    )


def _refuse_unknown(statement: Statement, name: str, known: Catalogue) -> None:
    """What was traded must be in the catalogue: a lot of an unknown symbol is worth unknown money.

    An order that was never filled may name anything.
    """
    for entry, row in zip(statement.entries, statement.rows, strict=True):
        if isinstance(entry, Deal) and entry.symbol not in known:
            raise Unreadable(
                name,
                row,
                f"instrument {entry.symbol[:40]!r} is not in the catalogue; "
                "describe it in a file of instruments",
            )


def _opened(statement: Statement, name: str) -> tuple[AccountOpened, Sequence[Event]]:
    """The first deposit opens the account; a deal before it cannot be."""
    for place, (entry, row) in enumerate(zip(statement.entries, statement.rows, strict=True)):
        if not isinstance(entry, BalanceAdjusted):
            raise Unreadable(
                name,
                row,
                "something was traded before the account's first deposit; "
                "export the whole history, not a part of it",
            )
        if entry.amount <= ZERO:
            raise Unreadable(name, row, "the account's first booking is not a deposit")
        opened = AccountOpened(
            account=statement.account,
            at=entry.at,
            currency=statement.currency,
            balance=entry.amount,
            leverage=statement.leverage,
            netting=statement.netting,
        )
        return opened, statement.entries[place + 1 :]
    raise Unreadable(name, None, "the statement books nothing")


def _named(entry: Event, naming: Naming) -> Event:
    if isinstance(entry, Deal | OrderSeen):
        return replace(entry, symbol=naming(entry.symbol))
    return entry


def _symbols(events: Iterable[Event]) -> tuple[str, ...]:
    return tuple(sorted({e.symbol for e in events if isinstance(e, Deal | TradeReported)}))


def _of_events(source: Path | bytes, name: str, account: str | None) -> History:
    found = summary_of(source, name, account)
    opened = found.opened
    return History(
        kind="events",
        account=opened.account,
        currency=opened.currency,
        opening_balance=opened.balance,
        events=EventLog(source, name, opened.account),
        stated_balance=None,
        platform="events",
        netting=opened.netting,
        source_zone=None,
        closed_trades=found.closed_trades,
        notes=(),
        symbols=found.symbols,
        first_at=opened.at,
        last_at=found.last_at,
    )


def new_events(earlier: History, later: History) -> Iterator[Event]:
    """What the later export of the same account adds to the earlier one, in order.

    Numbers of deals, orders and bookings do not change between exports; what has one that was
    seen before is not new. Raises ``Unreadable`` where the two are not of one account.
    """
    if (earlier.account, earlier.currency) != (later.account, later.currency):
        raise Unreadable(later.kind, None, f"is account {later.account!r}, not {earlier.account!r}")
    seen = {key for event in earlier.events if (key := _key(event)) is not None}
    for event in later.events:
        key = _key(event)
        if key is None or key not in seen:
            yield event


def _key(event: Event) -> tuple[str, ...] | None:
    if isinstance(event, AccountOpened):
        return ("opened", event.account)
    if isinstance(event, Deal | BalanceAdjusted):
        return (type(event).__name__, event.id)
    if isinstance(event, OrderSeen):
        return ("order", event.id, event.action)
    return None
