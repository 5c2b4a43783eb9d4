"""When a payout may be asked for, how much it may be and what it leaves (RULES T12)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias, TypeVar

from propdesk.domain.market_hours import Weekday
from propdesk.domain.payouts.split import Split
from propdesk.domain.payouts.words import payout_sentences
from propdesk.domain.terms import Amount, Comparison, Terms, TermsError

Counter: TypeAlias = Literal["days", "consistency", "cycle_profit"]
Termination: TypeAlias = Literal["takes_all", "inside_buffer"]


@dataclass(frozen=True, kw_only=True)
class ForPayouts(Terms):
    """Something that holds only for some payouts, counted from 1."""

    from_payout: int = 1
    """The first payout it holds for."""
    to_payout: int | None = None
    """The last payout it holds for; none: all that follow."""

    def holds(self, number: int) -> bool:
        return self.from_payout <= number and (self.to_payout is None or number <= self.to_payout)


HeldT = TypeVar("HeldT", bound=ForPayouts)


def in_force(ladder: Iterable[HeldT], number: int) -> tuple[HeldT, ...]:
    """The steps of a ladder that hold for payout ``number``."""
    return tuple(each for each in ladder if each.holds(number))


@dataclass(frozen=True, kw_only=True)
class MonthWindow(Terms):
    """Days of the month on which a payout may be asked for, both included."""

    first: int
    """The first day of the month."""
    last: int
    """The last day of the month."""


@dataclass(frozen=True, kw_only=True)
class Threshold(ForPayouts):
    """An amount to be reached. ``of: base`` is the profit, ``of: daily_limit`` and
    ``of: drawdown`` the allowances of the phase."""

    amount: Amount
    """What must be reached."""
    comparison: Comparison = "touch"
    """``touch``: reaching it is enough; ``cross``: it must be exceeded."""


@dataclass(frozen=True, kw_only=True)
class PayoutDays(ForPayouts):
    """Days needed in the cycle."""

    required: int = 0
    """Days with trading."""
    winning: int = 0
    """Days with at least ``winning_from``."""
    winning_from: Amount | None = None
    """Profit that makes a day a winning one."""
    comparison: Comparison = "touch"
    """``touch``: a day with exactly that profit counts; ``cross``: it must have more."""
    lifetime: bool = False
    """Days count since the account began, not since the last payout."""

    def __post_init__(self) -> None:
        if self.winning and self.winning_from is None:
            raise TermsError("winning days need 'winning_from'")


@dataclass(frozen=True, kw_only=True)
class PayoutConsistency(ForPayouts):
    """The best day's largest share of the cycle's profit."""

    percent: Decimal
    """The largest share the best day may have."""
    comparison: Comparison = "cross"
    """``cross``: exactly the limit is still allowed."""
    of: Literal["net_profit", "positive_days"] = "net_profit"
    """What it is a share of; ``positive_days``: the sum of the days that ended in profit."""


@dataclass(frozen=True, kw_only=True)
class Buffer(ForPayouts):
    """Profit that must be there, or stay there."""

    keep: Amount
    """Above the starting balance; ``of: base`` is the profit (keep half of it)."""
    needed: Literal["maintained", "reached_once"]
    """``maintained``: it stays in the account; ``reached_once``: it was there, that is enough."""
    before_percent: Decimal | None = None
    """Part of the profit payable before the buffer is reached; none: nothing."""
    inside: Literal["never", "penalty"] = "never"
    """Whether the buffer itself may be paid, at the percentages below."""
    inside_percent_by_age: dict[int, Decimal] | None = None
    """Payable part of the buffer by the account's age in days; ages between use the lower one."""

    def __post_init__(self) -> None:
        if self.inside == "penalty" and not self.inside_percent_by_age:
            raise TermsError("a buffer paid with a penalty needs 'inside_percent_by_age'")


@dataclass(frozen=True, kw_only=True)
class Cap(ForPayouts):
    """The most a payout may be. ``of: base`` is the profit."""

    amount: Amount
    """The most that may be paid."""
    order: Literal["before_split", "after_split"] = "before_split"
    """Whether the whole payout or the trader's share of it is capped."""
    period: Literal["payout", "month", "lifetime"] = "payout"
    """Over which time payouts are added up against it."""
    person: bool = False
    """The cap counts what the person was paid on all accounts."""


@dataclass(frozen=True, kw_only=True)
class AfterBreach(Terms):
    """A breached account whose profit is still paid in part."""

    percent: Decimal
    """Part of the remaining profit that is paid."""
    claim_days: int | None = None
    """Days after the breach within which it must be claimed; none: no deadline."""
    winning_days: int = 0
    """Winning days the account must have had."""
    conditions: tuple[str, ...] = ()
    """What else must hold, in words; the firm confirms it."""


