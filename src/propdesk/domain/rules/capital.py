"""Capital (RULES T11): how many accounts, and how much, one person or group may hold.

The log names the accounts of a group, not their sizes. What the sum of sizes would be is said
only where it is certain: one account too large by itself is, the rest is *unknown*.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from propdesk.domain.events import GroupFormed, Scaled
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.terms import RuleTerms, TermsError


@dataclass(frozen=True, kw_only=True)
class Capital(RuleTerms):
    """An upper bound on accounts or on the sum of their sizes."""

    rule: Literal["capital"] = "capital"
    accounts_max: int | None = None
    """The most accounts one group may hold at a time."""
    total_max: Decimal | None = None
    """The largest sum of account sizes, in the account's currency."""
    kinds: tuple[str, ...] = ("owner",)
    """Which groups count: owner, household, address, device, ring."""
    stages: tuple[Literal["evaluation", "funded"], ...] = ("evaluation", "funded")
    """Only accounts in these stages count."""

    def __post_init__(self) -> None:
        if self.accounts_max is None and self.total_max is None:
            raise TermsError("capital needs 'accounts_max' or 'total_max'")

    def sentence(self, size: Decimal | None = None) -> str:
        del size
        parts = []
        if self.accounts_max is not None:
            parts.append(f"{self.accounts_max} account{'' if self.accounts_max == 1 else 's'}")
        if self.total_max is not None:
            parts.append(f"{self.total_max:,f} in all")
        only = "" if len(self.stages) > 1 else f", counting {self.stages[0]} ones only"
        return f"One {' or '.join(self.kinds)} may hold at most {' and '.join(parts)}{only}."

    def formula(self) -> str:
        parts = []
        if self.accounts_max is not None:
            parts.append(f"accounts ≤ {self.accounts_max}")
        if self.total_max is not None:
            parts.append(f"Σ sizes ≤ {self.total_max:f}")
        return ", ".join(parts)


class CapitalJudge(Judge[Capital]):
    """Counts the accounts of a group when it is formed."""

    def on_start(self) -> Violations:
        return self._alone()

    def on_scaled(self, event: Scaled) -> Violations:
        del event
        return self._alone()

    def _alone(self) -> Violations:
        """What this account's own size says, whatever its group holds beside it."""
        most, size = self.terms.total_max, self.situation.size
        if most is None or size <= most or self.situation.stage not in self.terms.stages:
            return ()
        return [Violation(observed=size, limit=most, comparison="cross")]

    def on_group(self, event: GroupFormed) -> Violations:
        counted, certain = self._counted(event)
        if event.kind not in self.terms.kinds or self.situation.account not in counted:
            return ()
        detail = {"group": event.id, "kind": event.kind, "accounts": " ".join(counted)}
        found: list[Violation] = []
        most = self.terms.accounts_max
        if most is not None and len(counted) > most:
            found.append(
                Violation(
                    observed=len(counted),
                    limit=most,
                    comparison="cross",
                    certainty="proven" if certain > most else "possible",
                    detail=detail,
                )
            )
        if self.terms.total_max is not None and len(counted) > 1:
            reason = "the sizes of the group's other accounts are not part of the log"
            detail = {**detail, "reason": reason}
            limit = self.terms.total_max
            found.append(Violation(None, limit, "cross", certainty="unknown", detail=detail))
        return found

    def _counted(self, event: GroupFormed) -> tuple[list[str], int]:
        """The accounts that count or may, and how many of them certainly do."""
        every = {"evaluation", "funded"} <= set(self.terms.stages)  # an untold stage is one
        counted: list[str] = []
        certain = 0
        for number, account in enumerate(event.accounts):
            told = number < len(event.stages)
            if told and event.stages[number] not in self.terms.stages:
                continue
            counted.append(account)
            certain += told or every
        return counted, certain
