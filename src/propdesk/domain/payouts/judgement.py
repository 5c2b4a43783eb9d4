"""Whether a payout is due, how much it is, and what it leaves. Pure; every figure has its rule."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeAlias

from propdesk.domain.exact import ZERO, percent_of, round_half_away, round_ratio_half_away
from propdesk.domain.instants import DAY
from propdesk.domain.levels import reaches
from propdesk.domain.payouts.calendar import earliest_date
from propdesk.domain.payouts.conditions import buffer_level, payout_reasons, sum_of, winning_days
from propdesk.domain.payouts.facts import PayoutFacts, Reason
from propdesk.domain.payouts.split import SplitTier, gross_for, trader_share
from propdesk.domain.payouts.terms import Counter, PayoutTerms, in_force
from propdesk.domain.terms import TermsError

FloorAfter: TypeAlias = Callable[[Decimal, Decimal], Decimal | None]
"""From the payout (gross) and the trader's share to the overall floor after it."""


@dataclass(frozen=True, kw_only=True)
class PayoutJudgement:
    """The answer. ``eligible`` is None where a figure that decides is not known."""

    eligible: bool | None
    number: int
    amount: Decimal
    """Gross: what is divided between trader and firm."""
    trader_share: Decimal
    firm_share: Decimal
    payable: Decimal
    """What could be asked for before any cap."""
    buffer: Decimal
    """Profit that stays."""
    cap: Decimal | None
    """The tightest cap, as an amount before the split."""
    excess: Decimal
    """Profit beyond the cap."""
    carried: Decimal
    """Excess owed in the next cycle."""
    balance_after: Decimal
    floor_after: Decimal | None
    room_after: Decimal | None
    breaches: bool | None
    """Whether the account is at or below its floor afterwards; None: not known."""
    terminates: bool
    earliest: date | None
    fee: Decimal
    fee_refund: Decimal
    challenge_share: Decimal | None
    """Profit of the evaluation paid with it; None: unlocked, its amount is not known."""
    challenge_unlocked: bool
    counters_reset: tuple[Counter, ...]
    conditions: tuple[str, ...]
    """What the firm must still confirm, in words."""
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Sums:
    """The amounts of one payout while they are being worked out."""

    payable: Decimal
    buffer: Decimal
    inside: Decimal  # the part of the buffer that is paid, before its penalty
    inside_percent: Decimal


@dataclass(frozen=True, slots=True)
class _Paid:
    """What the payout came to."""

    sums: _Sums
    amount: Decimal
    share: Decimal
    excess: Decimal
    cap: Decimal | None


def judge_payout(
    terms: PayoutTerms,
    facts: PayoutFacts,
    *,
    requested: Decimal | None = None,
    floor_after: FloorAfter | None = None,
) -> PayoutJudgement:
    """Judge a request (None: all that can be had). Money is rounded only to the minor unit."""
    number = facts.number + (facts.denied_requests if terms.denied_advances_cycle else 0)
    reasons: list[Reason] = []
    slices = _slices(terms, facts, reasons)
    if facts.breached_at is not None:
        return _judge_after_breach(terms, facts, number)
    sums = _payable(terms, facts, number, requested, reasons)
    wanted = sums.payable if requested is None else min(requested, sums.payable)
    if terms.balance_after == "swept":
        wanted = sums.payable
    cap = _cap(terms, facts, number, slices, reasons)
    amount = max(ZERO, wanted if cap is None else min(wanted, cap))
    excess = max(ZERO, wanted - amount)
    amount += facts.carried  # owed already: no cap counts it twice
    inside = min(sums.inside, amount)  # the buffer's percentage replaces the split
    share = _share(amount - inside, slices, facts)
    share += round_half_away(percent_of(sums.inside_percent, inside), facts.digits)
    reasons += payout_reasons(terms, facts, number, share)
    reasons += _amount_reasons(terms, facts, amount, requested, sums.payable)
    paid = _Paid(sums, amount, share, excess, cap)
    floor = None if floor_after is None else floor_after(amount, share)
    return _told(terms, facts, number, paid, slices, tuple(reasons), floor=floor)


def _slices(terms: PayoutTerms, facts: PayoutFacts, reasons: list[Reason]) -> tuple[SplitTier, ...]:
    try:
        return terms.split.slices(cycle=facts.cycle, tier=facts.tier, override=facts.split_override)
    except TermsError as unknown:
        reasons.append(Reason("split_unknown", str(unknown), "a split", certain=False))
        return (SplitTier(percent=ZERO),)


def _share(amount: Decimal, slices: tuple[SplitTier, ...], facts: PayoutFacts) -> Decimal:
    return round_half_away(trader_share(amount, slices, facts.paid_gross), facts.digits)


