"""Releases that reach the engine through its intake are judged as the reference evaluator does:
new ones, moved ones and withdrawn ones, before their time, inside their window and after it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from propdesk.connectors.feeds.moments import parts_of
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import AccountOpened, NewsScheduled, Paused, Quote, Resumed
from propdesk.domain.instants import DAY, HOUR, MINUTE, SECOND, parse_instant
from propdesk.domain.rules.gap_trading import GapTrading
from propdesk.domain.rules.news import News
from propdesk.domain.valuation import Platform
from propdesk.engine.rehearsal import figures_of
from propdesk.wire.account_figures import ComingEnd
from propdesk.wire.conditions import CelConditions
from propdesk.wire.intake_frames import event_in, events_message
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import Moment, VerdictSaid
from propdesk.wire.rulebook_file import LoadedRulebook
from tests.live.engine_drive import Driven, records_of
from tests.live.markets import CATALOGUE, Market, Step, Trader
from tests.live.test_the_engine_says_what_the_evaluator_says import PHASES, figures

STEPS = 150
WITH_NEWS = [
    (loaded, name)
    for loaded, name in PHASES
    if any(isinstance(each, News) for each in loaded.rulebook.phase(name).rules)
]

WITHOUT_NEWS = [
    (loaded, name)
    for loaded, name in PHASES
    if not any(isinstance(each, News | GapTrading) for each in loaded.rulebook.phase(name).rules)
]


def with_news(steps: Sequence[Step], seed: int) -> Iterator[Step]:
    """The steps with releases among them, at the moment of the step before."""
    draw = random.Random(seed)
    known: list[NewsScheduled] = []
    for step in steps:
        yield step
        at = step.at if isinstance(step, Quote) else step[0].at
        for _ in range(draw.random() < 0.3):
            ahead = draw.choice([-30 * SECOND, 0, 30 * SECOND, MINUTE, 5 * MINUTE, 20 * MINUTE])
            if known and draw.random() < 0.4:
                number = draw.randrange(len(known))
                moved = draw.random() < 0.5
                known[number] = replace(
                    known[number], at=at, withdrawn=not moved,
                    release_at=at + ahead if moved else known[number].release_at,
                )  # fmt: skip
            else:
                number = len(known)
                currency = draw.choice(["USD", "EUR", "JPY"])
                impact = draw.choice(["high", "high", "medium"])
                known.append(
                    NewsScheduled(at, f"n{number}", at + ahead, "Payrolls", (currency,), (), impact)
                )
            yield (known[number],)


def judged_live(loaded: LoadedRulebook, name: str, seed: int) -> int:
    """How many verdicts of rules about news there were, the same on both ways."""
    rulebook, phase = loaded.rulebook, loaded.rulebook.phase(name)
    accounting = phase.accounting or rulebook.accounting
    size = max((each.size for each in rulebook.sizes), default=Decimal(100_000))
    balance = Decimal(0) if accounting.balance_origin == "zero" else size
    traders = [Trader(f"A{each}", "USD", balance) for each in range(2)]
    market = Market(seed, traders, platform=Platform(accounting.platform))
    steps = list(with_news(list(market.steps(STEPS)), seed))
    driven = Driven(loaded)
    for trader in traders:
        driven.enrol(trader.name, name, size)
    for record in records_of(steps):
        if isinstance(record, NewsScheduled):
            # As it is sent, cut into records and written.
            sent = [event_in(each) for each in events_message("crm", "key", [record]).events]
            (part,) = parts_of(sent, record.at)
            assert (part.account, part.refusal) == (None, "")
            taken = decode(part.body)
            assert isinstance(taken, NewsScheduled)
            driven.take(taken)
        else:
            driven.take(record)
    driven.restart()
    assert not driven.alarms
    news = {each.name for each in phase.rules if isinstance(each, News)}
    said = 0
    for trader in traders:
        every = Evaluator(
            rulebook, phase, size=size, catalogue=CATALOGUE, conditions=CelConditions(),
            account=trader.name, fast=False,
        )  # fmt: skip
        for step in steps:
            every.feed((step,) if isinstance(step, Quote) else step)
        expected, found = figures(every.result()), figures(driven.desk.result(trader.name))
        for key, value in expected.items():
            assert found[key] == value, (seed, trader.name, key)
        told = [
            (each.id, each.rule, each.outcome, each.at)
            for each in driven.said
            if isinstance(each, VerdictSaid) and each.account == trader.name
        ]
        assert told == [(v.id, v.rule, v.outcome, v.at) for v in every.result().verdicts]
        said += sum(rule in news for _, rule, _, _ in told)
    return said


@pytest.mark.parametrize("number", range(0, len(WITH_NEWS), 4))
def test_a_phase_with_a_rule_about_news_is_judged_the_same(number: int) -> None:
    judged_live(*WITH_NEWS[number], seed=number)


@pytest.mark.parametrize("number", range(0, len(WITHOUT_NEWS), 30))
def test_who_has_no_rule_about_news_is_not_asked_and_judged_the_same(number: int) -> None:
    loaded, name = WITHOUT_NEWS[number]
    judged_live(loaded, name, seed=number)
    driven = Driven(loaded)
    driven.enrol("A", name, 100_000)
    release = NewsScheduled(SECOND, "n1", MINUTE, "Payrolls", ("USD",))
    assert driven.desk.general(release) == []


def test_there_was_something_to_say() -> None:
    holding = [
        each
        for each in WITH_NEWS
        if any(
            isinstance(rule, News) and {"hold", "orders"} & set(rule.restricts)
            for rule in each[0].rulebook.phase(each[1]).rules
        )
    ]
    assert holding
    assert sum(judged_live(*holding[0], seed=seed) for seed in range(4)) > 0
    assert sum(judged_live(*WITH_NEWS[seed], seed=seed + 50) for seed in range(6)) > 3


def test_the_engine_says_when_time_ends_an_account() -> None:
    """Thirty days to pass, counted on the rulebook's clock; one more where a day was paused."""
    loaded = next(each for each, _ in PHASES if each.rulebook.name == "apex-4-eod")
    driven = Driven(loaded)
    driven.enrol("A", "evaluation", 50_000)
    opened = parse_instant("2026-03-02T15:00:00Z")
    start = AccountOpened("A", opened, "USD", Decimal(50_000))
    driven.take(Moment("A", (start,)))

    def ends() -> tuple[ComingEnd, ...]:
        found = figures_of(driven.desk, driven.partition.place, "A")
        assert found is not None
        return found.ends

    (end,) = ends()
    assert (end.kind, end.at - opened > 29 * DAY) == ("time_limit", True)
    driven.take(Moment("A", (Paused("A", opened + HOUR),)))
    assert ends() == ()
    driven.take(Moment("A", (Resumed("A", opened + 2 * HOUR),)))
    assert ends()[0].at == end.at + DAY
