"""What the firm commands: accounts made and changed, closed, emptied of orders, paid.

A command is done whatever the trader may do, and once: its key is asked first. The caller keeps
the facts before it gives the answer to anybody.
"""

import hashlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from propdesk.connectors.simulated_platform.accounts import Account
from propdesk.connectors.simulated_platform.books import LOGIN_FIRST, Books
from propdesk.connectors.simulated_platform.facts import (
    AccountMade,
    AccountSet,
    Adjusted,
    Answered,
    SymbolSet,
    TradeAnswered,
)
from propdesk.connectors.simulated_platform.fills import (
    close,
    market_price,
    other_side,
    report,
)
from propdesk.connectors.simulated_platform.order_desk import cancel, trade
from propdesk.connectors.simulated_platform.stop_out import look_at_margin
from propdesk.domain.exact import ZERO, round_half_away
from propdesk.domain.money import minor_digits
from propdesk.ports.platform import (
    AdjustBalance,
    Answer,
    CancelAll,
    CloseAll,
    Command,
    CreateAccount,
    HaltSymbol,
    Reason,
    SetGroup,
    SetLeverage,
    SetRights,
)
from propdesk.ports.platform_trading import TradeAnswer, TradeRequest

LOGIN_LENGTH_MAX = 32
KEY_LENGTH_MAX = 200
LEVERAGE_MAX = Decimal(2000)
AMOUNT_MAX = Decimal(10) ** 12
_encode = msgspec.msgpack.Encoder(decimal_format="string").encode


def act(books: Books, command: Command, at: int) -> Answer:
    """Do a command, or say again what became of it."""
    if not 0 < len(command.key) <= KEY_LENGTH_MAX:
        return Answer(command.key, books.now, Reason.INVALID, "a command needs a key")
    digest = _digest(command)
    before = books.answers.get(f"command/{command.key}")
    if before is not None:
        if before.digest == digest and isinstance(before, Answered):
            return before.answer
        return Answer(command.key, books.now, Reason.KEY_REUSED, "another command had this key")
    answer = _DO[type(command)](books, command, at)
    books.emit(Answered(f"command/{command.key}", digest, answer))
    return answer


def trade_once(books: Books, request: TradeRequest, at: int) -> TradeAnswer:
    """Do what a trader asks for, once where the request has a key."""
    if not request.key:
        return trade(books, request, at)
    digest, key = _digest(request), f"trade/{request.account}/{request.key}"
    before = books.answers.get(key)
    if before is not None:
        if before.digest == digest and isinstance(before, TradeAnswered):
            return before.answer
        return TradeAnswer(books.now, Reason.KEY_REUSED, "another request had this key")
    answer = trade(books, request, at)
    books.emit(TradeAnswered(key, digest, answer))
    return answer


def _digest(command: Command | TradeRequest) -> bytes:
    content = [type(command).__name__, command]
    return hashlib.blake2b(_encode(content), digest_size=16).digest()


# --- one command each ------------------------------------------------------------------------
def _create(books: Books, command: CreateAccount, at: int) -> Answer:
    group = books.groups.get(command.group)
    if group is None:
        return _refused(books, command, at, Reason.UNKNOWN_GROUP, command.group)
    if command.login and (
        len(command.login) > LOGIN_LENGTH_MAX or not command.login.replace("-", "").isalnum()
    ):
        return _refused(books, command, at, Reason.INVALID, "a login is letters, digits and dashes")
    if command.login in books.accounts:
        return _refused(books, command, at, Reason.LOGIN_TAKEN, command.login)
    leverage = group.leverage if command.leverage is None else command.leverage
    if fault := _money_fault(command.balance, group.currency) or _leverage_fault(leverage):
        return _refused(books, command, at, Reason.INVALID, fault)
    if command.balance < ZERO:
        return _refused(books, command, at, Reason.INVALID, "an opening deposit below zero")
    # After this point the account must be made.
    login = command.login or _free_login(books)
    stamp = books.stamp(at)
    books.emit(
        AccountMade(
            login,
            stamp,
            group.name,
            group.currency,
            leverage,
            group.netting,
            command.balance,
            command.owner,
        )
    )
    return Answer(command.key, stamp, account=login)


def _set_group(books: Books, command: SetGroup, at: int) -> Answer:
    account = books.accounts.get(command.account)
    if account is None:
        return _unknown(books, command, at)
    group = books.groups.get(command.group)
    if group is None:
        return _refused(books, command, at, Reason.UNKNOWN_GROUP, command.group)
    if (group.currency, group.netting) != (account.currency, account.book.netting):
        what = "another currency or another way of keeping positions"
        return _refused(books, command, at, Reason.INVALID, f"{group.name} has {what}")
    return _set(books, account, command, at, group=group.name)


