"""A table of MetaTrader 4's tickets as a statement, where nothing but the rows is told.

Such a table states no balance, so nothing reconciles it: the notes say so. The currency is the
one named, or the one the booked profits tell. It must not invent an opening deposit.
"""

from collections.abc import Iterator

from propdesk.connectors.metatrader.currency import told_by
from propdesk.connectors.metatrader.tickets import TicketBook, Tickets
from propdesk.connectors.readers.template import Options
from propdesk.connectors.statement import Statement
from propdesk.domain.events import BalanceAdjusted


def statement_of(
    book: TicketBook, closed: Tickets, floating: Tickets, options: Options
) -> Statement:
    """The account of the book. Raises ``ValueError`` where its currency cannot be told."""
    currency = options.currency or told_by(closed, options.catalogue)
    if currency is None:
        raise ValueError(
            "the table names no currency and its profits do not tell one; name the currency"
        )
    book.trades(closed, floating)
    booked = book.in_order()
    deposited = bool(booked.rows) and isinstance(booked.entries[0], BalanceAdjusted)
    return Statement(
        platform="mt4",
        account=book.account,
        currency=currency,
        entries=booked.entries,
        rows=booked.rows,
        closed_trades=len(closed),
        opening=None if deposited else options.size,
        notes=tuple(_notes(book, floating, currency, told=options.currency is None)),
    )


def _notes(book: TicketBook, floating: Tickets, currency: str, *, told: bool) -> Iterator[str]:
    yield "The table states no balance, so there is nothing its rows could be reconciled with."
    if told:
        yield f"The table names no currency; its booked profits are those of {currency}."
    yield from book.notes(floating)
