"""What changes for a trader between two rulebooks, in words.

Two versions of one programme, or two programmes: phases are matched by name (or by place, where
the names differ), rules by the name of the instance. Wording, sources and notes do not count: a
difference is a value that can change a verdict, a date or a sum. It must not judge which is better.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from propdesk.domain.payouts import PayoutTerms
from propdesk.domain.rulebook import Phase, Rulebook
from propdesk.domain.scaling import ScalingTerms
from propdesk.domain.scaling_words import scaling_sentences
from propdesk.domain.terms import RuleTerms, TermsError
from propdesk.wire.effect_words import effect_sentences
from propdesk.wire.rulebook_words import descriptions_of, spoken

_NO_MATTER = frozenset({"rule", "id", "source", "read_on"})
# What identifies and describes a rulebook; none of it reaches a verdict.
_IDENTITY = frozenset(
    {"name", "version", "title", "style_of", "note", "phases", "sizes", "add_ons", "effective_from"}
)


@dataclass(frozen=True, slots=True)
class Value:
    """One value that differs: ``means`` is the description of the field."""

    name: str
    before: str
    after: str
    means: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. ``where`` is the phase, or empty for the whole programme."""

    where: str
    what: str
    """The rule or part, as the rulebook names it."""
    before: str | None
    """The sentence that held; None for what is new."""
    after: str | None
    """The sentence that holds now; None for what is gone."""
    values: tuple[Value, ...] = ()

    def sentence(self) -> str:
        """The change in one line of plain words."""
        where = f"{self.where}: " if self.where else ""
        if self.before is None:
            return f"{where}new: {self.what} – {self.after}"
        if self.after is None:
            return f"{where}no longer: {self.what} – {self.before}"
        if self.before != self.after:
            return f"{where}{self.what} – before: {self.before} Now: {self.after}"
        changed = "; ".join(f"{each.name}: {each.before} → {each.after}" for each in self.values)
        return f"{where}{self.what} – {changed}"


def differences(
    before: Rulebook, after: Rulebook, size: Decimal | None = None
) -> tuple[Difference, ...]:
    """Every difference, the programme's own first, then phase by phase.

    ``size`` names the account size the sentences give sums for; None leaves them general.
    """
    return tuple(_all(before, after, size))


def _all(before: Rulebook, after: Rulebook, size: Decimal | None) -> Iterator[Difference]:
    shared = [each for each in _parts(before) if each in _parts(after)]
    for name in shared:
        yield from _part("", name.replace("_", " "), getattr(before, name), getattr(after, name))
    yield from _sizes(before, after)
    yield from _add_ons(before.add_ons, after.add_ons)
    for old, new in _matched(before.phases, after.phases):
        yield from _phase(old, new, size)


def _parts(rulebook: Rulebook) -> list[str]:
    return [each.name for each in fields(rulebook) if each.name not in _IDENTITY]


def _sizes(before: Rulebook, after: Rulebook) -> Iterator[Difference]:
    old = {offer.size: offer.price for offer in before.sizes}
    new = {offer.size: offer.price for offer in after.sizes}
    for size in sorted(old.keys() | new.keys()):
        what = f"account size {size:,f}"
        if size not in new:
            yield Difference("", what, _price(old[size]), None)
        elif size not in old:
            yield Difference("", what, None, _price(new[size]))
        elif old[size] != new[size]:
            yield Difference("", what, _price(old[size]), _price(new[size]))


def _price(price: Decimal | None) -> str:
    return "on sale." if price is None else f"on sale at {price:,f}."


