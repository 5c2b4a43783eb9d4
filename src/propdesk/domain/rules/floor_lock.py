"""The lock of an overall floor (RULES T4): where a moving floor stops, and what stops it.

Terms and words only. Whether the moment has come is the overall limit's own decision.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from propdesk.domain.exact import ZERO
from propdesk.domain.rules.daily_loss import describe, told
from propdesk.domain.terms import Amount, Terms, TermsError

_TRIGGER_WORDS = {
    "floor_reaches": "when it gets there",
    "realised_profit": "once the closed profit reaches {profit}",
    "equity_profit": "once the profit, open profit included, reaches {profit}",
    "day_close_profit": "once a day ends with a profit of {profit}",
    "payout": "with the first payout",
    "payouts": "after {payouts} payouts",
}


@dataclass(frozen=True, kw_only=True)
class Lock(Terms):
    """Where a moving floor stops, and what stops it."""

    at: Amount
    """The level: money is added to the account's starting balance (``0``: at the start,
    ``100``: above it, ``-750``: below it); a percentage is one of the initial size."""
    trigger: Literal[
        "floor_reaches", "realised_profit", "equity_profit", "day_close_profit", "payout", "payouts"
    ] = "floor_reaches"
    """``floor_reaches``: the moving floor is clipped at the level. The others set the floor to
    the level at once when they happen."""
    profit: Amount | None = None
    """The profit that triggers it. ``payouts``: one that must have been reached besides."""
    payouts: int = 1
    """``payouts``: how many payouts must have been made."""
    level_from: Literal["start", "milestone"] = "start"
    """``milestone``: the floor stays at the balance that triggered it less the allowance."""

    def __post_init__(self) -> None:
        if self.profit is None and self.trigger.endswith("_profit"):
            raise TermsError(f"lock trigger {self.trigger!r} needs 'profit'")

    def words(self, size: Decimal | None) -> str:
        """Where the floor stops, and when."""
        profit = "" if self.profit is None else told(self.profit, size)
        when = _TRIGGER_WORDS[self.trigger].format(profit=profit, payouts=self.payouts)
        if self.trigger == "payouts" and profit:
            when = f"{when}, once the closed profit reaches {profit}"
        if self.level_from == "milestone":
            return f"at the balance of that moment less the allowance, {when}"
        if self.at.money == ZERO:
            return f"at the starting balance, {when}"
        sign = "less" if self._below else "plus"
        return f"at the starting balance {sign} {told(self._away, size)}, {when}"

    def level(self) -> str:
        """Where the floor stops, for a formula."""
        if self.level_from == "milestone":
            return "balance − allowance"
        if self.at.money == ZERO:
            return "start"
        return f"start {'−' if self._below else '+'} {describe(self._away)}"

    @property
    def _below(self) -> bool:
        return min(self.at.money or ZERO, self.at.percent or ZERO) < ZERO

    @property
    def _away(self) -> Amount:
        """How far from the start the level is, without its sign."""
        at = self.at
        return replace(
            at,
            money=None if at.money is None else abs(at.money),
            percent=None if at.percent is None else abs(at.percent),
        )
