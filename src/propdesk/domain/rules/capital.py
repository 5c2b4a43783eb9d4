"""Capital (RULES T11): how many accounts, and how much, one person or group may hold.

Sizes are those the log opens the accounts with. Where it does not open one of them, a sum is said
only when it is too large without that one; otherwise it is *unknown*.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from propdesk.domain.events import GroupFormed, Scaled
from propdesk.domain.exact import ZERO
from propdesk.domain.judging import Certainty, Judge, Violation, Violations
from propdesk.domain.peers import Circle, Stretch, circles
from propdesk.domain.situation import Situation
from propdesk.domain.terms import RuleTerms, TermsError

Bound: TypeAlias = Literal["accounts", "total"]

CircleKind: TypeAlias = Literal[
    "owner", "household", "address", "device", "ring", "strategy", "copier"
]


@dataclass(frozen=True, kw_only=True)
class Capital(RuleTerms):
    """An upper bound on accounts or on the sum of their sizes."""

    rule: Literal["capital"] = "capital"
    accounts_max: int | None = None
    """The most accounts one group may hold at a time."""
    total_max: Decimal | None = None
    """The largest sum of account sizes, in the account's currency."""
    kinds: tuple[CircleKind, ...] = ("owner",)
    """Which groups count."""
    stages: tuple[Literal["evaluation", "funded"], ...] = ("evaluation", "funded")
    """Only accounts in these stages count."""
    while_copying: bool = False
    """Only where a group of kind copier holds this account and another one that counts: above so
    much capital nobody may copy."""

    def __post_init__(self) -> None:
        if self.accounts_max is None and self.total_max is None:
            raise TermsError("capital needs 'accounts_max' or 'total_max'")

    @property
    def looks_at_peers(self) -> bool:
        return True

    def sentence(self, size: Decimal | None = None) -> str:
        del size
        parts = []
        if self.accounts_max is not None:
            parts.append(f"{self.accounts_max} account{'' if self.accounts_max == 1 else 's'}")
        if self.total_max is not None:
            parts.append(f"{self.total_max:,f} in all")
        only = "" if len(self.stages) > 1 else f", counting {self.stages[0]} ones only"
        whole = f"may hold at most {' and '.join(parts)}{only}"
        if self.while_copying:
            whole += " while one of its accounts copies another"
        return f"One {' or '.join(self.kinds)} {whole}."

    def formula(self) -> str:
        parts = []
        if self.accounts_max is not None:
            parts.append(f"accounts ≤ {self.accounts_max}")
        if self.total_max is not None:
            parts.append(f"Σ sizes ≤ {self.total_max:f}")
        return ", ".join(parts)


class CapitalJudge(Judge[Capital]):
    """Counts and adds up the accounts of each circle whenever the log says something new."""

    def __init__(self, terms: Capital, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.said: dict[tuple[str, Bound], Certainty] = {}  # what is too much now

    def on_start(self) -> Violations:
        return [*self._alone(), *self._news()]

    def on_scaled(self, event: Scaled) -> Violations:
        del event
        return [*self._alone(), *self._news()]

    def on_group(self, event: GroupFormed) -> Violations:
        del event
        return self._news()

    def on_peer(self, began: Sequence[Stretch]) -> Violations:
        del began
        return self._news()

    def cleared(self) -> bool:
        return all(each.certainty == "proven" for _, each in self._found())

    def _alone(self) -> Violations:
        """What this account's own size says, whatever its group holds beside it."""
        if not self._too_large_alone() or self.terms.while_copying:
            return ()
        return [Violation(self.situation.size, self.terms.total_max, "cross")]

    def _too_large_alone(self) -> bool:
        most = self.terms.total_max
        counts = self.situation.stage in self.terms.stages
        return most is not None and counts and self.situation.size > most

    def _news(self) -> list[Violation]:
        """What is too much, and was not said since it became so."""
        found = dict(self._found())
        news = [each for key, each in found.items() if self.said.get(key) != each.certainty]
        self.said = {key: each.certainty for key, each in found.items()}
        return news

    def _found(self) -> Iterator[tuple[tuple[str, Bound], Violation]]:
        every = circles(self.situation)
        copied = {name for each in every if each.kind == "copier" for name in each.stages}
        for circle in every:
            counted, certain = self._counted(circle)
            if circle.kind not in self.terms.kinds or self.situation.account not in counted:
                continue
            if self.terms.while_copying and len(copied & set(counted)) < 2:
                continue
            detail = {"group": circle.id, "kind": circle.kind, "accounts": " ".join(counted)}
            most = self.terms.accounts_max
            if most is not None and len(counted) > most:
                sure: Certainty = "proven" if len(certain) > most else "possible"
                number = Violation(len(counted), most, "cross", sure, detail)
                yield (circle.id, "accounts"), number
            total = self._total(counted, certain, detail)
            if total is not None:
                yield (circle.id, "total"), total

    def _total(
        self, counted: Sequence[str], certain: Sequence[str], detail: dict[str, str]
    ) -> Violation | None:
        most = self.terms.total_max
        if most is None or len(counted) < 2:
            return None
        if self._too_large_alone() and not self.terms.while_copying:
            return None  # said already
        sizes = {each: self._size(each) for each in counted}
        low = sum(sizes[each] or ZERO for each in certain)
        high = sum(size or ZERO for size in sizes.values())
        if low > most:
            return Violation(low, most, "cross", "proven", detail)
        unknown = [each for each, size in sizes.items() if size is None]
        if unknown:
            currency = self.situation.currency
            reason = f"the log does not tell the size of {', '.join(unknown)} in {currency}"
            return Violation(None, most, "cross", "unknown", {**detail, "reason": reason})
        return Violation(high, most, "cross", "possible", detail) if high > most else None

    def _size(self, account: str) -> Decimal | None:
        if account == self.situation.account:
            return self.situation.size
        peer = self.situation.peers.of(account)
        same = peer is not None and peer.currency == self.situation.currency
        return peer.size if peer is not None and same else None

    def _counted(self, circle: Circle) -> tuple[list[str], list[str]]:
        """The accounts that count or may, and those of them that certainly do."""
        every = {"evaluation", "funded"} <= set(self.terms.stages)  # an untold stage is one
        counted = [
            each for each, stage in circle.stages.items() if stage in {"", *self.terms.stages}
        ]
        return counted, [each for each in counted if every or circle.stages[each]]
