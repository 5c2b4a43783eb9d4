"""Margin calls and stop-outs: looked at whenever a price may have brought one.

At the stop-out level the position with the largest loss whose market is open is closed, then the
level is looked at again. It must not look at rights: the platform closes, not the trader.
"""

from decimal import Decimal
from fractions import Fraction

from propdesk.connectors.simulated_platform.accounts import Account
from propdesk.connectors.simulated_platform.books import Books
from propdesk.connectors.simulated_platform.facts import MarginFell
from propdesk.connectors.simulated_platform.fills import close, market_price, other_side
from propdesk.connectors.simulated_platform.waiting import watch_margin
from propdesk.domain.exact import round_ratio_half_away
from propdesk.domain.margin import margin_level
from propdesk.domain.positions import Position

LEVEL_DIGITS = 2


def look_at_margin(books: Books, account: Account, at: int) -> None:
    """Call, recall, or close out; then wait for the next price that may matter."""
    group = books.group_of(account)
    level = _level(books, account)
    _call(books, account, level, group.margin_call)
    while level is not None and level <= group.stop_out:
        worst = _worst(books, account, at)
        if worst is None:
            break
        price = market_price(books, worst.symbol, other_side(worst.side))
        if price is None:
            break
        close(
            books, account, worst, worst.lots, price, at, reason="stop_out",
            comment=f"so {_shown(level)}%",
        )  # fmt: skip
        level = _level(books, account)
    _call(books, account, level, group.margin_call)
    watch_margin(books, account)


def _level(books: Books, account: Account) -> Fraction | None:
    """The margin level in per cent, exact; None where it has no meaning."""
    equity = books.valuing.equity(account)
    if equity is None or not account.positions:
        return None
    return margin_level(equity, Fraction(books.valuing.margin(account)))


def _shown(level: Fraction) -> Decimal:
    return round_ratio_half_away(level, LEVEL_DIGITS)


def _call(books: Books, account: Account, level: Fraction | None, call: Decimal) -> None:
    is_called = level is not None and level <= call
    if is_called is not account.is_called:
        at = books.stamp(books.now)
        shown = None if level is None or not is_called else _shown(level)
        books.emit(MarginFell(account.id, at, shown))


def _worst(books: Books, account: Account, at: int) -> Position | None:
    """The position with the largest loss of those that can be closed now."""
    found = [
        (profit, position.id, position)
        for position in account.positions.values()
        if books.is_open(position.symbol, at)
        and (profit := books.valuing.profit(account, position)) is not None
    ]
    return min(found)[2] if found else None