# -- how much ----------------------------------------------------------------------------------
def _payable(
    terms: PayoutTerms,
    facts: PayoutFacts,
    number: int,
    requested: Decimal | None,
    reasons: list[Reason],
) -> _Sums:
    """The profit that may leave: all of it, less what buffers keep."""
    payable, kept = max(ZERO, facts.profit), ZERO
    inside, percent = ZERO, Decimal(100)
    for buffer in in_force(terms.buffers, number):
        level = buffer_level(buffer, facts)
        if level is None or buffer.needed == "reached_once":
            continue  # unknown is a reason of its own; reached once, nothing stays
        kept = max(kept, level - facts.origin)
        free = max(ZERO, facts.balance - level)
        if facts.balance < level and buffer.before_percent is not None:
            free = percent_of(buffer.before_percent, max(ZERO, facts.profit))
        free = min(payable, free)
        if buffer.inside == "penalty" and requested is not None and requested > free:
            age = 0 if facts.opened_at is None else (facts.at - facts.opened_at) // DAY
            table = buffer.inside_percent_by_age or {}
            known = [each for each in table if each <= age]
            if known and facts.opened_at is not None:
                inside = min(requested, payable) - free
                percent = table[max(known)]
                free += inside
            else:
                reasons.append(Reason("not_known", "the account's age", "buffer", certain=False))
        payable = min(payable, free)
    return _Sums(payable, kept, inside, percent)


def _cap(
    terms: PayoutTerms,
    facts: PayoutFacts,
    number: int,
    slices: tuple[SplitTier, ...],
    reasons: list[Reason],
) -> Decimal | None:
    """The tightest cap, as an amount before the split and rounded to the minor unit."""
    caps: list[Decimal] = []
    for cap in in_force(terms.caps, number):
        limit = sum_of(cap.amount, facts)
        before = {
            ("payout", False): ZERO,
            ("payout", True): ZERO,
            ("month", False): facts.paid_month,
            ("month", True): facts.paid_person_month,
            ("lifetime", False): facts.paid_gross,
            ("lifetime", True): facts.paid_person,
        }[cap.period, cap.person]
        if limit is None or before is None:
            what = cap.amount.of if limit is None else f"paid to the person this {cap.period}"
            reasons.append(Reason("not_known", what, "cap", certain=False))
            continue
        left = max(ZERO, limit - before)
        if cap.order == "after_split":
            try:
                gross = gross_for(left, slices, facts.paid_gross)
            except TermsError:
                continue  # a trader's share of nothing stays below any cap
            left = round_ratio_half_away(gross, facts.digits)
        caps.append(round_half_away(left, facts.digits))
    return min(caps, default=None)


def _amount_reasons(
    terms: PayoutTerms,
    facts: PayoutFacts,
    amount: Decimal,
    requested: Decimal | None,
    payable: Decimal,
) -> list[Reason]:
    found: list[Reason] = []
    if amount <= ZERO:
        found.append(Reason("nothing_payable", f"{amount:f}", "> 0"))
    if requested is not None and requested > payable and terms.balance_after != "swept":
        found.append(Reason("amount_too_large", f"{requested:f}", f"{payable:f}"))
    least = None if terms.min_amount is None else sum_of(terms.min_amount, facts)
    if terms.min_amount is not None and least is None:
        found.append(Reason("not_known", terms.min_amount.of, "smallest amount", certain=False))
    if least is not None and amount < least:
        found.append(Reason("amount_too_small", f"{amount:f}", f"{least:f}"))
    return found


# -- what it leaves ----------------------------------------------------------------------------
def _told(
    terms: PayoutTerms,
    facts: PayoutFacts,
    number: int,
    paid: _Paid,
    slices: tuple[SplitTier, ...],
    reasons: tuple[Reason, ...],
    *,
    floor: Decimal | None,
) -> PayoutJudgement:
    sums, amount, share, excess = paid.sums, paid.amount, paid.share, paid.excess
    firm = amount - share
    if terms.firm_share_when_left_in == "deducted":
        whole = max(facts.profit, amount)
        firm = whole - _share(whole, slices, facts)
    left = facts.balance - (amount - facts.carried) - (firm - (amount - share))
    if terms.excess != "stays":
        left -= excess
    if terms.balance_after != "minus_amount":
        left = facts.origin
    if not facts.lowers_balance:
        left = facts.balance
    fee = _fee(terms, amount)
    unlocked, challenge = _challenge(terms, facts)
    return PayoutJudgement(
        eligible=eligible(reasons),
        number=number,
        amount=amount,
        trader_share=share - min(fee, share),
        firm_share=firm + min(fee, share),
        payable=sums.payable,
        buffer=sums.buffer,
        cap=paid.cap,
        excess=excess,
        carried=excess if terms.excess == "carried" else ZERO,
        balance_after=left,
        floor_after=floor,
        room_after=None if floor is None else left - floor,
        breaches=None if floor is None else reaches(left, floor, facts.floor_comparison),
        terminates=_terminates(terms, facts, sums, amount),
        earliest=earliest_date(terms, facts),
        fee=fee,
        fee_refund=_refund(terms, facts, number),
        challenge_share=challenge,
        challenge_unlocked=unlocked,
        counters_reset=terms.counters_reset,
        conditions=(),
        reasons=reasons,
    )