def _set_rights(books: Books, command: SetRights, at: int) -> Answer:
    account = books.accounts.get(command.account)
    if account is None:
        return _unknown(books, command, at)
    return _set(books, account, command, at, rights=command.rights)


def _set_leverage(books: Books, command: SetLeverage, at: int) -> Answer:
    account = books.accounts.get(command.account)
    if account is None:
        return _unknown(books, command, at)
    if fault := _leverage_fault(command.leverage):
        return _refused(books, command, at, Reason.INVALID, fault)
    return _set(books, account, command, at, leverage=command.leverage)


def _set(books: Books, account: Account, command: Command, at: int, **changed: Any) -> Answer:
    stamp = books.stamp(at)
    now = AccountSet(account.id, stamp, account.group, account.rights, account.leverage)
    books.emit(msgspec.structs.replace(now, **changed))
    look_at_margin(books, account, stamp)
    return Answer(command.key, stamp, account=account.id)


def _close_all(books: Books, command: CloseAll, at: int) -> Answer:
    account = books.accounts.get(command.account)
    if account is None:
        return _unknown(books, command, at)
    left: list[str] = []
    for position in [*account.positions.values()]:
        if command.symbol not in {"", position.symbol}:
            continue
        price = market_price(books, position.symbol, other_side(position.side))
        if price is None or not books.is_open(position.symbol, at):
            left.append(position.id)
            continue
        close(
            books, account, position, position.lots, price, at,
            reason="dealer", comment=command.comment,
        )  # fmt: skip
    look_at_margin(books, account, at)
    if left:
        stamp, detail = books.stamp(at), f"{len(left)} positions are still open"
        return Answer(
            command.key, stamp, Reason.MARKET_CLOSED, detail, account.id, tuple(left)
        )  # fmt: skip
    return Answer(command.key, books.stamp(at), account=account.id)


def _cancel_all(books: Books, command: CancelAll, at: int) -> Answer:
    account = books.accounts.get(command.account)
    if account is None:
        return _unknown(books, command, at)
    for order in [*account.orders.values()]:
        if command.symbol not in {"", order.symbol}:
            continue
        cancel(books, account, order, at, "dealer")
    return Answer(command.key, books.stamp(at), account=account.id)


def _halt(books: Books, command: HaltSymbol, at: int) -> Answer:
    if books.instrument(command.symbol) is None:
        return _refused(books, command, at, Reason.UNKNOWN_SYMBOL, command.symbol)
    stamp = books.stamp(at)
    books.emit(SymbolSet(command.symbol, stamp, command.is_halted))
    return Answer(command.key, stamp)


def _adjust(books: Books, command: AdjustBalance, at: int) -> Answer:
    account = books.accounts.get(command.account)
    if account is None:
        return _unknown(books, command, at)
    fault = _money_fault(command.amount, account.currency)
    if fault or not command.amount:
        return _refused(books, command, at, Reason.INVALID, fault or "an amount of nothing")
    if account.balance + command.amount < ZERO:
        return _refused(books, command, at, Reason.NOT_ENOUGH_MONEY, f"{account.balance}")
    # After this point the money must move.
    stamp = books.stamp(at)
    books.emit(Adjusted(account.id, stamp, books.number(), command.amount, command.kind))
    report(books, account, stamp)
    look_at_margin(books, account, stamp)
    return Answer(command.key, stamp, account=account.id)


_DO: dict[type, Callable[[Books, Any, int], Answer]] = {
    CreateAccount: _create,
    SetGroup: _set_group,
    SetRights: _set_rights,
    SetLeverage: _set_leverage,
    CloseAll: _close_all,
    CancelAll: _cancel_all,
    AdjustBalance: _adjust,
    HaltSymbol: _halt,
}


# --- guards ----------------------------------------------------------------------------------
def _unknown(books: Books, command: Any, at: int) -> Answer:
    return _refused(books, command, at, Reason.UNKNOWN_ACCOUNT, command.account)


def _refused(books: Books, command: Command, at: int, reason: Reason, detail: str) -> Answer:
    return Answer(command.key, books.stamp(at), reason, detail)


def _money_fault(amount: Decimal, currency: str) -> str:
    """What is wrong with an amount; empty: nothing."""
    if not amount.is_finite() or abs(amount) > AMOUNT_MAX:
        return f"{amount} is no amount of money"
    if amount != round_half_away(amount, minor_digits(currency)):
        return f"{amount} is no amount of {currency}"
    return ""


def _leverage_fault(leverage: Decimal) -> str:
    if not (leverage.is_finite() and 1 <= leverage <= LEVERAGE_MAX):
        return f"a leverage of {leverage}; 1 to {LEVERAGE_MAX} can be"
    return ""


def _free_login(books: Books) -> str:
    number = LOGIN_FIRST + len(books.accounts)
    while str(number) in books.accounts:
        number += 1
    return str(number)
