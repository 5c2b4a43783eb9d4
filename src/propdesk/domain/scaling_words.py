"""Scaling terms in plain sentences, for the public rulebook and the command line."""

from collections.abc import Iterator
from decimal import Decimal

from propdesk.domain.payouts.words import amount_words
from propdesk.domain.scaling import ScalingStep, ScalingTerms, ScalingTrigger


def scaling_sentences(terms: ScalingTerms, size: Decimal | None = None) -> tuple[str, ...]:
    """How the account grows, one sentence each; ``size`` gives the sums for an account size."""
    return tuple(_all(terms, size))


def _all(terms: ScalingTerms, size: Decimal | None) -> Iterator[str]:
    trigger = terms.trigger
    when = f"Every {trigger.months} months the account" if trigger.months else "The account"
    later = _step(terms.step)
    if terms.first_step is None:
        yield f"{when} may grow: {later}."
    else:
        yield f"{when} may grow: first {_step(terms.first_step)}, then {later}."
    needed = list(_conditions(trigger, size))
    if needed:
        yield f"For that, since the last step: {'; '.join(needed)}."
    if terms.cap is not None:
        yield f"One account grows to {terms.cap:,f} at most."
    if terms.person_cap is not None:
        yield f"All accounts of a person grow to {terms.person_cap:,f} at most."
    if terms.split_percents:
        splits = ", then ".join(f"{each:f} %" for each in terms.split_percents)
        yield f"The trader's share becomes {splits}, step by step."
    if terms.profit == "forfeited":
        yield "Profit left in the account is lost when it grows."
    else:
        yield "Profit in the account stays on top of the new size."


def _step(step: ScalingStep) -> str:
    if step.percent_of_original is not None:
        return f"by {step.percent_of_original:f} % of the original size"
    if step.factor is not None:
        return f"to {step.factor:f} times its size"
    table = ", ".join(f"{old:,f} → {new:,f}" for old, new in (step.table or {}).items())
    return f"to the next size ({table})"


def _conditions(trigger: ScalingTrigger, size: Decimal | None) -> Iterator[str]:
    if trigger.profit is not None:
        yield f"a net profit of {amount_words(trigger.profit, size)}, withdrawn or not"
    if trigger.profit_in_account is not None:
        yield f"{amount_words(trigger.profit_in_account, size)} of profit in the account"
    if trigger.green_months:
        of = trigger.green_of_months
        among = f" of the last {of}" if of else ""
        yield f"{trigger.green_months} months in profit{among}"
    if trigger.payouts:
        yield f"{trigger.payouts} payout{'' if trigger.payouts == 1 else 's'}"
    if trigger.in_profit_at_review:
        yield "a balance above the size at the review"
    if trigger.withdrawn_percent is not None:
        yield f"{trigger.withdrawn_percent:f} % of the size paid to the trader"
    if trigger.further_payouts:
        yield f"{trigger.further_payouts} more after that"
    if trigger.buying_power_percent is not None:
        yield f"{trigger.buying_power_percent:f} % of the buying power used"
    if trigger.flat:
        yield "every position closed"
    if trigger.on_request:
        yield "the trader asks for it"