@dataclass(frozen=True, kw_only=True)
class Extras(Terms):
    """Money that goes with a payout."""

    fee_refund_at_payout: int | None = None
    """The number of the payout with which the fee is refunded; none: it is not."""
    fee_refund_percent: Decimal = Decimal(100)
    """Part of the fee that is refunded."""
    challenge_share_percent: Decimal | None = None
    """Part of the profit of the evaluation paid once the funded account has grown."""
    challenge_unlock_growth_percent: Decimal | None = None
    """Growth of the funded account, as a percentage of its size, that unlocks this part."""
    small_payout_up_to: Decimal | None = None
    """Payouts up to this cost ``small_payout_fee``."""
    small_payout_fee: Decimal = Decimal(0)
    """Fixed fee of a small payout."""

    def __post_init__(self) -> None:
        pair = (self.challenge_share_percent, self.challenge_unlock_growth_percent)
        if (pair[0] is None) != (pair[1] is None):
            raise TermsError("a challenge share needs its percentage and the growth unlocking it")


@dataclass(frozen=True, kw_only=True)
class PayoutTerms(Terms):
    """Everything a firm decides about payouts. Nothing that moves money has a quiet default."""

    split: Split
    """How a payout is divided between trader and firm."""
    first_after_days: int
    """Days before the first payout; 0: none."""
    first_counted_from: Literal["first_trade", "activation"]
    """From when the days before the first payout are counted."""
    cycle_days: int
    """Days between payouts; 0: on demand."""
    day_kind: Literal["calendar", "trading"] = "calendar"
    """Which days are counted before a payout."""
    latest_after_days: int | None = None
    """The last day on which the reward day may lie, counted like the first."""
    request_windows: tuple[MonthWindow, ...] = ()
    """Days of the month on which it may be asked for; empty: any."""
    request_weekday: Weekday | None = None
    """The day of the week on which it may be asked for; none: any."""
    max_payouts: int | None = None
    """Payouts an account may have in its life."""
    flat: bool = True
    """No position may be open."""
    no_pending_orders: bool = False
    """No order may wait for its price."""
    in_profit: bool = True
    """The profit that counts must be above zero."""
    objectives_met: bool = True
    """The phase's own objectives that concern payouts must be met."""
    min_profit: tuple[Threshold, ...] = ()
    """The profit must reach it; a percentage of the cycle's start asks for that cycle's profit."""
    min_share: tuple[Threshold, ...] = ()
    """The trader's share must reach it."""
    min_balance: tuple[Threshold, ...] = ()
    """Above the starting balance (drawdown + 100)."""
    min_amount: Amount | None = None
    """The smallest payout that is made."""
    days: tuple[PayoutDays, ...] = ()
    """Trading and winning days that are needed."""
    consistency: tuple[PayoutConsistency, ...] = ()
    """How large a share of the profit the best day may have."""
    buffers: tuple[Buffer, ...] = ()
    """Profit that must be there first, or stay."""
    caps: tuple[Cap, ...] = ()
    """The most that is paid; the smallest that holds decides."""
    excess: Literal["stays", "removed", "carried"] = "stays"
    """What happens to profit beyond a cap; ``carried``: it leaves the account and is owed."""
    firm_share_when_left_in: Literal["stays", "deducted"] = "stays"
    """``deducted``: the firm takes its share of all profit, also of what the trader leaves."""
    balance_after: Literal["minus_amount", "swept", "reset"] = "minus_amount"
    """``swept``: all profit is paid at once; ``reset``: what is not paid is lost."""
    extras: Extras = field(default_factory=Extras)
    """Fees, refunds and shares that go with it."""
    terminates: tuple[Termination, ...] = ()
    """Which payouts end the account: one that takes all profit, one that touches the buffer."""
    counters_reset: tuple[Counter, ...] = ("days", "consistency", "cycle_profit")
    """What a payout sets back to nothing: ``days`` asked for, the days ``consistency`` looks at,
    the profit held against a percentage of the cycle's start. What is not named counts from the
    account's first day on."""
    after_breach: AfterBreach | None = None
    """What a breached account still pays; none: nothing."""
    denied_advances_cycle: bool = False
    """A denied request counts as a payout for what depends on its number."""
    source: str = ""
    """Address of the page the values were read from."""
    read_on: str = ""
    """The date they were read."""

    def sentence(self, size: Decimal | None = None) -> str:
        """The terms in plain sentences for the public rulebook."""
        return " ".join(payout_sentences(self, size))
