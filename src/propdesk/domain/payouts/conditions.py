"""What must hold before a payout: each condition gives its reasons, in a fixed order."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from propdesk.domain.exact import ZERO, percent_of
from propdesk.domain.judging import Objective
from propdesk.domain.levels import exceeds
from propdesk.domain.payouts.calendar import calendar_reasons
from propdesk.domain.payouts.facts import PayoutFacts, Reason, ReasonCode
from propdesk.domain.payouts.terms import (
    Buffer,
    PayoutConsistency,
    PayoutDays,
    PayoutTerms,
    Threshold,
    in_force,
)
from propdesk.domain.terms import Amount, Comparison

_MAY_BE_UNKNOWN = {"drawdown", "daily_limit", "balance_after_last_payout", "cycle_start"}


def bases_of(facts: PayoutFacts) -> Mapping[str, Decimal]:
    """What a percentage in payout terms may be taken of."""
    bases = {"base": facts.profit, "balance": facts.balance}
    if facts.drawdown is not None:
        bases["drawdown"] = facts.drawdown
    if facts.daily_limit is not None:
        bases["daily_limit"] = facts.daily_limit
    if facts.cycle_start_balance is not None:
        bases["balance_after_last_payout"] = facts.cycle_start_balance
        bases["cycle_start"] = facts.cycle_start_balance
    return bases


def sum_of(amount: Amount, facts: PayoutFacts) -> Decimal | None:
    """The amount in money, or None where what it is a percentage of is not known."""
    bases = bases_of(facts)
    by_percent = amount.percent is not None or amount.percent_by_size is not None
    if by_percent and amount.of in _MAY_BE_UNKNOWN and amount.of not in bases:
        return None
    return amount.resolve(facts.size, bases)


def winning_days(profits: Sequence[Decimal], least: Decimal, comparison: Comparison) -> int:
    """Days that earned at least (touch) or more than (cross) ``least``."""
    return sum(exceeds(each, least, comparison) for each in profits)


def is_consistent(profits: Sequence[Decimal], terms: PayoutConsistency) -> bool:
    """Whether the best day's share keeps the limit; without a profit there is no share to keep."""
    parts = [each for each in profits if each > ZERO or terms.of == "net_profit"]
    total, best = sum(parts, ZERO), max(profits, default=ZERO)
    return total > ZERO and not exceeds(best, percent_of(terms.percent, total), terms.comparison)


def buffer_level(buffer: Buffer, facts: PayoutFacts) -> Decimal | None:
    """The balance the buffer asks for, exact."""
    keep = sum_of(buffer.keep, facts)
    return None if keep is None else facts.origin + keep


def payout_reasons(
    terms: PayoutTerms, facts: PayoutFacts, number: int, share: Decimal | None
) -> Iterator[Reason]:
    """Everything that stands against a payout now. ``share``: what the trader would get."""
    yield from calendar_reasons(terms, facts)
    if facts.denied:
        yield Reason("denied_by_rule", "denied", "not denied")
    if terms.max_payouts is not None and number > terms.max_payouts:
        yield Reason("payouts_used_up", str(number - 1), str(terms.max_payouts))
    yield from _books(terms, facts)
    yield from _min_profit(terms, number, facts)
    above = facts.balance - facts.origin
    yield from _thresholds(terms.min_balance, number, facts, "balance_too_small", above)
    if share is not None:
        yield from _thresholds(terms.min_share, number, facts, "share_too_small", share)
    for days in in_force(terms.days, number):
        lifetime = days.lifetime or "days" not in terms.counters_reset
        yield from _days(days, facts, facts.days_lifetime if lifetime else facts.days)
    window = facts.days if "consistency" in terms.counters_reset else facts.days_lifetime
    for limit in in_force(terms.consistency, number):
        if not is_consistent(window, limit):
            best = max(window, default=ZERO)
            shown = f"best day {best:f} of {sum(window, ZERO):f}"
            yield Reason("not_consistent", shown, f"{limit.percent:f} %")
    for buffer in in_force(terms.buffers, number):
        yield from _buffer(buffer, facts)
    if terms.objectives_met:
        yield from _objectives(facts.objectives)


