"""Verdicts whose consequences wait for a person: of rules that the firm suspended, and those that
break the past of an account behind a payout.

The engine has no word for a rule that does not count for a while: it judges as the rulebook says,
and what it says is kept. What is held is only what the firm would command because of it. It reads
and decides; it must not write.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from propdesk.crm.accounts.models import CaseKind, Hold
from propdesk.domain.rules.registry import RULES
from propdesk.ports.platform import Rights

HELD: Final = "held_verdict"
"""The reason of the hold that stands while a verdict waits: the trader may close and no more, for
nobody judges what he would open."""
RULE_SUSPENDED: Final = "rule_suspended"
"""The reason of the hold that stands while a rule is suspended. It takes no rights."""
EVERY_PRICE_RULE: Final = "price_rules"
NOT_BY_PRICE: Final = frozenset(RULES) - {
    "concentration",
    "condition",
    "daily_loss",
    "exposure",
    "open_risk",
    "overall_loss",
}
"""The rules that a price alone cannot break. A verdict bears the name that the rulebook gave its
rule: one that is not among these may be a limit, and waits."""
HELD_RIGHTS: Final = Rights.CLOSE_ONLY
ENDING: Final = frozenset({"fail", "fail_but_payable"})
LOCKING: Final = "pause_until"
HOLDABLE: Final = ENDING | {LOCKING, "flatten"}
"""The outcomes from which something is commanded at once."""
_STATUS: Final[Mapping[str, frozenset[str]]] = {
    "breached": ENDING,
    "paused": frozenset({LOCKING}),
}


@dataclass(frozen=True, slots=True)
class Waits:
    """Why a verdict's consequences wait, and in what case a person finds it."""

    why: str
    case: CaseKind
    by: str = ""
    """The suspension."""


def suspension_source(suspension: object, rule: str) -> str:
    """The source of the hold by which a rule is suspended for one account."""
    return f"{suspension}/{rule}"


def why_held(
    rule: str, outcome: str, at: datetime, holds: Iterable[Hold], paid_at: datetime | None
) -> Waits | None:
    """Whether what a verdict asks for is held back. ``paid_at`` is when the account was paid last,
    as far as the firm knows."""
    if outcome not in HOLDABLE:
        return None
    if outcome in ENDING and paid_at is not None and at < paid_at:
        return Waits("paid_since", CaseKind.NEWLY_BREACHED)
    for hold in holds:
        if hold.reason != RULE_SUSPENDED or hold.lifted_at is not None:
            continue
        by, _, suspended = hold.source.partition("/")
        if suspended == rule or (suspended == EVERY_PRICE_RULE and rule not in NOT_BY_PRICE):
            return Waits("rule_suspended", CaseKind.ENFORCEMENT, by)
    return None


def held_source(outcome: str, verdict: str) -> str:
    """The source of the hold of one verdict."""
    return f"{outcome}/{verdict}"


def standing(holds: Iterable[Hold]) -> Sequence[Hold]:
    """The holds of verdicts that wait."""
    return [each for each in holds if each.reason == HELD and each.lifted_at is None]


def outcome_and_verdict(hold: Hold) -> tuple[str, str]:
    """What a held verdict says, and its id."""
    outcome, _, verdict = hold.source.partition("/")
    return outcome, verdict


def waits_with(status: str, holds: Iterable[Hold]) -> bool:
    """Whether a status is what a held verdict brought: it is not taken over while that waits."""
    outcomes = _STATUS.get(status, frozenset())
    return any(outcome_and_verdict(each)[0] in outcomes for each in standing(holds))


def over_by(status: str, holds: Iterable[Hold]) -> Sequence[Hold]:
    """The held locks that are over because the engine lets the account go on by itself."""
    if status != "active":
        return []
    return [each for each in standing(holds) if outcome_and_verdict(each)[0] == LOCKING]
