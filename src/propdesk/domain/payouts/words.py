"""Payout terms in plain sentences, for the public rulebook and the command line.

Every field that says something has its words here, and a field at its quiet default has none. It
must not decide anything.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from propdesk.domain.payouts.split import Split
from propdesk.domain.terms import Amount

if TYPE_CHECKING:
    from propdesk.domain.payouts.terms import (
        AfterBreach,
        Buffer,
        Cap,
        Extras,
        ForPayouts,
        PayoutConsistency,
        PayoutDays,
        PayoutTerms,
        Threshold,
    )

_OF = {
    "initial": "the initial balance",
    "base": "the profit",
    "daily_limit": "the daily loss allowance",
    "drawdown": "the overall loss allowance",
}
_COUNTERS = {
    "days": "the days",
    "consistency": "the days consistency looks at",
    "cycle_profit": "the profit of the cycle",
}
_ENDINGS = {"takes_all": "takes everything", "inside_buffer": "reaches into the buffer"}


def payout_sentences(terms: "PayoutTerms", size: Decimal | None = None) -> tuple[str, ...]:
    """What a trader must know about payouts, one sentence each, the dates first.

    ``size`` names the account size the sums are given for; None leaves them general.
    """
    return tuple(_all(terms, size))


def _all(terms: "PayoutTerms", size: Decimal | None) -> Iterator[str]:
    yield split_words(terms.split)
    yield from _dates(terms)
    yield from _state(terms)
    yield from _thresholds(terms, size)
    for days in terms.days:
        yield _days(days, size)
    for share in terms.consistency:
        yield _consistency(share)
    for buffer in terms.buffers:
        yield from _buffer(buffer, size)
    for cap in terms.caps:
        yield _cap(cap, size)
    yield from _afterwards(terms)
    yield from _extras(terms.extras)
    if terms.after_breach is not None:
        yield _after_breach(terms.after_breach)


def split_words(split: Split) -> str:
    """The trader's share in one sentence."""
    if split.percent is not None:
        return f"The trader gets {split.percent:f} % of a payout."
    if split.by_cycle is not None:
        each = ", ".join(
            f"{percent:f} % ({name.replace('_', ' ')})" for name, percent in split.by_cycle.items()
        )
        return f"The trader gets, by the cycle chosen: {each}."
    if split.by_tier is not None:
        each = ", ".join(
            f"{percent:f} % from tier {tier}" for tier, percent in split.by_tier.items()
        )
        return f"The trader gets, by scaling tier: {each}."
    each = ", then ".join(
        f"{tier.percent:f} %"
        + ("" if tier.up_to is None else f" up to {tier.up_to:,f} paid in all")
        for tier in split.by_cumulative or ()
    )
    return f"The trader gets {each}."


def amount_words(amount: Amount, size: Decimal | None) -> str:
    """``5 % of the profit``, with the sum for ``size`` where it is known without the account."""
    plus = f" plus {amount.plus:,.2f}" if amount.plus else ""
    if amount.money is not None:
        return f"{amount.money + amount.plus:,.2f}"
    if amount.by_size is not None:
        if size is not None and size in amount.by_size:
            return f"{amount.by_size[size] + amount.plus:,.2f}"
        each = ", ".join(f"{sum_:,.2f} (size {of:,f})" for of, sum_ in amount.by_size.items())
        return f"{each}{plus}"
    of = _OF.get(amount.of, f"the {amount.of.replace('_', ' ')}")
    if amount.percent is None:
        table = (amount.percent_by_size or {}).items()
        each = ", ".join(f"{percent:f} % (size {of_size:,f})" for of_size, percent in table)
        return f"{each} of {of}{plus}"
    sums = ""
    if size is not None and amount.of == "initial":
        sums = f" ({amount.resolve(size):,.2f})"
    return f"{amount.percent:f} % of {of}{plus}{sums}"


# -- when
def _dates(terms: "PayoutTerms") -> Iterator[str]:
    since = "the first trade" if terms.first_counted_from == "first_trade" else "the activation"
    kind = f"{terms.day_kind} day"
    if terms.first_after_days:
        yield f"The first payout may be asked for {_n(terms.first_after_days, kind)} after {since}."
    else:
        yield "The first payout may be asked for at once."
    if terms.cycle_days:
        yield f"After that, {_n(terms.cycle_days, kind)} lie between payouts."
    else:
        yield "After that, payouts are on demand."
    if terms.latest_after_days is not None:
        yield f"The reward day may lie at most {_n(terms.latest_after_days, kind)} after {since}."
    if terms.request_windows:
        windows = " or ".join(f"{each.first} to {each.last}" for each in terms.request_windows)
        yield f"Requests are taken on the days {windows} of a month."
    if terms.request_weekday is not None:
        yield f"Requests are taken on {_WEEKDAYS[terms.request_weekday]}."
    if terms.max_payouts is not None:
        yield f"An account has at most {_n(terms.max_payouts, 'payout')}."


def _state(terms: "PayoutTerms") -> Iterator[str]:
    needed = []
    if terms.flat:
        needed.append("every position closed")
    if terms.no_pending_orders:
        needed.append("no pending order")
    if terms.in_profit:
        needed.append("the account in profit")
    if terms.objectives_met:
        needed.append("the phase's own objectives met")
    if needed:
        yield f"A request needs {_and(needed)}."


