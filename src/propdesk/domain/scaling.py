"""Scaling (RULES T13): when an account grows, to what size, and what that changes.

Pure: terms and facts in, a judgement out. The new limits follow from the new size; they are the
limit rules' business.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from propdesk.domain.exact import ZERO, percent_of
from propdesk.domain.terms import Amount, Terms, TermsError

ScalingReasonCode: TypeAlias = Literal[
    "too_early",
    "profit_too_small",
    "too_few_green_months",
    "too_few_payouts",
    "not_in_profit",
    "withdrawn_too_little",
    "withdrawal_still_needed",
    "buying_power_unused",
    "position_open",
    "not_requested",
    "at_the_cap",
    "person_at_the_cap",
    "not_known",
]


@dataclass(frozen=True, kw_only=True)
class ScalingTrigger(Terms):
    """What must have happened since the last step. Everything given must hold."""

    months: int = 0
    """Length of a review cycle in months; 0: at any time."""
    profit: Amount | None = None
    """Net profit over the cycle, whether it was withdrawn or not."""
    profit_in_account: Amount | None = None
    """Profit that lies in the account at the review."""
    green_months: int = 0
    """Profitable months …"""
    green_of_months: int = 0
    """… of the last so many; 0: of the whole cycle."""
    payouts: int = 0
    """Payouts processed since the last step."""
    in_profit_at_review: bool = False
    """The balance is above the size at the review."""
    withdrawn_percent: Decimal | None = None
    """What the trader was paid (after the split), as a percentage of the tier's start."""
    further_payouts: int = 0
    """Payouts completed after that percentage was reached."""
    buying_power_percent: Decimal | None = None
    """Buying power used, as a percentage of what was allowed."""
    flat: bool = False
    """No position may be open."""
    on_request: bool = False
    """The trader must ask for it."""

    def __post_init__(self) -> None:
        if self.further_payouts and self.withdrawn_percent is None:
            raise TermsError("'further_payouts' counts from 'withdrawn_percent'")
        if self.green_of_months and self.green_months > self.green_of_months:
            raise TermsError("more green months than months")


@dataclass(frozen=True, kw_only=True)
class ScalingStep(Terms):
    """How far one step goes: exactly one of the three."""

    percent_of_original: Decimal | None = None
    """Linear: this percentage of the original size is added."""
    factor: Decimal | None = None
    """The size now, times this."""
    table: dict[Decimal, Decimal] | None = None
    """From each size to the next one; a size that is not in it is the last (milestone)."""

    def __post_init__(self) -> None:
        given = [
            name
            for name in ("percent_of_original", "factor", "table")
            if getattr(self, name) is not None
        ]
        if len(given) != 1:
            raise TermsError("a step is exactly one of percent_of_original, factor, table")

    def after(self, original: Decimal, size: Decimal) -> Decimal:
        """The size after this step, before any cap. Exact."""
        if self.percent_of_original is not None:
            return size + percent_of(self.percent_of_original, original)
        if self.factor is not None:
            return size * self.factor
        return (self.table or {}).get(size, size)


@dataclass(frozen=True, kw_only=True)
class ScalingTerms(Terms):
    """How an account grows."""

    trigger: ScalingTrigger
    """What must have happened before a step."""
    first_step: ScalingStep | None = None
    """The first step, where it differs from the later ones."""
    step: ScalingStep
    """How far each step goes."""
    cap: Decimal | None = None
    """The largest size of one account."""
    person_cap: Decimal | None = None
    """The largest sum of sizes of one person."""
    split_percents: tuple[Decimal, ...] = ()
    """The trader's split after the first, second, … step; the last one repeats."""
    profit: Literal["kept", "forfeited"] = "kept"
    """What happens to profit in the account: it lies on top of the new size, or is gone."""
    source: str = ""
    """Address of the page the values were read from."""
    read_on: str = ""
    """The date they were read."""


@dataclass(frozen=True, slots=True)
class ScalingReason:
    """Why the account does not grow now, or (``certain`` false) cannot be decided."""

    code: ScalingReasonCode
    observed: str
    limit: str
    certain: bool = True


