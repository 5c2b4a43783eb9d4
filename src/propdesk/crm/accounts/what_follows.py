"""What follows from what the engine says: the one table of it. It decides; it writes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from propdesk.crm.accounts.held_verdicts import HELD
from propdesk.crm.accounts.models import NOT_JUDGED, Blocked, CaseKind
from propdesk.domain.evaluation import Status
from propdesk.domain.statuses import STATUS_EDGES, is_final, may_become
from propdesk.ports.platform import Rights

Step: TypeAlias = Literal["cancel_all", "close_all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Follows:
    """``steps`` are commanded in their order, before the rights that the status asks for."""

    steps: tuple[Step, ...] = ()
    notice: str = ""
    case: CaseKind | None = None


NOTHING = Follows()
END: tuple[Step, ...] = ("cancel_all", "close_all")
"""What goes before an account is made read-only for good."""

OF_OUTCOME: Mapping[str, Follows] = {
    "fail": Follows(notice="breach"),
    "fail_but_payable": Follows(notice="breach"),
    "pass": Follows(notice="passed"),
    "pause_until": Follows(notice="locked"),
    "flatten": Follows(steps=("close_all",), notice="closed_by_rule"),
    "close_position": Follows(notice="close_position", case=CaseKind.ENFORCEMENT),
    "strike": Follows(notice="strike"),
    "warn": Follows(notice="warning"),
    "penalty": Follows(notice="penalty"),
    "profit_adjust": Follows(notice="profit_adjusted"),
    "payout_denied": Follows(notice="payout_denied"),
    "payout_delayed": Follows(notice="payout_delayed"),
    "target_raised": Follows(notice="target_raised"),
    "reset_account": Follows(notice="reset_due", case=CaseKind.REVIEW),
    "demote_stage": Follows(notice="demoted", case=CaseKind.REVIEW),
    "manual_review": Follows(case=CaseKind.REVIEW),
}
"""By outcome. A platform closes one position only as its trader does, so a person must see to it.
*Possible* and *unknown* ones, and words of a later engine, only enter the time line: nobody is
punished by what is not proven."""

OF_STATUS: Mapping[Status, Follows] = {
    "active": NOTHING,
    "unknown": NOTHING,
    "paused": Follows(steps=("cancel_all",)),
    "passed": Follows(steps=END),
    "breached": Follows(steps=END),
    "expired": Follows(steps=END, notice="expired"),
}

_RIGHTS: Mapping[str, Rights] = {
    NOT_JUDGED: Rights.TRADE,
    "active": Rights.TRADE,
    "unknown": Rights.TRADE,
    "paused": Rights.READ_ONLY,
    "passed": Rights.READ_ONLY,
    "breached": Rights.READ_ONLY,
    "expired": Rights.READ_ONLY,
}
_BLOCKED: Mapping[Status, Blocked] = {
    "active": Blocked.NOTHING,
    "unknown": Blocked.UNKNOWN,
    "paused": Blocked.PAUSED,
    "passed": Blocked.PROMOTION,
    "breached": Blocked.BREACHED,
    "expired": Blocked.EXPIRED,
}
_BLOCKED_BY_HOLD: Mapping[str, Blocked] = {
    Blocked.TERMINATED: Blocked.TERMINATED,
    Blocked.SUSPENDED: Blocked.SUSPENDED,
    HELD: Blocked.CASE,
}
"""By the reason of a hold, the gravest first."""
_LESS = [Rights.TRADE, Rights.CLOSE_ONLY, Rights.READ_ONLY, Rights.DISABLED]


def of_outcome(outcome: str) -> Follows:
    """What a verdict asks for."""
    return OF_OUTCOME.get(outcome, NOTHING)


def of_status(status: Status) -> Follows:
    """What a new status asks for, beside the rights."""
    return OF_STATUS[status]


def of_correction(outcome: str, replaced_by: str | None) -> CaseKind | None:
    """The case a correction opens: where a breach or a pass does not hold any more. Another breach
    in its place, and other figures of the same, change nothing that was done."""
    if replaced_by is not None:
        return None
    if outcome in {"fail", "fail_but_payable"}:
        return CaseKind.UN_BREACHED
    return CaseKind.CORRECTED if outcome == "pass" else None


def of_forbidden_status(old: str, new: str) -> CaseKind:
    """The case that a status opens which cannot follow: the engine judged the past anew."""
    if old in {"breached", "expired"} and new not in {"breached", "expired"}:
        return CaseKind.UN_BREACHED
    if old == "passed" and new == "breached":
        return CaseKind.NEWLY_BREACHED
    return CaseKind.AFTER_THE_END


def status_of(word: str) -> Status | None:
    """A status as the engine writes it; None for a word of a later engine."""
    return next((each for each in STATUS_EDGES if each == word), None)


def can_become(old: str, new: Status) -> bool:
    """Whether the table has the edge; an account nobody judged yet may become anything."""
    before = status_of(old)
    return old == NOT_JUDGED or (before is not None and may_become(before, new))


def blocked_by(status: Status, holds: Iterable[str] = ()) -> Blocked:
    """What stands before the next step: the end of the phase, else what the firm holds it by,
    else what the status says."""
    if not is_final(status):
        for reason, blocked in _BLOCKED_BY_HOLD.items():
            if reason in holds:
                return blocked
    return _BLOCKED[status]


def rights_of(status: str, *holds: str) -> Rights:
    """What the trader may do: the least of what the status and each hold leave."""
    asked = [_RIGHTS[status], *(Rights(each) for each in holds)]
    return max(asked, key=_LESS.index)


def ends(status: Status) -> bool:
    """Whether the phase is over."""
    return is_final(status)
