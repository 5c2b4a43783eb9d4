"""Every rule family has a worked example, or says why not; the evaluator finds its boundary."""

from dataclasses import replace
from datetime import time
from decimal import Decimal
from functools import cache

import pytest

from propdesk.domain.market_hours import MarketHours, Session
from propdesk.domain.rulebook import Phase
from propdesk.domain.rules.activity_days import ActivityDays
from propdesk.domain.rules.capital import Capital
from propdesk.domain.rules.concentration import Concentration
from propdesk.domain.rules.condition import Condition
from propdesk.domain.rules.gap_trading import GapTrading
from propdesk.domain.rules.grid import Grid
from propdesk.domain.rules.hedging import Hedging
from propdesk.domain.rules.holding_time import HoldingTime
from propdesk.domain.rules.limit_prices import LimitPrices
from propdesk.domain.rules.martingale import Martingale
from propdesk.domain.rules.order_rate import OrderRate
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.rules.registry import RULES
from propdesk.domain.rules.size_consistency import SizeConsistency
from propdesk.domain.rules.stop_loss import StopLoss
from propdesk.domain.rules.trading_hours import TradingHours
from propdesk.domain.terms import RuleTerms
from propdesk.domain.worked_examples.boundary import Example, Probe, example_at
from propdesk.domain.worked_examples.registry import EXAMPLES, WITHOUT, worked_example
from propdesk.domain.worked_examples.setting import NoExample, Setting
from propdesk.domain.worked_examples.story import Story
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.rulebook_file import load_rulebook, presets
from tests.story import percent

CATALOGUE = load_catalogue()
Used = tuple[str, Phase, RuleTerms]


@cache
def used() -> dict[str, Used]:
    """The first use of each family in the presets, by its word."""
    found: dict[str, Used] = {}
    for name in presets():
        for phase in load_rulebook(name).rulebook.phases:
            for rule in phase.rules:
                found.setdefault(rule.rule, (name, phase, rule))
    return found


def setting(preset: str, phase: str, rule: str, size: str = "100000") -> Setting:
    book = load_rulebook(preset).rulebook
    stage = book.phase(phase)
    terms = next(each for each in stage.rules if each.name == rule)
    return Setting(book, stage, terms, Decimal(size), CATALOGUE)


def example(preset: str, phase: str, rule: str, size: str = "100000") -> Example:
    return worked_example(setting(preset, phase, rule, size))


def test_every_family_has_an_example_or_a_reason() -> None:
    assert EXAMPLES.keys() | WITHOUT.keys() == RULES.keys()
    assert not EXAMPLES.keys() & WITHOUT.keys()


def test_every_family_the_presets_use_has_an_example() -> None:
    without = used().keys() & WITHOUT.keys()
    assert len(used()) - len(without) >= 19
    assert not without


@pytest.mark.parametrize("word", sorted(EXAMPLES.keys() & used().keys()))
def test_both_sides_differ_by_what_the_evaluator_says(word: str) -> None:
    name, phase, rule = used()[word]
    book = load_rulebook(name).rulebook
    found = worked_example(Setting(book, phase, rule, book.sizes[-1].size, CATALOGUE))
    assert found.over.lines != found.under.lines
    if found.means == "breaks" and found.over.verdict is not None:
        assert found.over.verdict.rule == rule.name
        assert found.under.verdict is None
    else:
        assert found.over.objective is not None
        assert found.under.objective is not None
        assert found.over.objective != found.under.objective


def test_equity_is_shown_as_it_is_when_the_phase_is_over_too() -> None:
    name, phase, rule = used()["consistency"]
    book = load_rulebook(name).rulebook
    found = worked_example(Setting(book, phase, rule, book.sizes[-1].size, CATALOGUE))
    lines = (*found.shared, *found.over.lines)
    flat = [(each.balance, each.equity) for each in lines if ": closes " in each.words]
    assert len(flat) > 2
    assert all(balance == equity for balance, equity in flat)


@pytest.mark.parametrize(
    ("rule", "breaks", "limit", "spares"),
    [  # 101,000 at the day's start, less 5 % of 100,000; 90 % of 100,000: going below breaks
        ("daily_loss", "95999.99", "96000", "96000.00"),
        ("overall_loss", "89999.99", "90000", "90000.00"),
    ],
)
def test_a_loss_limit_that_only_crossing_breaks(
    rule: str, breaks: str, limit: str, spares: str
) -> None:
    found = example("ftmo-2-step", "challenge", rule)
    verdict = found.over.verdict
    assert verdict is not None
    assert (verdict.observed, verdict.limit) == (Decimal(breaks), Decimal(limit))
    assert found.over.lines[-1].equity == Decimal(breaks)
    assert found.under.lines[-1].equity == Decimal(spares)
    assert (found.over.status, found.under.status) == ("breached", "active")
    assert found.step == "one cent less is lost"


def test_a_loss_limit_that_touching_breaks() -> None:
    found = example("breakout-1-step", "evaluation", "overall_loss", "50000")
    verdict = found.over.verdict
    assert verdict is not None
    assert verdict.observed == verdict.limit == Decimal(47000)
    assert found.over.lines[-1].equity == Decimal(47000)
    assert found.under.lines[-1].equity == Decimal("47000.01")