@dataclass(frozen=True, kw_only=True)
class ScalingFacts:
    """The account at the review; None: not known."""

    original: Decimal
    size: Decimal
    balance: Decimal
    steps_done: int = 0
    months: int | None = None
    """Whole months since the last step."""
    month_profits: Sequence[Decimal] | None = None
    cycle_profit: Decimal | None = None
    """Net profit since the last step, withdrawn or not."""
    withdrawals: Sequence[Decimal] = ()
    """Paid to the trader since the last step, in order."""
    buying_power_percent: Decimal | None = None
    flat: bool | None = None
    requested: bool = False
    person_total: Decimal | None = None
    """The sizes of all accounts of the person, this one included."""


@dataclass(frozen=True, kw_only=True)
class ScalingJudgement:
    """Whether the account grows now and what it becomes."""

    due: bool | None
    new_size: Decimal
    balance_after: Decimal
    split_percent: Decimal | None
    """The trader's split from then on; None: unchanged."""
    profit_kept: Decimal
    growth_percent: Fraction
    """What the trader was paid, as a percentage of the tier's start."""
    reasons: tuple[ScalingReason, ...]


def judge_scaling(terms: ScalingTerms, facts: ScalingFacts) -> ScalingJudgement:
    """Judge a review: every condition that fails is a reason."""
    reasons = tuple(_reasons(terms, facts))
    due: bool | None = not any(each.certain for each in reasons)
    if due and reasons:
        due = None
    size = size_after(terms, facts.original, facts.size, facts.steps_done) if due else facts.size
    kept = facts.balance - facts.size if terms.profit == "kept" else ZERO
    splits = terms.split_percents
    split = splits[min(facts.steps_done, len(splits) - 1)] if due and splits else None
    return ScalingJudgement(
        due=due,
        new_size=size,
        balance_after=size + kept if due else facts.balance,
        split_percent=split,
        profit_kept=kept,
        growth_percent=growth_percent(facts.withdrawals, facts.size),
        reasons=reasons,
    )


def size_after(terms: ScalingTerms, original: Decimal, size: Decimal, steps_done: int) -> Decimal:
    """The size after one more step, capped; never smaller than it is."""
    step = terms.first_step if steps_done == 0 and terms.first_step is not None else terms.step
    grown = step.after(original, size)
    if terms.cap is not None:
        grown = min(grown, terms.cap)
    return max(size, grown)


def sizes_by_month(
    terms: ScalingTerms, original: Decimal, until_month: int
) -> Mapping[int, Decimal]:
    """The size at each review when every one is passed: the table a firm publishes."""
    months = terms.trigger.months
    if months <= 0:
        raise TermsError("a table by month needs reviews every so many months")
    sizes, size = {0: original}, original
    for number, month in enumerate(range(months, until_month + 1, months)):
        size = sizes[month] = size_after(terms, original, size, number)
    return sizes


def growth_percent(withdrawals: Sequence[Decimal], tier_start: Decimal) -> Fraction:
    """Money paid to the trader as a percentage of the size the tier started with. Exact."""
    return Fraction(sum(withdrawals, ZERO)) * 100 / Fraction(tier_start)


def tiers_by_withdrawal(
    terms: ScalingTerms, original: Decimal, withdrawals: Sequence[Decimal]
) -> tuple[tuple[int, Decimal], ...]:
    """For each withdrawal in turn: the tier (from 1) in which it was made, and its size."""
    rows: list[tuple[int, Decimal]] = []
    size, tier, paid = original, 1, list[Decimal]()
    for each in withdrawals:
        rows.append((tier, size))
        paid.append(each)
        if not list(_withdrawn(terms.trigger, paid, size)):
            grown = size_after(terms, original, size, tier - 1)
            if grown > size:
                size, tier, paid = grown, tier + 1, []
    return tuple(rows)


