"""One account's history out of one file of any kind a reader knows.

Everything is read and reconciled before anything is handed on. It must not judge, and it keeps
nothing of a file it refuses.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from decimal import Decimal
from pathlib import Path

from propdesk.connectors.column_map import ColumnMap
from propdesk.connectors.containers.opening import sheets_in
from propdesk.connectors.readers.mapped_table import READER as MAPPED_TABLE
from propdesk.connectors.readers.mapped_table.rows import sheet_by
from propdesk.connectors.readers.registry import recognised
from propdesk.connectors.readers.template import Options, Reader
from propdesk.connectors.refusal import Unreadable
from propdesk.connectors.statement import Accounts, Entry, Log, Platform, Statement
from propdesk.connectors.symbols import Naming, built_in_catalogue, naming_by
from propdesk.domain.clock import SERVER, UnknownZone, zone_of
from propdesk.domain.events import (
    AccountOpened,
    AccountReported,
    BalanceAdjusted,
    Deal,
    Event,
    OrderSeen,
)
from propdesk.domain.exact import ZERO
from propdesk.domain.instruments import Catalogue

_NAMED_MAX = 20
_CURRENCY = re.compile("[A-Z]{3,5}")


@dataclass(frozen=True, slots=True)
class History:
    """One account's log. ``events`` may be walked more than once.

    Those of other accounts, and what was known before it, may come before the one that opens it.
    """

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
    *,
    currency: str | None = None,
    size: Decimal | None = None,
    columns: ColumnMap | None = None,
) -> History:
    """The history in a file of any kind that is known here. Raises ``Unreadable``.

    ``source_zone`` is the clock of times without a zone (``server`` unless named); ``account``
    picks one of a file's accounts, or names the one an export does not name; ``catalogue`` gives
    brokers' symbols one name; ``currency`` and ``size`` are used where an export tells none;
    ``columns`` read a table that no reader knows.
    """
    shown = _shown(source, name)
    known = built_in_catalogue() if catalogue is None else catalogue
    zone_name = source_zone or (columns and columns.zone) or SERVER
    options = Options(
        zone=_zone(zone_name, shown),
        catalogue=known,
        account=account,
        currency=_currency(currency, shown),
        size=size,
        columns=columns,
    )
    reader, found = _read(source, shown, options)
    told = _chosen(found, shown, account)
    if isinstance(told, Log):
        return _of_log(told, reader)
    naming = naming_by(known)
    traded = {naming(symbol) for symbol in _traded(told, shown, known)}
    return _of_statement(told, reader, zone_name, shown, naming, traded)


def accounts_in(
    source: Path | bytes, name: str | None = None, source_zone: str | None = None
) -> tuple[str, ...]:
    """The accounts a file holds, in its order. Raises ``Unreadable``."""
    shown = _shown(source, name)
    options = Options(zone=_zone(source_zone or SERVER, shown), catalogue=built_in_catalogue())
    _, found = _read(source, shown, options)
    return (found.account,) if isinstance(found, Statement) else tuple(found)


def _shown(source: Path | bytes, name: str | None) -> str:
    return name or (source.name if isinstance(source, Path) else "upload")


def _zone(zone_name: str, shown: str) -> tzinfo:
    try:
        return zone_of(zone_name)
    except UnknownZone as error:
        raise Unreadable(shown, None, str(error)) from None


def _currency(named: str | None, shown: str) -> str | None:
    if named is not None and not _CURRENCY.fullmatch(named):
        raise Unreadable(shown, None, f"{named[:20]!r} is not a currency such as USD")
    return named


def _read(
    source: Path | bytes, shown: str, options: Options
) -> tuple[Reader, Statement | Accounts]:
    sheets = sheets_in(source, shown)
    if options.columns is not None:
        sheet = sheet_by(sheets, options.columns, shown)
        return MAPPED_TABLE, MAPPED_TABLE.read(sheet, options)
    reader, sheet = recognised(sheets, shown)
    return reader, reader.read(sheet, options)


def _chosen(found: Statement | Accounts, name: str, account: str | None) -> Statement | Log:
    if isinstance(found, Statement):
        if account is not None and account != found.account:
            raise Unreadable(name, None, f"is account {found.account!r}, not {account!r}")
        return found
    if account is None and len(found) == 1:
        return next(iter(found.values()))()
    if account is None:
        raise Unreadable(
            name, None, f"one account has to be named; the file holds {len(found)}: {_list(found)}"
        )
    if account not in found:
        raise Unreadable(
            name, None, f"the file holds no account {account[:40]!r}; it holds {_list(found)}"
        )
    return found[account]()


def _list(found: Mapping[str, object]) -> str:
    more = f" and {len(found) - _NAMED_MAX} more" if len(found) > _NAMED_MAX else ""
    return ", ".join([*found][:_NAMED_MAX]) + more


def _of_statement(
    statement: Statement,
    reader: Reader,
    zone_name: str,
    name: str,
    naming: Naming,
    traded: set[str],
) -> History:
    opened = _opened(statement, name)
    stated = statement.stated
    reported = None if stated is None else AccountReported(
        statement.account, stated.at, stated.balance, stated.equity, stated.margin
    )  # fmt: skip
    zone_said = "New York plus seven hours" if zone_name == SERVER else zone_name
    read_as = f"Times in the file carry no zone; they are read as {zone_said}."
    return History(
        kind=reader.name,
        account=statement.account,
        currency=statement.currency,
        opening_balance=opened.balance,
        events=StatementEvents(opened, statement, reported, naming),
        stated_balance=None if stated is None else stated.balance,
        platform=statement.platform,
        netting=statement.netting,
        source_zone=statement.clock or zone_name,
        closed_trades=statement.closed_trades,
        notes=statement.notes if statement.clock else (read_as, *statement.notes),
        symbols=tuple(sorted(traded)),
        first_at=opened.at,
        last_at=statement.entries[-1].at if reported is None else reported.at,
    )


def _traded(statement: Statement, name: str, known: Catalogue) -> set[str]:
    """The symbols traded, all in the catalogue: a lot of an unknown one is worth unknown money.

    An order that was never filled may name anything. Raises ``Unreadable``.
    """
    traded: set[str] = set()
    for entry, row in zip(statement.entries, statement.rows, strict=True):
        if not isinstance(entry, Deal) or entry.symbol in traded:
            continue
        if entry.symbol not in known:
            raise Unreadable(
                name,
                row,
                f"instrument {entry.symbol[:40]!r} is not in the catalogue; "
                "describe it in a file of instruments",
            )
        traded.add(entry.symbol)
    return traded


def _opened(statement: Statement, name: str) -> AccountOpened:
    """The balance the export tells opens the account, or else its first deposit."""
    if not statement.entries:
        raise Unreadable(name, None, "the statement books nothing")
    first, row = statement.entries[0], statement.rows[0]
    balance = statement.opening
    if balance is None:
        if not isinstance(first, BalanceAdjusted):
            raise Unreadable(
                name,
                row,
                "something was traded before the account's first deposit; "
                "export the whole history, not a part of it",
            )
        if first.amount <= ZERO:
            raise Unreadable(name, row, "the account's first booking is not a deposit")
        balance = first.amount
    return AccountOpened(
        account=statement.account,
        at=first.at,
        currency=statement.currency,
        balance=balance,
        leverage=statement.leverage,
        netting=statement.netting,
    )


@dataclass(frozen=True, slots=True)
class StatementEvents:
    """A statement's entries as a log, under the catalogue's names. They may be walked again.

    The deposit that opens the account is not one of them: the opening has its amount.
    """

    opened: AccountOpened
    statement: Statement
    reported: AccountReported | None
    naming: Naming

    def __iter__(self) -> Iterator[Event]:
        yield self.opened
        entries = iter(self.statement.entries)
        if self.statement.opening is None:
            next(entries)
        for entry in entries:
            yield _named(entry, self.naming)
        if self.reported is not None:
            yield self.reported


def _named(entry: Entry, naming: Naming) -> Entry:
    if isinstance(entry, Deal | OrderSeen):
        symbol = naming(entry.symbol)
        return entry if symbol == entry.symbol else replace(entry, symbol=symbol)
    return entry


def _of_log(log: Log, reader: Reader) -> History:
    opened = log.opened
    return History(
        kind=reader.name,
        account=opened.account,
        currency=opened.currency,
        opening_balance=opened.balance,
        events=log.events,
        stated_balance=None,
        platform="events",
        netting=opened.netting,
        source_zone=None,
        closed_trades=log.closed_trades,
        notes=(),
        symbols=log.symbols,
        first_at=opened.at,
        last_at=log.last_at,
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
        return (type(event).__name__, event.account, event.id)
    if isinstance(event, OrderSeen):
        return ("order", event.account, event.id, event.action)
    return None
