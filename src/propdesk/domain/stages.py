"""From one stage to the next (RULES T14): with what balance, on what conditions, or back.

Pure: the passed account and the firm's decisions in, what is to be done out. It opens no account.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from propdesk.domain.evaluation import Status
from propdesk.domain.exact import ZERO
from propdesk.domain.rulebook import Promotion, Rulebook
from propdesk.domain.terms import EffectKind, Terms, TermsError

NextBalance: TypeAlias = Literal["initial", "carry", "sum_capped_at_largest"]
TransitionReasonCode: TypeAlias = Literal[
    "not_passed",
    "not_known",
    "review_pending",
    "review_refused",
    "day_not_over",
    "position_open",
    "activation_missed",
    "not_activated",
    "last_phase",
]
TransitionKind: TypeAlias = Literal["promote", "demote", "reset", "stay"]


@dataclass(frozen=True, kw_only=True)
class TransitionTerms(Terms):
    """What a firm decides about the step out of a phase."""

    next_balance: NextBalance
    """``initial``: a new account at its size; ``carry``: the balance goes along;
    ``sum_capped_at_largest``: the balances of several accounts, at most the largest size."""
    limits: Literal["reset", "carried"] = "reset"
    """Whether peaks, floors and locks begin anew."""
    activation_days: int | None = None
    """Calendar days after the day of the pass within which the next account must be activated;
    the last of them still counts. None: no deadline."""
    moment: Literal["at_once", "after_day_reset", "after_manual_review"] = "at_once"
    """When the step is made once the phase is passed."""
    flat_required: bool = True
    """Positions must be closed before it."""
    demote_to: Literal["first", "previous", "same"] = "first"
    """Where an account goes that is sent back (reset of the account: ``same``)."""

    def activate_by(self, passed_on: date) -> date | None:
        """The last day on which the next account may be activated; None: any."""
        if self.activation_days is None:
            return None
        return passed_on + timedelta(days=self.activation_days)


@dataclass(frozen=True, slots=True)
class StageAccount:
    """An account that goes into the next stage."""

    size: Decimal
    balance: Decimal


@dataclass(frozen=True, kw_only=True)
class TransitionFacts:
    """Where the account stands at the moment it is asked."""

    status: Status
    accounts: tuple[StageAccount, ...]
    """The account itself, and those merged with it."""
    next_size: Decimal | None = None
    flat: bool | None = None
    passed_on: date | None = None
    today: date
    activated_on: date | None = None
    review: Literal["pending", "approved", "refused"] = "pending"
    sent_back: EffectKind | None = None
    """``demote_stage`` or ``reset_account``, where a rule said so."""


@dataclass(frozen=True, slots=True)
class TransitionReason:
    code: TransitionReasonCode
    observed: str
    limit: str
    certain: bool = True


@dataclass(frozen=True, kw_only=True)
class Transition:
    """What is to be done. ``allowed`` is None where a deciding figure is not known."""

    kind: TransitionKind
    allowed: bool | None
    to_phase: str | None
    start_balance: Decimal | None
    limits: Literal["reset", "carried"]
    activate_by: date | None
    reasons: tuple[TransitionReason, ...]


def transition_terms(promotion: Promotion) -> TransitionTerms:
    """What a rulebook decides about the step out of a phase; the rest is left as it comes."""
    return TransitionTerms(
        next_balance=promotion.next_balance,
        activation_days=promotion.activation_days,
        moment=promotion.moment,
        flat_required=promotion.flat_required,
    )


def start_balance(
    next_balance: NextBalance, accounts: Sequence[StageAccount], next_size: Decimal
) -> Decimal:
    """The balance with which the next stage starts. Raises ``TermsError`` without an account."""
    if next_balance == "initial":
        return next_size
    if not accounts:
        raise TermsError("there is no account whose balance could be carried")
    if next_balance == "carry" and len(accounts) != 1:
        raise TermsError("one balance is carried; several are summed and capped")
    if next_balance == "carry":
        return accounts[0].balance
    return merged_start(accounts)


def merged_start(accounts: Sequence[StageAccount]) -> Decimal:
    """The sum of the balances, at most the size of the largest account (Topstep live)."""
    return min(sum((each.balance for each in accounts), ZERO), largest_size(accounts))


def largest_size(accounts: Sequence[StageAccount]) -> Decimal:
    return max(each.size for each in accounts)


def judge_transition(
    rulebook: Rulebook, phase: str, terms: TransitionTerms, facts: TransitionFacts
) -> Transition:
    """The step out of ``phase``. Raises ``KeyError`` for a phase the rulebook does not have."""
    names = [each.name for each in rulebook.phases]
    here = names.index(rulebook.phase(phase).name)
    if facts.sent_back is not None:
        return _sent_back(terms, facts, names, here)
    deadline = None if facts.passed_on is None else terms.activate_by(facts.passed_on)
    reasons = _reasons(terms, facts, deadline)
    last = here + 1 >= len(names)
    if last:
        reasons.append(TransitionReason("last_phase", phase, "a next phase"))
    allowed: bool | None = not any(each.certain for each in reasons)
    if allowed and reasons:
        allowed = None
    size = facts.next_size if facts.next_size is not None else largest_size(facts.accounts)
    return Transition(
        kind="promote" if allowed else "stay",
        allowed=allowed,
        to_phase=None if last else names[here + 1],
        start_balance=start_balance(terms.next_balance, facts.accounts, size) if allowed else None,
        limits=terms.limits,
        activate_by=deadline,
        reasons=tuple(reasons),
    )


def _sent_back(
    terms: TransitionTerms, facts: TransitionFacts, names: Sequence[str], here: int
) -> Transition:
    reset = facts.sent_back == "reset_account"
    target = {"first": 0, "previous": max(0, here - 1), "same": here}[terms.demote_to]
    return Transition(
        kind="reset" if reset else "demote",
        allowed=True,
        to_phase=names[here if reset else target],
        start_balance=largest_size(facts.accounts),  # nothing earned goes along
        limits="reset",
        activate_by=None,
        reasons=(),
    )


def _reasons(
    terms: TransitionTerms, facts: TransitionFacts, deadline: date | None
) -> list[TransitionReason]:
    found: list[TransitionReason] = []
    if facts.status == "unknown":
        found.append(TransitionReason("not_known", "unknown", "passed", certain=False))
    elif facts.status != "passed":
        found.append(TransitionReason("not_passed", facts.status, "passed"))
    if terms.flat_required and facts.flat is not True:
        known = facts.flat is False
        found.append(TransitionReason("position_open", "open", "flat", certain=known))
    if terms.moment == "after_manual_review" and facts.review != "approved":
        code: TransitionReasonCode = (
            "review_pending" if facts.review == "pending" else "review_refused"
        )
        found.append(TransitionReason(code, facts.review, "approved"))
    over = facts.passed_on is None or facts.today > facts.passed_on
    if terms.moment == "after_day_reset" and facts.passed_on is not None and not over:
        begins = facts.passed_on + timedelta(days=1)
        today = facts.today.isoformat()
        found.append(TransitionReason("day_not_over", today, begins.isoformat()))
    if deadline is None:
        return found
    if facts.activated_on is None and facts.today > deadline:
        today = facts.today.isoformat()
        found.append(TransitionReason("activation_missed", today, deadline.isoformat()))
    elif facts.activated_on is None:
        found.append(TransitionReason("not_activated", "not activated", deadline.isoformat()))
    elif facts.activated_on > deadline:
        late = facts.activated_on.isoformat()
        found.append(TransitionReason("activation_missed", late, deadline.isoformat()))
    return found