def _reasons(terms: ScalingTerms, facts: ScalingFacts) -> Iterator[ScalingReason]:
    trigger = terms.trigger
    if trigger.months:
        if facts.months is None:
            yield _unknown("months since the last step")
        elif facts.months < trigger.months:
            yield ScalingReason("too_early", str(facts.months), str(trigger.months))
    yield from _profit(trigger, facts)
    yield from _green(trigger, facts)
    if len(facts.withdrawals) < trigger.payouts:
        done = str(len(facts.withdrawals))
        yield ScalingReason("too_few_payouts", done, str(trigger.payouts))
    if trigger.in_profit_at_review and facts.balance <= facts.size:
        yield ScalingReason("not_in_profit", f"{facts.balance:f}", f"> {facts.size:f}")
    yield from _withdrawn(trigger, facts.withdrawals, facts.size)
    if trigger.buying_power_percent is not None:
        used = facts.buying_power_percent
        if used is None:
            yield _unknown("buying power used")
        elif used < trigger.buying_power_percent:
            limit = f"{trigger.buying_power_percent:f} %"
            yield ScalingReason("buying_power_unused", f"{used:f} %", limit)
    if trigger.flat and facts.flat is not True:
        yield ScalingReason("position_open", "open", "flat", certain=facts.flat is False)
    if trigger.on_request and not facts.requested:
        yield ScalingReason("not_requested", "no request", "a request")
    yield from _caps(terms, facts)


def _profit(trigger: ScalingTrigger, facts: ScalingFacts) -> Iterator[ScalingReason]:
    bases = {"base": facts.original, "balance": facts.balance, "cycle_start": facts.size}
    pairs = (
        (trigger.profit, facts.cycle_profit, "net profit of the cycle"),
        (trigger.profit_in_account, facts.balance - facts.size, "profit in the account"),
    )
    for amount, value, name in pairs:
        if amount is None:
            continue
        least = amount.resolve(facts.size, bases)
        if value is None:
            yield _unknown(name)
        elif value < least:
            yield ScalingReason("profit_too_small", f"{value:f}", f"{least:f}")


def _green(trigger: ScalingTrigger, facts: ScalingFacts) -> Iterator[ScalingReason]:
    if not trigger.green_months:
        return
    if facts.month_profits is None:
        yield _unknown("the profit of each month")
        return
    last = facts.month_profits[-trigger.green_of_months :]
    green = sum(each > ZERO for each in last)
    if green < trigger.green_months:
        yield ScalingReason("too_few_green_months", str(green), str(trigger.green_months))


def _withdrawn(
    trigger: ScalingTrigger, withdrawals: Sequence[Decimal], tier_start: Decimal
) -> Iterator[ScalingReason]:
    percent = trigger.withdrawn_percent
    if percent is None:
        return
    least, total = percent_of(percent, tier_start), ZERO
    for number, each in enumerate(withdrawals, start=1):
        total += each
        if total >= least:
            further = len(withdrawals) - number
            if further < trigger.further_payouts:
                needed = str(trigger.further_payouts)
                yield ScalingReason("withdrawal_still_needed", str(further), needed)
            return
    yield ScalingReason("withdrawn_too_little", f"{total:f}", f"{least:f}")


def _caps(terms: ScalingTerms, facts: ScalingFacts) -> Iterator[ScalingReason]:
    grown = size_after(terms, facts.original, facts.size, facts.steps_done)
    if grown <= facts.size:
        limit = "the last size" if terms.cap is None else f"{terms.cap:f}"
        yield ScalingReason("at_the_cap", f"{facts.size:f}", limit)
    if terms.person_cap is None:
        return
    if facts.person_total is None:
        yield _unknown("the sizes of the person's accounts")
    elif facts.person_total + grown - facts.size > terms.person_cap:
        total = facts.person_total + grown - facts.size
        yield ScalingReason("person_at_the_cap", f"{total:f}", f"{terms.person_cap:f}")


def _unknown(name: str) -> ScalingReason:
    return ScalingReason("not_known", "not known", name, certain=False)
