"""Which gates stand before a phase, and the state an enrolment waits in. It decides; no writing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from propdesk.crm.challenges.models import Gate, GateTerms
from propdesk.domain.rulebook import Phase
from propdesk.domain.statuses import Lifecycle

DEFAULT: Final[Mapping[str, Sequence[str]]] = {
    "evaluation": (),
    "funded": (Gate.KYC, Gate.CONTRACT),
}
"""Nobody is funded of whom the firm does not know who he is and that he agreed."""
WAITS_IN: Final[Mapping[str, Lifecycle]] = {
    Gate.REVIEW: "passed",
    Gate.PAYMENT: "passed",
    Gate.KYC: "awaiting_kyc",
    Gate.CONTRACT: "awaiting_contract",
}
_ORDER = (Gate.REVIEW, Gate.PAYMENT, Gate.KYC, Gate.CONTRACT)


def gates_before(
    terms: GateTerms | None, left: Phase, following: Phase, *, pays_on_pass: bool
) -> list[str]:
    """The gates between two phases, in their order; a rulebook's own review among them."""
    if terms is None:
        asked = set(DEFAULT[following.stage])
    else:
        funded = following.stage == "funded"
        asked = set(terms.before_funded if funded else terms.before_evaluation)
    if left.promotion.moment == "after_manual_review":
        asked.add(Gate.REVIEW)
    if pays_on_pass and following.stage == "funded":
        asked.add(Gate.PAYMENT)
    return [gate for gate in _ORDER if gate in asked]


def first_shut(gates: Iterable[str], passed: Iterable[str]) -> str | None:
    """The gate that is to be settled next; None: the way is free."""
    settled = set(passed)
    return next((gate for gate in gates if gate not in settled), None)


def state_in(stage: str) -> Lifecycle:
    """The state of an enrolment whose phase of this stage runs."""
    return "funded" if stage == "funded" else "evaluating"