def test_a_target_is_met_at_its_cent() -> None:
    found = example("ftmo-2-step", "challenge", "profit_target")
    assert found.over.objective is not None
    assert found.under.objective is not None
    assert found.over.objective.current == Decimal(10000)
    assert found.under.objective.current == Decimal("9999.99")
    assert found.over.status == "passed"


def test_a_future_has_no_price_step_of_a_cent() -> None:
    found = example("topstep-combine", "combine", "overall_loss")
    assert "MES" in found.shared[1].words
    assert found.over.lines[-1].words == found.under.lines[-1].words
    ends = (found.over.lines[-1].equity, found.under.lines[-1].equity)
    assert ends == (Decimal("97999.99"), Decimal("98000.00")) or ends == (
        Decimal("98000.00"),
        Decimal("98000.01"),
    )


SESSIONS = MarketHours(
    zone="America/New_York",
    sessions=(Session(from_day="sun", opens=time(17), to_day="fri", closes=time(17)),),
)
STATIC = OverallLoss(mode="static", allowance=percent("10"), comparison="touch")
UNUSED: list[tuple[RuleTerms, str]] = [
    (LimitPrices(forbidden="openings"), "6,050.00"),
    (Grid(levels=4), "buys 0.01 XAUUSD at 3,998.50"),
    (TradingHours(hours=SESSIONS), "buys 5.00 XAUUSD"),
    (TradingHours(hours=SESSIONS, restricts=("hold",)), "closes 5.00 XAUUSD"),
    (TradingHours(hours=SESSIONS, restricts=("orders",)), "order O1 is placed"),
    (
        GapTrading(
            market=SESSIONS, break_hours_min=Decimal(2), no_open_within_minutes=Decimal(120)
        ),
        "buys 5.00 XAUUSD",
    ),
    (
        GapTrading(market=SESSIONS, break_hours_min=Decimal(2), profit_cap=percent("1")),
        "closes 5.00 XAUUSD at 4,002.01: +1,005.00",
    ),
    (
        Concentration(
            percent=Decimal(50), daily_limit=percent("5"), measured="closed", comparison="cross"
        ),
        "−2,500.00, commission −0.01",
    ),
    (
        SizeConsistency(
            reference="first_trade", min_factor=Decimal("0.5"), max_factor=Decimal("1.5"),
        ),
        "closes 7.51 XAUUSD",
    ),
    (OrderRate(counted="orders", max_per_day=3), "order O4 is placed"),
    (OrderRate(counted="trades", max_per_day=3), "P4: buys"),
    (StopLoss(required=False, max_risk=percent("1")), "stop 3,997.99"),
    (Capital(accounts_max=2), "example, more1, more2"),
    (replace(STATIC, tested="balance"), "P2: closes"),
    (replace(STATIC, check="day_end"), "time passes"),
    (HoldingTime(measure="each", seconds=30), "P1: closes"),
    (Hedging(same_account="banned"), "P2: sells"),
    (Hedging(cross_account="banned"), "account second, O1: sells"),
    (Capital(accounts_max=2, while_copying=True), ""),
    (Martingale(pattern="add_to_loser"), "P2: buys 5.00 XAUUSD at 3,999.99"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "ends"), UNUSED, ids=lambda each: getattr(each, "rule", ""))
def test_terms_no_preset_has(rule: RuleTerms, ends: str) -> None:
    book = replace(load_rulebook("ftmo-2-step").rulebook, phases=())
    phase = Phase(name="phase", rules=(rule,))
    found = worked_example(Setting(book, phase, rule, Decimal(100000), CATALOGUE))
    assert any(ends in each.words for each in found.over.lines)
    assert found.under.verdict is None


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (Condition(expression="1 == 1", on=("deal",), says="x"), "wrote this condition itself"),
        (OrderRate(counted="trades", above_mean_percent=Decimal(50)), "own habits"),
        (ActivityDays(required=0, count_kind="executed"), "no day is required"),
    ],
    ids=lambda each: getattr(each, "rule", ""),
)
def test_why_there_is_no_example(rule: RuleTerms, reason: str) -> None:
    book = replace(load_rulebook("ftmo-2-step").rulebook, phases=())
    phase = Phase(name="phase", rules=(rule,))
    with pytest.raises(NoExample, match=reason):
        worked_example(Setting(book, phase, rule, Decimal(100000), CATALOGUE))


def test_a_size_the_rule_does_not_know_is_a_reason() -> None:
    with pytest.raises(NoExample, match="no amount for size 12345"):
        example("topstep-combine", "combine", "overall_loss", "12345")


def test_a_rule_that_never_speaks_has_no_example() -> None:
    asked = setting("ftmo-2-step", "challenge", "overall_loss")
    silent = Probe(lambda _: Story(asked).events, 10, "nothing")
    with pytest.raises(NoExample, match="no history of this kind reaches"):
        example_at(asked, silent)
    spoken = Probe(EXAMPLES["overall_loss"](asked).history, 9_000_000, "", first=8_000_000)
    with pytest.raises(NoExample, match="on the far side already"):
        example_at(asked, spoken)
