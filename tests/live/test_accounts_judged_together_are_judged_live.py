"""Rules about several accounts, judged live: what the evaluator says over the whole log.

Owners, groups that come, change and go, accounts that nobody opens, accounts enrolled late; the
engine is lost now and then. And what it costs: an account outside is not asked.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import (
    AccountOpened,
    AccountReported,
    BalanceAdjusted,
    DayReported,
    Deal,
    Event,
    GroupFormed,
    Quote,
    Scaled,
    StopSet,
    TradeReported,
)
from propdesk.wire.conditions import CelConditions
from propdesk.wire.log_records import DeadLetter, Moment, StatusChanged, VerdictSaid
from propdesk.wire.rulebook_file import LoadedRulebook, load_rulebook, parse_rulebook
from propdesk.wire.rulebook_publication import preset_text
from tests.live.engine_drive import Driven, records_of
from tests.live.markets import CATALOGUE, SECOND, START, Market, Step, Trader
from tests.live.test_the_engine_says_what_the_evaluator_says import figures

SIZE = Decimal(100000)
ALONE = load_rulebook("ftmo-2-step")
HEDGING = """
      - rule: hedging
        cross_account: banned
        effects: [{kind: warn}]
"""
CAPITAL = """
      - rule: capital
        accounts_max: 2
        total_max: 250000
        kinds: [owner, household]
        effects: [{kind: warn}]