def _add_ons(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old != new:
            yield Difference(
                "",
                f"add-on {name}",
                None if old is None else spoken(old),
                None if new is None else spoken(new),
            )


def _matched(
    before: tuple[Phase, ...], after: tuple[Phase, ...]
) -> list[tuple[Phase | None, Phase | None]]:
    """Phases of one name, else of one place among those without a namesake."""
    old = {phase.name: phase for phase in before}
    new = {phase.name: phase for phase in after}
    lone_old = [phase for phase in before if phase.name not in new]
    lone_new = [phase for phase in after if phase.name not in old]
    partner = {
        fresh.name: gone
        for gone, fresh in zip(lone_old, lone_new, strict=False)
        if gone.stage == fresh.stage
    }
    pairs: list[tuple[Phase | None, Phase | None]] = [
        (old.get(phase.name, partner.get(phase.name)), phase) for phase in after
    ]
    met = {pair[0].name for pair in pairs if pair[0] is not None}
    return pairs + [(phase, None) for phase in before if phase.name not in met]


def _phase(before: Phase | None, after: Phase | None, size: Decimal | None) -> Iterator[Difference]:
    if after is None or before is None:
        there = after or before
        where = there.name if there is not None else ""
        told = _counted(len(there.rules)) if there is not None else ""
        yield Difference(
            where, "phase", None if before is None else told, None if after is None else told
        )
        return
    where = after.name if before.name == after.name else f"{before.name} → {after.name}"
    for part in ("stage", "promotion", "accounting", "payout", "scaling"):
        yield from _part(where, part, getattr(before, part), getattr(after, part), size)
    old, new = _by_name(before), _by_name(after)
    for name in [*old, *(each for each in new if each not in old)]:
        yield from _rule(where, name, old.get(name), new.get(name), size)


def _by_name(phase: Phase) -> dict[str, RuleTerms]:
    """Rules under names of their own: an instance without one is numbered."""
    found: dict[str, RuleTerms] = {}
    for rule in phase.rules:
        name, count = rule.name, 2
        while name in found:
            name, count = f"{rule.name} ({count})", count + 1
        found[name] = rule
    return found


def _rule(
    where: str, name: str, before: RuleTerms | None, after: RuleTerms | None, size: Decimal | None
) -> Iterator[Difference]:
    what = name.replace("_", " ")
    old = None if before is None else _told(before, size)
    new = None if after is None else _told(after, size)
    if before is None or after is None:
        yield Difference(where, what, old, new)
        return
    if type(before) is not type(after):
        yield Difference(where, what, old, None)
        yield Difference(where, what, None, new)
        return
    values = _values(before, after)
    if values:
        yield Difference(where, what, old, new, values)


def _told(rule: RuleTerms, size: Decimal | None) -> str:
    try:
        return rule.sentence(size)
    except TermsError:  # this size is not on offer in one of the two
        return rule.sentence()


def _part(
    where: str, name: str, before: Any, after: Any, size: Decimal | None = None
) -> Iterator[Difference]:
    if before == after:
        return
    if before is None or after is None or type(before) is not type(after):
        yield Difference(
            where,
            name,
            None if before is None else _whole(before, size),
            None if after is None else _whole(after, size),
        )
    elif hasattr(before, "__dataclass_fields__"):
        values = _values(before, after)
        if values:
            yield Difference(where, name, name, name, values)
    else:
        told = (Value(name, spoken(before), spoken(after), ""),)
        yield Difference(where, name, name, name, told)


def _whole(part: Any, size: Decimal | None) -> str:
    """All a part says: payout and scaling terms in their sentences."""
    if isinstance(part, PayoutTerms):
        return part.sentence(size)
    if isinstance(part, ScalingTerms):
        return " ".join(scaling_sentences(part, size))
    return spoken(part)


def _values(before: Any, after: Any) -> tuple[Value, ...]:
    means = descriptions_of(after)
    return tuple(
        Value(
            each.name.replace("_", " "),
            _said(each.name, getattr(before, each.name)),
            _said(each.name, getattr(after, each.name)),
            means.get(each.name, ""),
        )
        for each in fields(after)
        if each.name not in _NO_MATTER and getattr(before, each.name) != getattr(after, each.name)
    )


def _said(name: str, value: Any) -> str:
    return " ".join(effect_sentences(value)) if name == "effects" else spoken(value)


def _counted(rules: int) -> str:
    return "a phase with one rule." if rules == 1 else f"a phase with {rules} rules."
