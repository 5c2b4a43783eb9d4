"""What is doubtful is said with its reason, and what is decided bears the cause that decided it."""

from dataclasses import replace
from decimal import Decimal

from propdesk.domain.consequences import verdict_id
from propdesk.domain.evaluator import evaluate
from propdesk.domain.events import Event, Paused, Resumed, TradeReported
from propdesk.domain.rules.condition import Condition
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.wire.conditions import CelConditions
from tests.story import (
    ACCOUNT,
    CATALOGUE,
    adjusted,
    at,
    deal,
    judged,
    money,
    opened,
    quote,
    rulebook,
)

FLOOR = OverallLoss(mode="static", allowance=money("10000"), comparison="touch")
TARGET = ProfitTarget(target=money("1000"), measured_on="balance")
LATE = "an event came after its time; the log must be judged again in order"


def test_a_late_event_is_given_as_the_reason() -> None:
    on_time: list[Event] = [
        opened("2026-03-02 08:00:00"),
        adjusted("2026-03-02 10:00:00", "5", "fee"),
    ]
    late = replace(adjusted("2026-03-02 09:00:00", "5", "fee"), id="late")
    assert judged(rulebook(FLOOR), on_time).doubts == ()
    found = judged(rulebook(FLOOR), [*on_time, late, replace(late, id="later still")])
    assert (found.status, found.doubts) == ("unknown", (LATE,))


def test_a_pass_bears_the_cause_that_brought_it() -> None:
    earned: list[Event] = [
        opened("2026-03-02 08:00:00"),
        Paused(ACCOUNT, at("2026-03-02 09:00:00"), "review", None),
        TradeReported(
            account=ACCOUNT,
            at=at("2026-03-02 10:00:00"),
            opened_at=at("2026-03-02 08:30:00"),
            id="T",
            symbol="EURUSD",
            side="buy",
            lots=Decimal(1),
            profit=Decimal(1000),
        ),
    ]
    book = rulebook(FLOOR, TARGET)
    assert judged(book, earned).status == "paused"
    resumed = at("2026-03-02 11:00:00")
    found = judged(book, [*earned, Resumed(ACCOUNT, resumed)])
    (verdict,) = found.verdicts
    assert (found.status, verdict.rule, verdict.outcome) == ("passed", "phase", "pass")
    assert verdict.id == verdict_id(ACCOUNT, "phase", "phase", f"resumed:{resumed}", 1)


def test_where_nothing_is_to_be_earned_the_opening_passes() -> None:
    book = rulebook(FLOOR, ProfitTarget(target=money("0"), measured_on="balance"))
    found = judged(book, [opened("2026-03-02 08:00:00")])
    (verdict,) = found.verdicts
    assert (found.status, verdict.at) == ("passed", at("2026-03-02 08:00:00"))


def test_a_condition_is_asked_with_the_language_that_is_given() -> None:
    rule = Condition(expression="balance_minor < 0", on=("deal",), says="Owe nothing.")
    book = rulebook(FLOOR, rule)
    events: list[Event] = [
        opened("2026-03-02 08:00:00"),
        quote("2026-03-02 08:00:01", "EURUSD", "1.1", "1.1"),
        deal("2026-03-02 08:00:02", "P", "buy", "in", "1.00", "1.1"),
    ]
    for language, status in ((None, "unknown"), (CelConditions(), "active")):
        found = evaluate(
            events,
            book,
            phase=book.phases[0].name,
            size=Decimal(100000),
            catalogue=CATALOGUE,
            conditions=language,
        )
        assert found.status == status