"""


def looking(rules: str) -> LoadedRulebook:
    """The preset with rules about several accounts in its first phase."""
    text = preset_text("ftmo-2-step").decode().replace("name: ftmo-2-step", "name: together")
    place = "  - name: verification"
    changed = text.replace(place, rules.strip("\n") + "\n" + place, 1)
    return parse_rulebook(changed.encode(), "together.yaml")


TOGETHER = looking(HEDGING + CAPITAL)


# -- a drawn log -----------------------------------------------------------------------------
class Drawn:
    """A market whose accounts belong together as its log tells it; one of them opens late."""

    def __init__(self, seed: int, accounts: int = 6) -> None:
        self.chance = random.Random(seed * 31 + 7)
        self.names = [f"A{each}" for each in range(accounts)]
        self.market = Market(seed, [Trader(name, "USD", SIZE) for name in self.names], quotes=0.6)
        self.late = self.chance.choice(self.names)
        self.opens_at = self.chance.randrange(20, 90)
        self.opened: list[str] = []
        self.held: set[str] = set()

    def steps(self, count: int) -> Iterator[Step]:
        waiting: AccountOpened | None = None
        for number, step in enumerate(self.market.steps(count)):
            first = step if isinstance(step, Quote) else step[0]
            if waiting is not None and number >= self.opens_at:
                yield (replace(waiting, at=first.at),)
                waiting = None
            if isinstance(first, AccountOpened):
                opened = self._opened(first)
                if opened.account == self.late:
                    waiting = opened
                else:
                    yield (opened,)
            elif isinstance(step, Quote):
                yield step
            elif waiting is None or getattr(first, "account", "") != self.late:
                yield from self._possible(step)
            yield from self._told(first.at)

    def _opened(self, event: AccountOpened) -> AccountOpened:
        if event.account != self.late:
            self.opened.append(event.account)
        owner = self.chance.choice(("", "ann", "bob"))
        stage = self.chance.choice(("", "evaluation", "funded"))
        size = self.chance.choice((None, Decimal(50000)))
        return replace(event, owner=owner, stage=stage, size=size)

    def _possible(self, step: tuple[Event, ...]) -> Iterator[Step]:
        """Not of a position that was opened before its account was."""
        for event in step:
            if isinstance(event, Deal) and event.entry == "in":
                self.held.add(event.position)
            if isinstance(event, Deal | StopSet) and event.position not in self.held:
                return
        yield step

    def _told(self, at: int) -> Iterator[Step]:
        if self.chance.random() < 0.05:
            names = [*self.names, "Z"] if self.chance.random() < 0.3 else self.names
            named = tuple(self.chance.sample(names, self.chance.randint(2, 4)))
            kind: Any = self.chance.choice(("owner", "household"))
            yield (GroupFormed(at, self.chance.choice("GH"), named, kind),)
        if self.opened and self.chance.random() < 0.015:
            yield (self._reported(self.chance.choice(self.opened), at),)

    def _reported(self, name: str, at: int) -> Event:
        trade = TradeReported(name, at, f"T{at}", "EURUSD", "buy", Decimal(1), at - 5 * SECOND,
                              Decimal(10), position="P")  # fmt: skip
        report = AccountReported(name, at, Decimal(100000), Decimal(99999))
        return self.chance.choice((Scaled(name, at, SIZE * 2), trade, report))


def by_reference(loaded: LoadedRulebook, name: str, steps: Sequence[Step]) -> Evaluator:
    every = Evaluator(
        loaded.rulebook, loaded.rulebook.phase("challenge"), size=SIZE, catalogue=CATALOGUE,
        conditions=CelConditions(), account=name, fast=False,
    )  # fmt: skip
    for step in steps:
        every.feed((step,) if isinstance(step, Quote) else step)
    return every


def told(driven: Driven, account: str) -> list[tuple[Any, ...]]:
    return [
        (each.id, each.rule, each.outcome, each.at, dict(each.evidence))
        for each in driven.said
        if isinstance(each, VerdictSaid) and each.account == account
    ]


def assert_same(
    driven: Driven, loaded: LoadedRulebook, name: str, steps: Sequence[Step]
) -> Evaluator:
    every = by_reference(loaded, name, steps)
    expected, found = figures(every.result()), figures(driven.desk.result(name))
    for key, value in expected.items():
        assert found[key] == value, (name, key)
    said = [(v.id, v.rule, v.outcome, v.at, dict(v.evidence)) for v in every.result().verdicts]
    assert told(driven, name) == said, name
    return every


@pytest.mark.parametrize("seed", range(12))
def test_the_engine_says_what_the_evaluator_says_over_the_whole_log(seed: int) -> None:
    drawn = Drawn(seed)
    steps = list(drawn.steps(140))
    loaded = {name: ALONE if name == "A5" else TOGETHER for name in drawn.names}
    driven, chance = Driven(loaded), random.Random(seed)
    waiting = set(drawn.names)
    for record in records_of(steps, random.Random(seed)):
        if isinstance(record, Moment) and record.account in waiting:
            driven.enrol(record.account, "challenge", SIZE)
            waiting.discard(record.account)
        driven.take(record)
        if chance.random() < 0.04:
            driven.restart()
    assert not driven.alarms
    assert not [each for each in driven.said if isinstance(each, DeadLetter)]
    for name, rulebook in loaded.items():
        assert_same(driven, rulebook, name, steps)


def test_there_was_something_to_say() -> None:
    said = []
    for seed in range(4):
        drawn = Drawn(seed)
        steps = list(drawn.steps(140))
        said += [
            (v.rule, v.outcome)
            for name in drawn.names[:4]
            for v in by_reference(TOGETHER, name, steps).result().verdicts
        ]
    assert {("hedging", "warn"), ("hedging", "unknown"), ("capital", "warn")} <= set(said)
    assert len(said) > 40


# -- by hand -----------------------------------------------------------------------------------
def opened(account: str, owner: str = "", at: int = START) -> Step:
    return (AccountOpened(account, at, "USD", SIZE, owner=owner),)


def deal(account: str, at: int, position: str, side: Any = "buy", entry: Any = "in") -> Deal:
    name = f"{position}/{entry}"
    lots, price = Decimal("0.10"), Decimal("1.10000")
    return Deal(account, at, name, position, "EURUSD", side, entry, lots, price)


PRICE = Quote(START, "EURUSD", Decimal("1.10000"), Decimal("1.10000"))
APART = looking(HEDGING)


def driven_by(
    steps: Sequence[Step], restarts: bool, *, enrolled: str = "ABC", loaded: LoadedRulebook = APART
) -> Driven:
    driven = Driven(loaded)
    for name in enrolled:
        driven.enrol(name, "challenge", SIZE)
    for record in records_of(steps):
        driven.take(record)
        if restarts:
            driven.restart()
    return driven


AFTER = START + 100 * SECOND
MOMENTS: list[tuple[str, Sequence[Step]]] = [
    ("at one stamp opened and closed",
     [(deal("B", AFTER, "b", "sell"), deal("B", AFTER, "b", "buy", "out"))]),
    ("closed, and another opened",
     [(deal("B", AFTER - 1, "b", "sell"),),
      (deal("B", AFTER, "b", "buy", "out"), deal("B", AFTER, "c", "sell"))]),
    ("reported before the deal of its stamp",
     [(AccountReported("B", AFTER, SIZE, SIZE - 1), deal("B", AFTER, "b", "sell"))]),
    ("reported after the deal of its stamp",
     [(deal("B", AFTER, "b", "sell"), AccountReported("B", AFTER, SIZE, SIZE - 1))]),
    ("after its time by its own clock",
     [(deal("B", AFTER, "b"),), (deal("B", AFTER - 1, "c"),)]),
    ("after its time by the other's clock",
     [(deal("A", AFTER, "a2"),), (deal("B", AFTER - 1, "b"),)]),
    ("after its time by a stranger's clock",
     [(deal("C", AFTER, "c"),), (deal("B", AFTER - 1, "b"),)]),
    ("a day that is told by its figures", [(DayReported("B", AFTER, profit=Decimal(5)),)]),
    ("money", [(BalanceAdjusted("B", AFTER, Decimal(-5), "withdrawal", "W"),)]),
]  # fmt: skip


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("looked_before", [True, False])
@pytest.mark.parametrize("moments", [row[1] for row in MOMENTS], ids=[row[0] for row in MOMENTS])
def test_what_another_account_did_is_seen_deal_by_deal(
    moments: Sequence[Step], looked_before: bool, restarts: bool
) -> None:
    """Whether the group was known before it happened, or is told of only afterwards."""
    group: Step = (GroupFormed(START + 1 if looked_before else AFTER + SECOND, "G", ("A", "B")),)
    begin: list[Step] = [opened("A"), opened("B"), opened("C"), PRICE]
    held: Step = (deal("A", START + 2, "a"),)
    steps = [*begin, group, held, *moments] if looked_before else [*begin, held, *moments, group]
    driven = driven_by(steps, restarts)
    for name in "AB":
        assert_same(driven, APART, name, steps)


def test_an_account_nobody_enrolled_leaves_its_owners_accounts_unknown() -> None:
    steps = [opened("A", "ann"), PRICE, (deal("A", START + 2, "a"),), opened("B", "ann", AFTER)]
    driven = driven_by(steps, restarts=False, enrolled="A")
    (verdict,) = told(driven, "A")
    assert verdict[1:3] == ("hedging", "unknown")
    assert "B: the log does not open it" in verdict[4]["reason"]
    assert driven.desk.result("A").status == "unknown"


@pytest.mark.parametrize("restarts", [False, True])
def test_a_record_that_cannot_be_applied_leaves_those_who_look_unknown(restarts: bool) -> None:
    wrong: Step = (deal("B", AFTER, "b", "buy", "out"),)
    steps = [opened("A", "ann"), opened("B", "ann"), PRICE, (deal("A", START + 2, "a"),), wrong]
    driven = driven_by(steps, restarts, enrolled="AB")
    (verdict,) = told(driven, "A")
    assert verdict[1:3] == ("hedging", "unknown")
    assert "B: one of its records could not be applied" in verdict[4]["reason"]
    assert len([each for each in driven.said if isinstance(each, DeadLetter)]) == 1
    again: Step = (deal("B", AFTER + 1, "c", "buy"),)
    for record in records_of([again]):
        if isinstance(record, Moment):
            driven.take(record)
    assert driven.desk.result("A").status == "unknown", "what came after does not mend it"


def test_a_record_put_aside_leaves_those_who_look_unknown() -> None:
    steps = [opened("A", "ann"), opened("B", "ann"), PRICE, (deal("A", START + 2, "a"),)]
    driven = driven_by(steps, restarts=False, enrolled="AB")
    driven.desk.doubt("B", "it cannot be read")
    driven.take(Moment("B", (deal("B", AFTER, "b"),)))
    (verdict,) = told(driven, "A")
    assert "B: one of its records could not be applied" in verdict[4]["reason"]


def awake(driven: Driven) -> set[str]:
    return {name for name, seat in driven.desk.seats.items() if seat.awake is not None}


def test_what_happens_costs_its_circle_and_nobody_else() -> None:
    names = [f"A{each}" for each in range(40)]
    driven = Driven(APART)
    for name in names:
        driven.enrol(name, "challenge", SIZE)
        driven.take(Moment(name, (AccountOpened(name, START, "USD", SIZE, owner=name[:2]),)))
    driven.take(GroupFormed(START, "G", ("A1", "A7")))
    driven.restart()
    driven.take(Moment("A7", (deal("A7", AFTER, "p"),)))
    assert awake(driven) == {"A1", "A7", *(f"A1{each}" for each in range(10))}
    driven.restart()
    driven.take(GroupFormed(AFTER, "G", ("A5", "A9")))
    assert awake(driven) == {"A1", "A7", "A5", "A9", *(f"A1{each}" for each in range(10))}
    assert driven.desk.circles.groups_of("A7") == []
    driven.restart()
    driven.take(Moment("A7", (deal("A7", AFTER, "q"),)))
    assert awake(driven) == {"A7"}


def test_a_status_follows_the_other_accounts() -> None:
    """The doubt begins with a group of a stranger, and ends when the group is another one."""
    steps = [
        opened("A"), opened("B"), PRICE, (deal("A", START + 2, "a"),),
        (GroupFormed(AFTER, "G", ("A", "Z")),), (GroupFormed(AFTER + 1, "G", ("A", "B")),),
        (deal("B", AFTER + 2, "b"),),
    ]  # fmt: skip
    driven = driven_by(steps, restarts=True)
    said = [e.status for e in driven.said if isinstance(e, StatusChanged) and e.account == "A"]
    assert said == ["active", "unknown", "active"]
    assert_same(driven, APART, "A", steps)


def test_an_account_that_is_opened_twice_still_holds_what_it_held() -> None:
    held: Step = (deal("B", START + 2, "b", "sell"),)
    twice = opened("B", "ann", AFTER)
    steps = [opened("A", "ann"), opened("B", "ann"), PRICE, held, twice]
    steps.append((deal("A", AFTER + 1, "a"),))
    once, lost = (told(driven_by(steps, each, enrolled="AB"), "A") for each in (False, True))
    assert [each[1:3] for each in once] == [("hedging", "warn"), ("hedging", "unknown")]
    assert once == lost


def test_what_an_account_did_while_nobody_looked_is_known_when_somebody_does_again() -> None:
    together, apart = ("A", "B"), ("A", "C")
    steps: list[Step] = [
        opened("A"), opened("B"), opened("C"), PRICE,
        (GroupFormed(START + 1, "G", together),), (deal("B", START + 2, "b", "sell"),),
        (GroupFormed(START + 3, "G", apart),), (deal("B", START + 4, "b", "buy", "out"),),
        (deal("A", START + 5, "a"),), (GroupFormed(AFTER, "G", together),),
        (deal("B", AFTER + 1, "c", "sell"),),
    ]  # fmt: skip
    driven = driven_by(steps, restarts=False)
    every = assert_same(driven, APART, "A", steps)
    assert [each.at for each in every.result().verdicts] == [AFTER + 1]
