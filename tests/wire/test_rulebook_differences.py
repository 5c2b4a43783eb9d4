"""Two rulebooks are compared in words a trader understands; wording and sources do not count."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from propdesk.domain.rulebook import Phase, Promotion, Rulebook, SizeOffer
from propdesk.domain.rules.activity_days import ActivityDays
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.terms import Amount, Effect
from propdesk.wire.rulebook_difference import Difference, differences
from propdesk.wire.rulebook_file import load_rulebook, presets, versions_of
from tests import story

DAILY = DailyLoss(base="initial", allowance=Amount(percent=Decimal(5)), comparison="touch")
DAYS = ActivityDays(required=4, count_kind="trade_opened")
OLD = story.rulebook(DAILY, DAYS)


def changed(*rules: Any) -> Rulebook:
    return replace(OLD, phases=(replace(OLD.phases[0], rules=rules),))


def told(new: Rulebook, size: Decimal | None = None) -> list[str]:
    return [each.sentence() for each in differences(OLD, new, size)]


def test_the_same_rulebook_differs_in_nothing() -> None:
    assert differences(OLD, OLD) == ()


def test_a_source_a_note_and_a_version_are_no_difference() -> None:
    again = changed(replace(DAILY, source="https://elsewhere", read_on="2027-01"), DAYS)
    assert told(replace(again, version="2", note="reworded", title="Another")) == []


def test_a_changed_figure_is_said_before_and_after_with_its_sum() -> None:
    four = replace(DAILY, allowance=Amount(percent=Decimal(4)))
    (sentence,) = told(changed(four, DAYS), Decimal(100000))
    assert sentence == (
        "phase: daily loss – before: Equity may not reach or fall below the initial balance minus "
        "5 % of the initial balance (5,000.00) within one day. Now: Equity may not reach or fall "
        "below the initial balance minus 4 % of the initial balance (4,000.00) within one day."
    )


def test_what_the_sentence_does_not_say_is_said_as_a_value() -> None:
    soft = replace(DAILY, on_payout="unchanged")
    (found,) = differences(OLD, changed(soft, DAYS))
    assert found.before == found.after
    assert found.sentence() == "phase: daily loss – on payout: shift → unchanged"
    assert found.values[0].means.startswith("shift: money moved in or out")


def test_what_a_breach_costs_is_a_difference() -> None:
    soft = replace(DAILY, effects=(Effect(kind="pause_until", until="next_day"),))
    (found,) = differences(OLD, changed(soft, DAYS))
    assert [(each.name, each.before, each.after) for each in found.values] == [
        ("effects", "The account is lost.", "No trading until the next trading day.")
    ]


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ((DAYS,), "phase: no longer: daily loss – Equity may not reach or fall below"),
        ((DAILY, DAYS, replace(DAILY, id="second")), "phase: new: second – Equity may not reach"),
    ],
)
def test_a_rule_comes_or_goes(rules: tuple[Any, ...], sentence: str) -> None:
    (found,) = told(changed(*rules))
    assert found.startswith(sentence)


def test_two_rules_of_one_kind_are_matched_in_their_order() -> None:
    twice = story.rulebook(DAILY, replace(DAILY, horizon="week"))
    again = story.rulebook(DAILY, replace(DAILY, horizon="month"))
    (found,) = differences(twice, again)
    assert (found.what, found.values[0].before, found.values[0].after) == (
        "daily loss (2)",
        "week",
        "month",
    )


def test_the_clock_the_sizes_and_the_prices_are_compared() -> None:
    priced = replace(
        OLD,
        sizes=(SizeOffer(size=Decimal(5000), price=Decimal(49)),),
        clock=replace(OLD.clock, zone="Asia/Tokyo"),
    )
    first, *rest = differences(OLD, priced)
    assert (first.what, first.values[0].name, first.values[0].after) == (
        "clock",
        "zone",
        "Asia/Tokyo",
    )
    assert Difference("", "account size 5,000", None, "on sale at 49.") in rest
    cheaper = replace(priced, sizes=(SizeOffer(size=Decimal(5000), price=Decimal(39)),))
    assert [each.sentence() for each in differences(priced, cheaper)] == [
        "account size 5,000 – before: on sale at 49. Now: on sale at 39."
    ]
    assert [each.after for each in differences(priced, replace(priced, sizes=()))] == [None]


def test_a_phase_is_matched_by_its_name_and_else_by_its_place() -> None:
    renamed = replace(OLD, phases=(replace(OLD.phases[0], name="challenge"),))
    assert differences(OLD, renamed) == ()
    late = replace(OLD.phases[0], name="q", promotion=Promotion(moment="after_day_reset"))
    (found,) = differences(OLD, replace(OLD, phases=(late,)))
    assert (found.where, found.what) == ("phase → q", "promotion")


def test_a_deadline_to_activate_is_said_and_its_page_is_no_difference() -> None:
    soon = Promotion(activation_days=7, source="https://elsewhere", read_on="2027-01")
    urged = replace(OLD, phases=(replace(OLD.phases[0], promotion=soon),))
    assert told(urged) == ["phase: promotion – activation days: none → 7"]


def test_a_lone_new_phase_is_told_with_the_number_of_its_rules() -> None:
    funded = Phase(name="funded", stage="funded", rules=(DAILY,))
    assert told(replace(OLD, phases=(*OLD.phases, funded))) == [
        "funded: new: phase – a phase with one rule."
    ]
    (gone,) = differences(replace(OLD, phases=(*OLD.phases, funded)), OLD)
    assert (gone.where, gone.after) == ("funded", None)


def test_any_two_presets_can_be_compared() -> None:
    first, *others = presets()
    base = load_rulebook(first).rulebook
    for name in others:
        assert all(each.sentence() for each in differences(base, load_rulebook(name).rulebook))


def test_the_versions_of_a_preset_end_with_the_one_in_force() -> None:
    for name in presets():
        known = versions_of(name)
        assert known[-1].source == f"preset:{name}"
        assert {each.rulebook.name for each in known} == {name}
        assert len({each.rulebook.version for each in known}) == len(known)