def _thresholds(terms: "PayoutTerms", size: Decimal | None) -> Iterator[str]:
    kinds = (
        ("The profit", terms.min_profit, ""),
        ("The trader's share", terms.min_share, ""),
        ("The balance", terms.min_balance, " above the starting balance"),
    )
    for what, thresholds, where in kinds:
        for each in thresholds:
            yield _threshold(what, each, where, size)
    if terms.min_amount is not None:
        yield f"The smallest payout is {amount_words(terms.min_amount, size)}."


def _threshold(what: str, each: "Threshold", where: str, size: Decimal | None) -> str:
    verb = "must be at least" if each.comparison == "touch" else "must be more than"
    return f"{what} {verb} {amount_words(each.amount, size)}{where}{_for(each)}."


def _days(days: "PayoutDays", size: Decimal | None) -> str:
    wanted = []
    if days.required:
        wanted.append(f"{_n(days.required, 'day')} with trading")
    if days.winning and days.winning_from is not None:
        least = "at least" if days.comparison == "touch" else "more than"
        amount = amount_words(days.winning_from, size)
        wanted.append(f"{_n(days.winning, 'day')} with a profit of {least} {amount}")
    since = "since the account began" if days.lifetime else "since the last payout"
    return f"It takes {_and(wanted) or 'no days'} {since}{_for(days)}."


def _consistency(share: "PayoutConsistency") -> str:
    verb = "may be at most" if share.comparison == "cross" else "must stay below"
    of = "the profit" if share.of == "net_profit" else "the sum of the winning days"
    return f"The best day {verb} {share.percent:f} % of {of} of the cycle{_for(share)}."


def _buffer(buffer: "Buffer", size: Decimal | None) -> Iterator[str]:
    keep = amount_words(buffer.keep, size)
    if buffer.needed == "maintained":
        yield f"A buffer of {keep} stays in the account{_for(buffer)}."
    else:
        yield f"A profit of {keep} must have been reached once{_for(buffer)}."
    if buffer.before_percent is not None:
        yield f"Before that, {buffer.before_percent:f} % of the profit is payable."
    if buffer.inside == "penalty":
        table = (buffer.inside_percent_by_age or {}).items()
        ages = ", ".join(f"{percent:f} % from day {age}" for age, percent in table)
        yield f"The buffer itself is paid in part, by the age of the account: {ages}."


def _cap(cap: "Cap", size: Decimal | None) -> str:
    of = "The whole payout" if cap.order == "before_split" else "The trader's share"
    over = {"payout": "", "month": " in a month", "lifetime": " in the account's life"}[cap.period]
    person = ", all accounts of the person together" if cap.person else ""
    return f"{of} is at most {amount_words(cap.amount, size)}{over}{person}{_for(cap)}."


# -- what it leaves
def _afterwards(terms: "PayoutTerms") -> Iterator[str]:
    if terms.caps:
        yield {
            "stays": "Profit beyond a cap stays in the account.",
            "removed": "Profit beyond a cap is lost.",
            "carried": "Profit beyond a cap leaves the account and is owed with the next payout.",
        }[terms.excess]
    if terms.firm_share_when_left_in == "deducted":
        yield "The firm takes its share of all profit, also of what the trader leaves."
    yield {
        "minus_amount": "The balance falls by the amount paid.",
        "swept": "All profit is paid out at once.",
        "reset": "Profit that is not paid is lost: the balance goes back to the start.",
    }[terms.balance_after]
    if terms.terminates:
        endings = " or ".join(_ENDINGS[each] for each in terms.terminates)
        yield f"A payout that {endings} closes the account."
    if terms.counters_reset:
        yield f"A payout starts anew: {_and([_COUNTERS[each] for each in terms.counters_reset])}."
    else:
        yield "A payout sets no counter back."
    if terms.denied_advances_cycle:
        yield "A denied request counts as a payout for what depends on its number."


def _extras(extras: "Extras") -> Iterator[str]:
    if extras.fee_refund_at_payout is not None:
        yield (
            f"{extras.fee_refund_percent:f} % of the fee is refunded with payout "
            f"{extras.fee_refund_at_payout}."
        )
    if extras.challenge_share_percent is not None:
        yield (
            f"{extras.challenge_share_percent:f} % of the evaluation's profit is paid once the "
            f"account has grown by {extras.challenge_unlock_growth_percent or 0:f} %."
        )
    if extras.small_payout_up_to is not None:
        yield (
            f"A payout of up to {extras.small_payout_up_to:,.2f} costs "
            f"{extras.small_payout_fee:,.2f}."
        )


def _after_breach(after: "AfterBreach") -> str:
    more = []
    if after.winning_days:
        more.append(f"it had {_n(after.winning_days, 'winning day')}")
    more += after.conditions
    provided = f" if {_and(more)}" if more else ""
    claim = "" if after.claim_days is None else f", claimed within {_n(after.claim_days, 'day')}"
    return f"A breached account is still paid {after.percent:f} % of its profit{provided}{claim}."


# -- small words
_WEEKDAYS = {
    "mon": "Mondays", "tue": "Tuesdays", "wed": "Wednesdays", "thu": "Thursdays",
    "fri": "Fridays", "sat": "Saturdays", "sun": "Sundays",
}  # fmt: skip


def _for(held: "ForPayouts") -> str:
    first, last = held.from_payout, held.to_payout
    if last is None:
        return "" if first == 1 else f" (from payout {first} on)"
    return f" (payout {first})" if first == last else f" (payouts {first} to {last})"


def _n(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _and(parts: list[str]) -> str:
    *most, last = parts or [""]
    return f"{', '.join(most)} and {last}" if most else last
