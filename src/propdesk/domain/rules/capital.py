"""Capital (RULES T11): how many accounts, and how much, one person or group may hold.

The log names the accounts of a group, not their sizes. What the sum of sizes would be is said
only where it is certain: one account too large by itself is, the rest is *unknown*.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from propdesk.domain.events import GroupFormed
from propdesk.domain.exact import ZERO
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.terms import RuleTerms, TermsError


@dataclass(frozen=True, kw_only=True)
class Capital(RuleTerms):
    """An upper bound on accounts or on the sum of their sizes."""

    rule: Literal["capital"] = "capital"
    accounts_max: int | None = None
    total_max: Decimal | None = None
    """The largest sum of account sizes, in the account's currency."""
    kinds: tuple[str, ...] = ("owner",)
    """Which groups count: owner, household, address, device, ring."""
    stages: tuple[Literal["evaluation", "funded"], ...] = ("evaluation", "funded")
    """Only accounts in these stages count."""

    def __post_init__(self) -> None:
        if self.accounts_max is None and self.total_max is None:
            raise TermsError("capital needs 'accounts_max' or 'total_max'")

    def sentence(self, size: Decimal | None = None) -> str:  # noqa: ARG002
        parts = []
        if self.accounts_max is not None:
            parts.append(f"{self.accounts_max} accounts")
        if self.total_max is not None:
            parts.append(f"{self.total_max:,f} in all")
        return f"One {' or '.join(self.kinds)} may hold at most {' and '.join(parts)}."

    def formula(self) -> str:
        return "Σ sizes ≤ maximum"


def allocation(sizes: Sequence[Decimal]) -> Decimal:
    """The capital of several accounts together."""
    return sum(sizes, ZERO)


class CapitalJudge(Judge[Capital]):
    """Counts the accounts of a group when it is formed."""

    def on_start(self) -> Violations:
        most, size = self.terms.total_max, self.situation.size
        if most is None or size <= most or self.situation.stage not in self.terms.stages:
            return ()
        return [Violation(observed=size, limit=most, comparison="cross")]

    def on_group(self, event: GroupFormed) -> Violations:
        if event.kind not in self.terms.kinds or self.situation.account not in event.accounts:
            return ()
        accounts = [
            each
            for number, each in enumerate(event.accounts)
            if number >= len(event.stages) or event.stages[number] in self.terms.stages
        ]
        detail = {"group": event.id, "kind": event.kind, "accounts": " ".join(accounts)}
        found: list[Violation] = []
        most = self.terms.accounts_max
        if most is not None and len(accounts) > most:
            unsure = len(event.stages) < len(event.accounts) and len(self.terms.stages) == 1
            found.append(
                Violation(
                    observed=len(accounts),
                    limit=most,
                    comparison="cross",
                    certainty="possible" if unsure else "proven",
                    detail=detail,
                )
            )
        if self.terms.total_max is not None and len(accounts) > 1:
            reason = "the sizes of the group's other accounts are not part of the log"
            detail = {**detail, "reason": reason}
            limit = self.terms.total_max
            found.append(Violation(None, limit, "cross", certainty="unknown", detail=detail))
        return found
