"""Which days count by what they earned, and how many are missing (RULES T8). Exact sums only."""

from decimal import Decimal
from typing import Literal, TypeAlias

from propdesk.domain.rules.daily_loss import told
from propdesk.domain.terms import Amount

Operator: TypeAlias = Literal["at_least", "above"]


def day_counts(profit: Decimal, threshold: Decimal, operator: Operator = "at_least") -> bool:
    """Whether a day's profit makes it count."""
    return profit >= threshold if operator == "at_least" else profit > threshold


def days_missing(required: int, done: int) -> int:
    """How many days are still needed."""
    return max(0, required - done)


def closing_balance_needed(start_balance: Decimal, threshold: Decimal) -> Decimal:
    """The balance at which a day measured by its balance reaches the threshold."""
    return start_balance + threshold


def sum_of_day(amount: Amount, size: Decimal | None) -> str:
    """What a day may or must earn, in words; its base is the balance the day starts with."""
    if amount.percent is not None and amount.of in {"base", "balance"}:
        return f"{amount.percent:f} % of the balance at the day's start"
    return told(amount, size)
