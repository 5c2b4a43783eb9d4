"""What a reader hands on: one account as a file tells it, or each of several when asked for.

It must not read files. ``history`` turns it into the account's log.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from propdesk.domain.events import (
    AccountOpened,
    AdjustmentKind,
    BalanceAdjusted,
    Deal,
    Event,
    OrderSeen,
)
from propdesk.domain.exact import ZERO

Platform: TypeAlias = Literal["mt4", "mt5", "ctrader", "futures", "exact", "events"]
Entry: TypeAlias = BalanceAdjusted | Deal | OrderSeen


@dataclass(frozen=True, slots=True)
class Stated:
    """What the file itself says the account is worth at its end; None: it does not say."""

    balance: Decimal
    at: int
    equity: Decimal | None = None
    margin: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One account as one file tells it; ``entries`` are in the order they were booked.

    ``opening`` is the balance before the first entry, where the export tells it or was told it;
    None: the first entry is the deposit that opens the account.
    ``clock`` is the one the export itself names for its times; None: it names none.
    ``stated`` is None where the file says nothing of what the account is worth at its end.
    """

    platform: Platform
    account: str
    currency: str
    entries: tuple[Entry, ...]
    rows: tuple[int, ...]  # the sheet's row of each entry
    closed_trades: int
    stated: Stated | None = None
    opening: Decimal | None = None
    leverage: Decimal | None = None
    netting: bool = False
    clock: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """One account whose events the file holds as they are; ``events`` may be walked again."""

    opened: AccountOpened
    events: Iterable[Event]
    closed_trades: int
    symbols: tuple[str, ...]
    last_at: int


Accounts: TypeAlias = Mapping[str, Callable[[], Statement | Log]]
"""The accounts of one file, each read and reconciled only when it is asked for."""


# What brokers write beside a booking that is not a trade. The first that fits is taken.
_WORDS: tuple[tuple[str, AdjustmentKind, AdjustmentKind], ...] = (
    (r"payout|profit.?(share|split)|performance fee", "payout", "refund"),
    (r"financing|interest|swap|rollover|dividend|commission|\bfee|charge|tax", "fee", "refund"),
    (r"bonus|promo", "bonus", "bonus"),
    (r"correct|adjust|compensat|negative balance|null", "correction", "correction"),
    (r"withdraw", "withdrawal", "correction"),
    (r"deposit", "correction", "deposit"),
)
_REASONS = (
    (re.compile(r"\[sl"), "stop_loss"),
    (re.compile(r"\[tp"), "take_profit"),
    (re.compile(r"\bso\b|\[so|^so:"), "stop_out"),
)


def adjustment_kind(comment: str, amount: Decimal) -> AdjustmentKind:
    """What a booking without a trade is, by its comment and sign."""
    for pattern, negative, positive in _WORDS:
        if re.search(pattern, comment, re.IGNORECASE):
            return negative if amount < ZERO else positive
    return "withdrawal" if amount < ZERO else "deposit"


def close_reason(comment: str) -> str | None:
    """Why a position was closed, where the platform wrote it into the comment."""
    lowered = comment.lower()
    return next((reason for pattern, reason in _REASONS if pattern.search(lowered)), None)
