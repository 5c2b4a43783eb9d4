"""What every statement reader hands on: an account's events before its first deposit is found.

It must not read files. ``history`` turns it into the account's log.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from propdesk.domain.events import AdjustmentKind, BalanceAdjusted, Deal, OrderSeen
from propdesk.domain.exact import ZERO

Platform: TypeAlias = Literal["mt4", "mt5", "events"]
Entry: TypeAlias = BalanceAdjusted | Deal | OrderSeen


@dataclass(frozen=True, slots=True)
class Stated:
    """What the file itself says the account is worth at its end; None: it does not say."""

    balance: Decimal
    at: int
    equity: Decimal | None = None
    margin: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One account as one file tells it; ``entries`` are in the order they were booked."""

    platform: Platform
    account: str
    currency: str
    leverage: Decimal | None
    netting: bool
    entries: tuple[Entry, ...]
    rows: tuple[int, ...]  # the page's row of each entry
    stated: Stated
    closed_trades: int
    open_positions: int
    notes: tuple[str, ...]


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