def _books(terms: PayoutTerms, facts: PayoutFacts) -> Iterator[Reason]:
    if terms.flat and facts.flat is not True:
        certain = facts.flat is False
        yield Reason("position_open", "open" if certain else "not known", "flat", certain=certain)
    if terms.no_pending_orders and facts.pending_orders != 0:
        known = facts.pending_orders is not None
        seen = str(facts.pending_orders) if known else "not known"
        yield Reason("order_pending", seen, "0", certain=known)
    if terms.in_profit and facts.profit <= ZERO:
        yield Reason("not_in_profit", f"{facts.profit:f}", "> 0")


def _min_profit(terms: PayoutTerms, number: int, facts: PayoutFacts) -> Iterator[Reason]:
    """A percentage of the cycle's starting balance asks for profit made in the cycle; where a
    payout does not set that back, for profit made in the account's whole life."""
    for step in in_force(terms.min_profit, number):
        value = facts.profit
        if step.amount.of in {"balance_after_last_payout", "cycle_start"}:
            value = facts.growth
            if "cycle_profit" in terms.counters_reset:
                value = facts.balance - (facts.cycle_start_balance or facts.origin)
        yield from _thresholds((step,), number, facts, "profit_too_small", value)


def cycle_target(balance_after_last_payout: Decimal, percent: Decimal) -> Decimal:
    """The balance to reach when each cycle asks for a percentage of what the last one left."""
    return balance_after_last_payout + percent_of(percent, balance_after_last_payout)


def _thresholds(
    steps: Sequence[Threshold], number: int, facts: PayoutFacts, code: ReasonCode, value: Decimal
) -> Iterator[Reason]:
    for step in in_force(steps, number):
        least = sum_of(step.amount, facts)
        if least is None:
            yield Reason("not_known", step.amount.of, code, certain=False)
        elif not exceeds(value, least, step.comparison):
            sign = "≥" if step.comparison == "touch" else ">"
            yield Reason(code, f"{value:f}", f"{sign} {least:f}")


def _days(terms: PayoutDays, facts: PayoutFacts, profits: Sequence[Decimal]) -> Iterator[Reason]:
    if len(profits) < terms.required:
        yield Reason("too_few_days", str(len(profits)), str(terms.required))
    if terms.winning_from is None:
        return
    least = sum_of(terms.winning_from, facts)
    if least is None:
        yield Reason("not_known", terms.winning_from.of, "winning days", certain=False)
        return
    winning = winning_days(profits, least, terms.comparison)
    if winning < terms.winning:
        yield Reason("too_few_winning_days", str(winning), str(terms.winning))


def _buffer(buffer: Buffer, facts: PayoutFacts) -> Iterator[Reason]:
    level = buffer_level(buffer, facts)
    if level is None:
        yield Reason("not_known", buffer.keep.of, "buffer", certain=False)
        return
    if buffer.before_percent is not None or buffer.inside == "penalty":
        return  # something is payable below it as well
    if buffer.needed == "reached_once":
        peak = facts.peak_balance
        if peak is None:
            yield Reason("not_known", "the highest balance", f"{level:f}", certain=False)
        elif max(peak, facts.balance) < level:
            yield Reason("buffer_not_reached", f"{peak:f}", f"{level:f}")
    elif facts.balance < level:
        yield Reason("buffer_not_reached", f"{facts.balance:f}", f"{level:f}")


def _objectives(objectives: Sequence[Objective]) -> Iterator[Reason]:
    for each in objectives:
        if each.blocks != "pass" and each.met is not True:
            seen = "not known" if each.current is None else str(each.current)
            required = f"{each.rule}: {each.required}"
            yield Reason("objective_unmet", seen, required, certain=each.met is False)
