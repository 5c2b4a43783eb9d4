"""How a phase is passed and how the next one begins, in plain sentences.

For the public rulebook and the command line. It must not decide whether an account has passed.
"""

from collections.abc import Iterator

from propdesk.domain.rulebook import Phase, Promotion, Rulebook

_MOMENTS = {
    "at_once": "The phase is passed as soon as every objective is met{flat}.",
    "after_day_reset": "The phase is passed at the end of the day on which every objective "
    "is met{flat}.",
    "after_manual_review": "Once every objective is met{flat}, a person reviews the account before "
    "the phase is passed.",
}
_BALANCES = {
    "initial": "{following} begins as a new account at its size.",
    "carry": "{following} begins with the balance of this account.",
    "sum_capped_at_largest": "{following} begins with the balances of all accounts together, at "
    "most the largest size.",
}


def promotion_sentences(rulebook: Rulebook, phase: Phase) -> tuple[str, ...]:
    """How ``phase`` ends well, one sentence each; none for a funded phase that is the last."""
    place = rulebook.phases.index(phase) + 1
    following = rulebook.phases[place].name if place < len(rulebook.phases) else ""
    if phase.stage == "funded" and not following:
        return ()
    return tuple(_all(phase.promotion, following))


def _all(promotion: Promotion, following: str) -> Iterator[str]:
    flat = " and every position is closed" if promotion.flat_required else ""
    yield _MOMENTS[promotion.moment].format(flat=flat)
    if not promotion.flat_required:
        yield "Positions may stay open."
    if not following:
        return
    name = f"The phase {following}"
    yield _BALANCES[promotion.next_balance].format(following=name)
    days = promotion.activation_days
    if days is not None:
        counted = "1 calendar day" if days == 1 else f"{days} calendar days"
        yield f"{name} must be activated within {counted} after the day of the pass."
