"""What a reader hands on: one account as a file tells it, or each of several when asked for.

It must not read files. ``history`` turns it into the account's log.
"""

import re
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

from propdesk.connectors.packed_list import PackedList
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


@dataclass(frozen=True, slots=True)
class Booked:
    """Entries in the order they were booked and the sheet's row of each, for a ``Statement``.

    Mutable: its lists grow.
    """

    entries: PackedList[Entry] = field(default_factory=PackedList)
    rows: "array[int]" = field(default_factory=lambda: array("q"))

    @classmethod
    def of(cls, entries: Iterable[tuple[int, Entry]]) -> "Booked":
        """Row and entry of each, in order."""
        booked = cls()
        for row, entry in entries:
            booked.append(row, entry)
        return booked

    def append(self, row: int, entry: Entry) -> None:
        self.entries.append(entry)
        self.rows.append(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One account as one file tells it.

    ``opening`` is the balance before the first entry, where the export tells it or was told it;
    None: the first entry is the deposit that opens the account.
    ``clock`` is the one the export itself names for its times; None: it names none.
    ``stated`` is None where the file says nothing of what the account is worth at its end.
    """

    platform: Platform
    account: str
    currency: str
    entries: Sequence[Entry]
    rows: Sequence[int]  # the sheet's row of each entry
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
