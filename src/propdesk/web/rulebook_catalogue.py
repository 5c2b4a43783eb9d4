"""The catalogue of programmes: the few figures a trader compares, and the filters over them.

Every figure is read from the rulebook's data. It must not judge which programme is better.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import groupby

from django.utils.translation import gettext_lazy as _

from propdesk.domain.payouts import PayoutTerms
from propdesk.domain.payouts.split import Split
from propdesk.domain.rulebook import Phase, Rulebook
from propdesk.domain.rules.activity_days import ActivityDays
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount, RuleTerms
from propdesk.web.rulebook_library import shelf, usual_size
from propdesk.wire.rulebook_file import LoadedRulebook

NONE = "–"
OWN = "Propdesk: demonstration, of no firm"
"""Where a programme stands that is in no firm's style."""
KINDS = {
    "static": _("fixed"),
    "trailing-eod": _("trails the day's end"),
    "trailing-live": _("trails at once"),
    "other": _("moves otherwise"),
}
STEPS = {"instant": _("instant"), "1": _("1 step"), "2": _("2 steps"), "3": _("3 steps")}
MARKETS = {"cfd": _("CFD"), "futures": _("futures"), "crypto": _("crypto")}


@dataclass(frozen=True, slots=True)
class Programme:
    """One line of the catalogue."""

    name: str
    title: str
    firm: str
    steps: str
    """A key of ``STEPS``."""
    kind: str
    """How the overall floor moves: a key of ``KINDS``."""
    markets: tuple[str, ...]
    size: str
    """The account size for which sums are given."""
    target: str
    daily: str
    daily_soft: bool
    overall: str
    days: str
    split: str
    version: str

    @property
    def kind_word(self) -> str:
        return str(KINDS[self.kind])

    @property
    def steps_word(self) -> str:
        return str(STEPS.get(self.steps, self.steps))

    @property
    def market_words(self) -> str:
        return ", ".join(str(MARKETS[each]) for each in self.markets)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a visitor asked for; an empty text asks for nothing."""

    q: str = ""
    firm: str = ""
    kind: str = ""
    steps: str = ""
    market: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Wanted":
        return cls(*(asked.get(name, "").strip()[:60] for name in cls.__slots__))

    @property
    def anything(self) -> bool:
        return any((self.q, self.firm, self.kind, self.steps, self.market))

    def fits(self, programme: Programme) -> bool:
        """Whether a programme is what was asked for; every word of the search must be there."""
        text = f"{programme.title} {programme.name} {programme.firm}".casefold()
        return (
            all(word in text for word in self.q.casefold().split())
            and self.firm in {"", programme.firm}
            and self.kind in {"", programme.kind}
            and self.steps in {"", programme.steps}
            and (not self.market or self.market in programme.markets)
        )


@cache
def programmes() -> tuple[Programme, ...]:
    """Every programme, by firm and title."""
    every = (programme_line(each) for each in shelf())
    return tuple(sorted(every, key=lambda each: (each.firm.casefold(), each.title.casefold())))


def by_firm(found: Iterable[Programme]) -> list[tuple[str, list[Programme]]]:
    return [(firm, list(each)) for firm, each in groupby(found, key=lambda one: one.firm)]


def firms() -> list[str]:
    return list(dict.fromkeys(each.firm for each in programmes()))


def programme_line(loaded: LoadedRulebook) -> Programme:
    """The few figures of a rulebook that a trader compares."""
    book = loaded.rulebook
    size = usual_size(book)
    evaluations = [each for each in book.phases if each.stage == "evaluation"]
    first = book.phases[0]
    daily = [each for each in first.rules if isinstance(each, DailyLoss)]
    overall = [each for each in first.rules if isinstance(each, OverallLoss)]
    return Programme(
        name=book.name,
        title=book.title or book.name,
        firm=book.style_of or OWN,
        steps=str(len(evaluations)) if evaluations else "instant",
        kind=_kind(overall),
        markets=book.traded,
        size=f"{size:,f}",
        target=_targets(evaluations, size),
        daily=_least(daily, size),
        daily_soft=bool(daily) and not daily[0].effects[0].hard,
        overall=_least(overall, size),
        days=_days(evaluations or book.phases),
        split=_split(book),
        version=book.version,
    )


def _kind(found: list[OverallLoss]) -> str:
    if not found:
        return "other"
    rule = found[0]
    if rule.mode == "static":
        return "static"
    if rule.mode != "trailing":
        return "other"
    live = (rule.peak_source or "").startswith("live") and rule.peak_update == "instant"
    return "trailing-live" if live or rule.peak_source == "closed_balance" else "trailing-eod"


def _targets(phases: list[Phase], size: Decimal) -> str:
    found = [
        amount_short(rule.target, size)
        for phase in phases
        for rule in phase.rules
        if isinstance(rule, ProfitTarget)
    ]
    return " + ".join(found) or NONE


def _least(rules: Iterable[RuleTerms], size: Decimal) -> str:
    for rule in rules:
        amount = getattr(rule, "allowance", None)
        sizes = getattr(rule, "sizes", ())
        if isinstance(amount, Amount) and (not sizes or size in sizes):
            return amount_short(amount, size)
    return NONE


def _days(phases: Iterable[Phase]) -> str:
    for phase in phases:
        for rule in phase.rules:
            if isinstance(rule, ActivityDays) and rule.required:
                return str(rule.required)
    return NONE


def _split(book: Rulebook) -> str:
    paying = [each.payout for each in book.phases if isinstance(each.payout, PayoutTerms)]
    return NONE if not paying else split_short(paying[0].split)


def split_short(split: Split) -> str:
    """The trader's share, or the span of it."""
    if split.percent is not None:
        return f"{split.percent:f} %"
    tables = (split.by_cycle or {}).values(), (split.by_tier or {}).values()
    shares = [each for table in tables for each in table]
    shares += [each.percent for each in split.by_cumulative or ()]
    low, high = min(shares), max(shares)
    return f"{low:f} %" if low == high else f"{low:f}–{high:f} %"


def amount_short(amount: Amount, size: Decimal) -> str:
    """A percentage, or the sum for this size."""
    if amount.percent is not None:
        plus = f" + {amount.plus:,f}" if amount.plus else ""
        return f"{amount.percent:f} %{plus}"
    if amount.percent_by_size is not None:
        return f"{amount.percent_for(size):f} %"
    if amount.by_size is not None and size not in amount.by_size:
        return NONE
    return f"{amount.resolve(size):,f}"
