"""Which of a phase's rules hold for an account, and what each of them covers there.

Specific beats general: where several instances of one rule differ in what they apply to, the more
specific one replaces the others for what it covers. Instances that apply to the same are further
limits beside each other, and all hold. It judges nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from propdesk.domain.situation import Situation
from propdesk.domain.terms import AppliesTo, RuleTerms


@dataclass(frozen=True, kw_only=True)
class Narrowed(AppliesTo):
    """What a rule covers in one account once more specific ones have taken their part."""

    without: tuple[AppliesTo, ...] = ()

    @cached_property
    def whole_account(self) -> bool:
        """Whether it covers every instrument: not where others have taken any."""
        return not (self.instruments or self.asset_classes or self.without)

    def covers(self, names: Sequence[str], asset_class: str) -> bool:
        taken = any(each.covers(names, asset_class) for each in self.without)
        return not taken and super().covers(names, asset_class)


def rules_in_force(rules: Iterable[RuleTerms], situation: Situation) -> tuple[RuleTerms, ...]:
    """The rules that hold for the account, in their order, each narrowed to what is left of it."""
    held = [terms for terms in rules if is_for(terms.applies_to, situation)]
    found = []
    for terms in held:
        stronger = [
            each.applies_to
            for each in held
            if each.rule == terms.rule
            and each.applies_to.specificity > terms.applies_to.specificity
        ]
        if any(each.whole_account for each in stronger):
            continue  # replaced for everything it covers
        if terms.applies_to.specificity or stronger:
            found.append(replace(terms, applies_to=_narrowed(terms.applies_to, stronger)))
        else:
            found.append(terms)
    return tuple(found)


def is_for(applies: AppliesTo, situation: Situation) -> bool:
    """Whether an account of this type, group and tags is meant at all."""
    return (
        (not applies.account_types or situation.account_type in applies.account_types)
        and (not applies.groups or situation.group in applies.groups)
        and (not applies.tags or not set(applies.tags).isdisjoint(situation.tags))
    )


def _narrowed(applies: AppliesTo, stronger: Sequence[AppliesTo]) -> Narrowed:
    """Type, group and tags are settled by now; what is left is about instruments."""
    return Narrowed(
        instruments=applies.instruments,
        asset_classes=applies.asset_classes,
        without=tuple(stronger),
    )