def eligible(reasons: Sequence[Reason]) -> bool | None:
    """A certain reason refuses; an uncertain one leaves it open; none at all: it is due."""
    if any(each.certain for each in reasons):
        return False
    return None if reasons else True


def _terminates(terms: PayoutTerms, facts: PayoutFacts, sums: _Sums, amount: Decimal) -> bool:
    takes_all = "takes_all" in terms.terminates and facts.profit > ZERO
    if takes_all and amount >= facts.profit:
        return True
    return "inside_buffer" in terms.terminates and sums.inside > ZERO


def _fee(terms: PayoutTerms, amount: Decimal) -> Decimal:
    small = terms.extras.small_payout_up_to
    return terms.extras.small_payout_fee if small is not None and amount <= small else ZERO


def _refund(terms: PayoutTerms, facts: PayoutFacts, number: int) -> Decimal:
    if terms.extras.fee_refund_at_payout != number or facts.fee_paid is None:
        return ZERO
    refund = percent_of(terms.extras.fee_refund_percent, facts.fee_paid)
    return round_half_away(refund, facts.digits)


def _challenge(terms: PayoutTerms, facts: PayoutFacts) -> tuple[bool, Decimal | None]:
    """Whether the share of the evaluation's profit is unlocked, and how much it is."""
    percent, growth = (
        terms.extras.challenge_share_percent,
        terms.extras.challenge_unlock_growth_percent,
    )
    if percent is None or growth is None:
        return False, ZERO
    if facts.growth < percent_of(growth, facts.size):
        return False, ZERO
    if facts.challenge_profit is None:
        return True, None
    return True, round_half_away(percent_of(percent, facts.challenge_profit), facts.digits)


# -- after a breach ----------------------------------------------------------------------------
def reward_after_breach(profit: Decimal, percent: Decimal) -> Decimal:
    """The part of the remaining profit a breached account still pays. Exact."""
    return percent_of(percent, max(ZERO, profit))


def _judge_after_breach(terms: PayoutTerms, facts: PayoutFacts, number: int) -> PayoutJudgement:
    """A breached account pays nothing unless the firm said so, in time and on its conditions."""
    after = terms.after_breach
    reasons: list[Reason] = []
    share, open_conditions = ZERO, tuple[str, ...]()
    if after is None or facts.breached_at is None:
        reasons.append(Reason("breached", "breached", "not breached"))
    else:
        share = round_half_away(reward_after_breach(facts.profit, after.percent), facts.digits)
        if share <= ZERO:
            reasons.append(Reason("nothing_payable", f"{share:f}", "> 0"))
        reasons += _breach_reasons(terms, facts)
        open_conditions = tuple(c for c in after.conditions if c not in facts.confirmed)
        reasons += [
            Reason("not_known", "not confirmed", each, certain=False) for each in open_conditions
        ]
    return PayoutJudgement(
        eligible=eligible(reasons),
        number=number,
        amount=max(ZERO, facts.profit) if after is not None else ZERO,
        trader_share=share,
        firm_share=(max(ZERO, facts.profit) - share) if after is not None else ZERO,
        payable=share,
        buffer=ZERO,
        cap=None,
        excess=ZERO,
        carried=ZERO,
        balance_after=facts.balance if after is None else facts.origin,
        floor_after=None,
        room_after=None,
        breaches=True,
        terminates=True,
        earliest=None,
        fee=ZERO,
        fee_refund=ZERO,
        challenge_share=ZERO,
        challenge_unlocked=False,
        counters_reset=(),
        conditions=open_conditions,
        reasons=tuple(reasons),
    )


def _breach_reasons(terms: PayoutTerms, facts: PayoutFacts) -> list[Reason]:
    after, breached_at = terms.after_breach, facts.breached_at
    if after is None or breached_at is None:
        return []
    found: list[Reason] = []
    if after.claim_days is not None:
        breached = facts.clock.day_of(breached_at).label
        last = breached + timedelta(days=after.claim_days)
        today = facts.clock.day_of(facts.at).label
        if today > last:
            found.append(Reason("claim_too_late", today.isoformat(), last.isoformat()))
    for days in in_force(terms.days, facts.number) if after.winning_days else ():
        least = None if days.winning_from is None else sum_of(days.winning_from, facts)
        if least is None:
            continue
        won = winning_days(facts.days, least, days.comparison)
        if won < after.winning_days:
            found.append(Reason("too_few_winning_days", str(won), str(after.winning_days)))
    return found
