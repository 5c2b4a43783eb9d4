"""Limits put on what an account's path reaches, and on the minor unit either side of it.

A first run finds by how much a limit of that kind is passed; ``compare_on`` then holds the engine
against the evaluator that is asked at every quote, figure by figure.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Quote, TimePassed
from propdesk.domain.rules.concentration import Concentration
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.exposure import Cap, ExposureLimit, Tier
from propdesk.domain.rules.floor_lock import Lock
from propdesk.domain.rules.open_risk import OpenRisk
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount, Effect, RuleTerms
from propdesk.domain.unattended import Unattended
from propdesk.wire.conditions import CelConditions
from propdesk.wire.log_records import VerdictSaid
from propdesk.wire.rulebook_file import LoadedRulebook
from tests.live.engine_drive import DIGITS, Driven, records_of
from tests.live.markets import CATALOGUE, Step
from tests.story import rulebook

SIZE = Decimal(100000)
WARN = (Effect(kind="warn"),)
CENT = Decimal("0.01")
FIGURES = (
    "days", "limits", "objectives", "strikes", "status", "balance", "equity", "trades", "coverage",
)  # fmt: skip


def drawn_rule(chance: random.Random) -> RuleTerms:
    """A limit on a price, with a small allowance for the first run."""
    first = Amount(money=Decimal(chance.choice((300, 900, 2500))))
    comparison: Any = chance.choice(("touch", "cross"))
    warn_at = chance.choice(((), (), (Decimal(50), Decimal(80))))
    kind = chance.randrange(5)
    if kind == 0:
        base: Any = chance.choice(("day_start_balance", "max_balance_equity", "day_peak_equity"))
        return DailyLoss(base=base, allowance=first, comparison=comparison, warn_at=warn_at)
    if kind == 1:
        return OverallLoss(mode="static", allowance=first, comparison=comparison, warn_at=warn_at)
    if kind == 2:
        peak: Any = chance.choice(("live_equity", "live_max_balance_equity"))
        tested: Any = chance.choice(("equity", "balance_or_equity"))
        return OverallLoss(
            mode="trailing", peak_source=peak, allowance=first, comparison=comparison,
            tested=tested, warn_at=warn_at,
            lock=chance.choice((None, None, Lock(at=Amount(money=Decimal(200))))),
        )  # fmt: skip
    if kind == 3:
        scope: Any = chance.choice(("position", "symbol", "portfolio", "trade_idea"))
        measure: Any = chance.choice(("floating", "realised_and_floating", "worst_floating"))
        return OpenRisk(scope=scope, measure=measure, limit=first, comparison=comparison)
    return Concentration(
        percent=Decimal(100), daily_limit=first, measured="closed_and_open", comparison=comparison
    )


def put_at(rule: RuleTerms, amount: Decimal) -> RuleTerms:
    """The same limit with this allowance."""
    money = Amount(money=max(amount, CENT))
    if isinstance(rule, OpenRisk):
        return replace(rule, limit=money)
    if isinstance(rule, Concentration):
        return replace(rule, daily_limit=money)
    assert isinstance(rule, DailyLoss | OverallLoss)
    return replace(rule, allowance=money)


def passed_by(rule: RuleTerms, result: Evaluation) -> Decimal:
    """The allowance the path's own figure would just reach; the drawn one where none was."""
    if isinstance(rule, OpenRisk | Concentration):
        first = rule.limit.money if isinstance(rule, OpenRisk) else rule.daily_limit.money
    else:
        assert isinstance(rule, DailyLoss | OverallLoss)
        first = rule.allowance.money
    assert first is not None
    for verdict in result.verdicts:
        if verdict.rule != rule.name or verdict.observed is None:
            continue
        if verdict.outcome not in {"warn", "pass"}:
            assert isinstance(verdict.observed, Decimal)
            assert isinstance(verdict.limit, Decimal)
            return first + abs(verdict.limit - verdict.observed)
    return first


def besides(chance: random.Random) -> tuple[RuleTerms, ...]:
    """Rules that speak without ending anything, to be mixed in."""
    ladder = (
        Tier(profit=Amount(money=Decimal(0)), cap=Cap(at_most=Decimal(3))),
        Tier(profit=Amount(money=Decimal(400)), cap=Cap(at_most=Decimal(8))),
    )
    exposure = ExposureLimit(
        unit="lots", aggregation="absolute_sum", cap=Cap(at_most=Decimal(3)), ladder=ladder,
        ladder_source="live_equity", ladder_effective="now", ladder_moves="up_only",
        when=chance.choice(("at_opening", "while_open")), effects=WARN,
    )  # fmt: skip
    return (exposure,) if chance.random() < 0.3 else ()


def just(rule: RuleTerms) -> Decimal:
    """What makes an amount that is reached the last allowance that is broken by it."""
    return Decimal(0) if getattr(rule, "comparison") == "touch" else -CENT  # noqa: B009


def offset_of(rule: RuleTerms, chance: random.Random) -> Decimal:
    """A cent either side, and most often the last allowance that is just broken."""
    on = just(rule)
    return chance.choice((on, on, on, on + CENT, on - CENT))


def target_at(result: Evaluation, chance: random.Random) -> tuple[RuleTerms, ...]:
    """A target at the highest equity the path reaches, or a cent beside it."""
    highest = max((each.max_equity for each in result.days if each.max_equity), default=SIZE)
    amount = highest - SIZE + chance.choice((Decimal(0), Decimal(0), CENT, -CENT))
    if amount <= 0 or chance.random() < 0.5:
        return ()
    return (ProfitTarget(target=Amount(money=amount), measured_on="equity"),)


