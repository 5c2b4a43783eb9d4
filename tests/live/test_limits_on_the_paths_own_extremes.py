"""Limits placed on what each account's path reaches, and one cent either side of it.

A first run finds by how much a limit of that kind is passed; the limit is then put there exactly,
a cent nearer and a cent farther, touched and crossed, and the engine must say what the reference
evaluator says: the same verdict at the same tick with the same figures, or none.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Quote
from propdesk.domain.rules.concentration import Concentration
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.exposure import Cap, ExposureLimit, Tier
from propdesk.domain.rules.floor_lock import Lock
from propdesk.domain.rules.open_risk import OpenRisk
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount, Effect, RuleTerms
from propdesk.engine.builds import Build, build_kernel
from propdesk.wire.log_records import VerdictSaid
from propdesk.wire.rulebook_file import LoadedRulebook
from tests.live.engine_drive import Driven, account_of, records_of
from tests.live.markets import CATALOGUE, SECOND, Market, Step, Trader
from tests.story import rulebook

SIZE = Decimal(100000)
WARN = (Effect(kind="warn"),)
CENT = Decimal("0.01")


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
        if verdict.outcome == "fail" and verdict.observed is not None:
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


def offset_of(rule: RuleTerms, chance: random.Random) -> Decimal:
    """A cent either side, and most often the last allowance that is just broken."""
    just = Decimal(0) if getattr(rule, "comparison") == "touch" else -CENT  # noqa: B009
    return chance.choice((just, just, just, just + CENT, just - CENT))


def target_at(result: Evaluation, chance: random.Random) -> tuple[RuleTerms, ...]:
    """A target at the highest equity the path reaches, or a cent beside it."""
    highest = max((each.max_equity for each in result.days if each.max_equity), default=SIZE)
    amount = highest - SIZE + chance.choice((Decimal(0), Decimal(0), CENT, -CENT))
    if amount <= 0 or chance.random() < 0.5:
        return ()
    return (ProfitTarget(target=Amount(money=amount), measured_on="equity"),)


def loaded(account: str, rules: Sequence[RuleTerms]) -> LoadedRulebook:
    return LoadedRulebook(rulebook(*rules), f"{account}:{rules}", "drawn", "")


def reference(rules: Sequence[RuleTerms], account: str, steps: Iterable[Step]) -> Evaluation:
    book = rulebook(*rules)
    evaluator = Evaluator(book, book.phases[0], size=SIZE, catalogue=CATALOGUE, account=account)
    for step in steps:
        if isinstance(step, Quote):
            evaluator.feed((step,))
        elif getattr(step[0], "account", account) == account:
            evaluator.feed(step)
    return evaluator.result()


def compare(seed: int, accounts: int, count: int, kernel: Any = None) -> tuple[int, int]:
    """Returns the account-ticks that were judged and the verdicts that were the same."""
    chance = random.Random(seed)
    traders = [
        Trader(f"A{each}", "EUR" if each % 3 == 0 else "USD", SIZE) for each in range(accounts)
    ]
    market = Market(
        seed, traders, gaps=chance.random() < 0.5,
        quiet_us=(20_000, SECOND, 30 * SECOND), quotes=0.80 if count < 2000 else 0.97,
    )  # fmt: skip
    steps = list(market.steps(count))
    rules: dict[str, tuple[RuleTerms, ...]] = {}
    for trader in traders:
        rule = drawn_rule(chance)
        first = reference([rule], trader.name, steps)
        amount = passed_by(rule, first) + offset_of(rule, chance)
        others = (*besides(chance), *target_at(first, chance))
        rules[trader.name] = (put_at(rule, amount), *others)
    driven = Driven({name: loaded(name, each) for name, each in rules.items()}, kernel)
    for trader in traders:
        driven.enrol(trader.name, "phase", SIZE)
    for record in records_of(steps, random.Random(seed)):
        driven.take(record)
    assert not driven.alarms
    said = 0
    for trader in traders:
        expected = reference(rules[trader.name], trader.name, steps)
        found = driven.desk.result(trader.name)
        told = [e for e in driven.said if isinstance(e, VerdictSaid) and e.account == trader.name]
        assert [each.id for each in told] == [each.id for each in expected.verdicts], seed
        for name in ("days", "limits", "objectives", "status", "equity", "coverage"):
            assert getattr(found, name) == getattr(expected, name), (seed, trader.name, name)
        for mine, theirs in zip(found.verdicts, expected.verdicts, strict=True):
            assert replace(mine, event=0) == replace(theirs, event=0)
        said += len(told)
    quotes = sum(isinstance(step, Quote) for step in steps)
    return quotes * accounts, said


def test_a_cent_decides_and_the_engine_decides_as_the_evaluator() -> None:
    ticks = said = 0
    for seed in range(30):
        more, told = compare(seed, accounts=6, count=200)
        ticks, said = ticks + more, said + told
    assert ticks > 15_000
    assert said > 60


@pytest.mark.drill
def test_ten_million_account_ticks() -> None:
    kernel = build_kernel(Build.COMPILED)
    ticks = said = seed = 0
    while ticks < 10_000_000:
        more, told = compare(10_000 + seed, accounts=12, count=30_000, kernel=kernel)
        ticks, said, seed = ticks + more, said + told, seed + 1
    assert seed >= 25


def test_events_of_the_drawn_market_name_their_account() -> None:
    market = Market(1, [Trader("A0", "USD", SIZE)], gaps=False)
    named = {account_of(step[0]) for step in market.steps(50) if not isinstance(step, Quote)}
    assert named == {"A0"}
