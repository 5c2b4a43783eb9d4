"""The words for where an account and a person stand, and which word may follow which.

One closed table: the console, the interface, webhooks and documents use these words and no
others. It decides nothing; an action asks it before it writes.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from propdesk.domain.evaluation import Status

Lifecycle: TypeAlias = Literal[
    "lead",
    "registered",
    "customer",
    "evaluating",
    "passed",
    "awaiting_kyc",
    "awaiting_contract",
    "funded",
    "suspended",
    "terminated",
]


class ForbiddenTransition(ValueError):
    """The table has no such edge. The caller refuses the action and names both words."""

    def __init__(self, old: str, new: str) -> None:
        super().__init__(f"{old} cannot become {new}")
        self.old, self.new = old, new


# The status of a phase, derived from the log. A breach and a pass are final for the phase; what
# was unknown may become anything once the missing prices arrive.
STATUS_EDGES: Mapping[Status, frozenset[Status]] = {
    "active": frozenset({"passed", "breached", "paused", "expired", "unknown"}),
    "paused": frozenset({"active", "breached", "expired", "unknown"}),
    "unknown": frozenset({"active", "passed", "breached", "paused", "expired"}),
    "passed": frozenset(),
    "breached": frozenset(),
    "expired": frozenset(),
}

# Evaluating may follow evaluating (the next phase); funded again after a suspension. Back to
# evaluating is a demotion or a reset; only a terminated person starts anew, as a customer.
LIFECYCLE_EDGES: Mapping[Lifecycle, frozenset[Lifecycle]] = {
    "lead": frozenset({"registered", "terminated"}),
    "registered": frozenset({"customer", "suspended", "terminated"}),
    "customer": frozenset({"evaluating", "funded", "suspended", "terminated"}),
    "evaluating": frozenset({"evaluating", "passed", "customer", "suspended", "terminated"}),
    "passed": frozenset(
        {"evaluating", "awaiting_kyc", "awaiting_contract", "funded", "suspended", "terminated"}
    ),
    "awaiting_kyc": frozenset({"awaiting_contract", "funded", "suspended", "terminated"}),
    "awaiting_contract": frozenset({"funded", "suspended", "terminated"}),
    "funded": frozenset({"evaluating", "customer", "suspended", "terminated"}),
    "suspended": frozenset(
        {
            "registered",
            "customer",
            "evaluating",
            "passed",
            "awaiting_kyc",
            "awaiting_contract",
            "funded",
            "terminated",
        }
    ),
    "terminated": frozenset({"customer"}),
}


def may_become(old: Status, new: Status) -> bool:
    """Whether a phase's status may change so; staying is no change."""
    return new in STATUS_EDGES[old]


def changed(old: Status, new: Status) -> Status:
    """``new``, if the table allows it. Raises ``ForbiddenTransition``."""
    if not may_become(old, new):
        raise ForbiddenTransition(old, new)
    return new


def lifecycle_changed(old: Lifecycle, new: Lifecycle) -> Lifecycle:
    """``new``, if the table allows it. Raises ``ForbiddenTransition``."""
    if new not in LIFECYCLE_EDGES[old]:
        raise ForbiddenTransition(old, new)
    return new


def is_final(status: Status) -> bool:
    """Whether the phase is over: nothing that happens later changes its status."""
    return not STATUS_EDGES[status]