def loaded(account: str, rules: Sequence[RuleTerms]) -> LoadedRulebook:
    """A programme of these rules, as its one phase."""
    return LoadedRulebook(rulebook(*rules), f"{account}:{rules}", "drawn", "")


@dataclass(frozen=True)
class Bought:
    """What one account is judged by."""

    loaded: LoadedRulebook
    phase: str = "phase"
    size: Decimal = SIZE


def reference(bought: Bought, account: str, steps: Sequence[Step], *, fast: bool) -> Evaluation:
    """What the evaluator says; where it is not ``fast`` it asks every rule at every quote."""
    rules = bought.loaded.rulebook
    evaluator = Evaluator(
        rules, rules.phase(bought.phase), size=bought.size, catalogue=CATALOGUE,
        conditions=CelConditions(), account=account, fast=fast,
    )  # fmt: skip
    for step in steps:
        if isinstance(step, Quote):
            evaluator.feed((step,))
        elif isinstance(step[0], TimePassed):  # rolls days; makes no later deal a late one
            Unattended(evaluator).wake(step[0].at)
        elif getattr(step[0], "account", account) == account:
            evaluator.feed(step)
    return evaluator.result()


@dataclass(frozen=True)
class Compared:
    """What was the same: account-ticks that were judged, and what was said of each account."""

    ticks: int
    told: Mapping[str, Sequence[VerdictSaid]]

    @property
    def said(self) -> int:
        return sum(len(each) for each in self.told.values())

    @property
    def by_rule(self) -> Counter[str]:
        return Counter(verdict.rule for each in self.told.values() for verdict in each)


@dataclass(frozen=True)
class Placed:
    """A limit on what a path reaches, and the same limit a minor unit beyond it."""

    on: Bought
    beyond: Bought


def placed_in_phase(
    sold: LoadedRulebook, phase: str, account: str, steps: Sequence[Step], chance: random.Random
) -> Placed:
    """A phase as it is sold, but for one of its loss limits, which is put on what the path
    reaches; as it is sold where it has none."""
    book = sold.rulebook
    size = max((each.size for each in book.sizes), default=SIZE)
    terms = book.phase(phase)
    places = [n for n, each in enumerate(terms.rules) if isinstance(each, DailyLoss | OverallLoss)]
    if not places:
        return Placed(Bought(sold, phase, size), Bought(sold, phase, size))
    place = chance.choice(places)

    def with_limit(amount: Decimal) -> Bought:
        rules = list(terms.rules)
        rules[place] = put_at(rules[place], amount)
        changed = replace(terms, rules=tuple(rules))
        phases = tuple(changed if each.name == phase else each for each in book.phases)
        named = f"{account}:{sold.sha256}:{amount}"
        changed_book = replace(book, phases=phases)
        return Bought(LoadedRulebook(changed_book, named, "drawn", ""), phase, size)

    first = with_limit((size * chance.choice((2, 5, 10)) / 1000).quantize(CENT))
    rule = first.loaded.rulebook.phase(phase).rules[place]
    on = passed_by(rule, reference(first, account, steps, fast=True)) + just(rule)
    return Placed(with_limit(on), with_limit(on + CENT))


def placed_drawn(account: str, steps: Sequence[Step], chance: random.Random) -> Placed:
    """A drawn limit at the first tick that passes it by some, or at the lowest the path reaches;
    others that end nothing beside it."""
    rule = drawn_rule(chance)
    first = reference(Bought(loaded(account, [rule])), account, steps, fast=True)
    on = passed_by(rule, first) + just(rule)
    if chance.random() < 0.3:
        comparison: Any = chance.choice(("touch", "cross"))
        rule = OverallLoss(mode="static", allowance=Amount(money=SIZE), comparison=comparison)
        whole = reference(Bought(loaded(account, [rule])), account, steps, fast=True)
        lowest = min(each.min_equity for each in whole.days if each.min_equity is not None)
        on = SIZE - lowest + just(rule)
    others = (*besides(chance), *target_at(first, chance))
    return Placed(
        Bought(loaded(account, [put_at(rule, on), *others])),
        Bought(loaded(account, [put_at(rule, on + CENT), *others])),
    )


def compare_on(
    steps: Sequence[Step],
    bought: Mapping[str, Bought],
    batches: random.Random,
    *,
    digits: Mapping[str, int] = DIGITS,
    kernel: Any = None,
    fast: bool = True,
) -> Compared:
    """Judge these steps live, and hold every account's figures against the reference."""
    driven = Driven({name: each.loaded for name, each in bought.items()}, kernel)
    for name, each in bought.items():
        driven.enrol(name, each.phase, each.size)
    for record in records_of(steps, batches, digits):
        driven.take(record)
    assert not driven.alarms
    told = {name: _said_of(driven, name) for name in bought}
    for name, each in bought.items():
        expected = reference(each, name, steps, fast=fast)
        found = driven.desk.result(name)
        where = (each.loaded.rulebook.name, each.phase, name)
        assert [e.id for e in told[name]] == [e.id for e in expected.verdicts], where
        for figure in FIGURES:
            assert getattr(found, figure) == getattr(expected, figure), (*where, figure)
        for mine, theirs in zip(found.verdicts, expected.verdicts, strict=True):
            assert replace(mine, event=0) == replace(theirs, event=0), where
    quotes = sum(isinstance(step, Quote) for step in steps)
    return Compared(quotes * len(bought), told)


def _said_of(driven: Driven, account: str) -> list[VerdictSaid]:
    return [e for e in driven.said if isinstance(e, VerdictSaid) and e.account == account]
