"""Scaling, the step between stages, and the words an account goes through."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from typing import Any, get_args

import pytest

from propdesk.domain.evaluation import Status
from propdesk.domain.rulebook import Clock, Phase, Promotion, Rulebook
from propdesk.domain.scaling import (
    ScalingFacts,
    ScalingStep,
    ScalingTerms,
    ScalingTrigger,
    growth_percent,
    judge_scaling,
    sizes_by_month,
    tiers_by_withdrawal,
)
from propdesk.domain.stages import (
    StageAccount,
    TransitionFacts,
    TransitionTerms,
    judge_transition,
    merged_start,
    transition_terms,
)
from propdesk.domain.statuses import (
    LIFECYCLE_EDGES,
    STATUS_EDGES,
    ForbiddenTransition,
    Lifecycle,
    changed,
    is_final,
    lifecycle_changed,
)
from propdesk.domain.terms import Amount, TermsError


def d(text: str | int) -> Decimal:
    return Decimal(text)


def seen(*figures: object) -> tuple[object, ...]:
    """Figures side by side, as a row of a table."""
    return figures


LINEAR = ScalingStep(percent_of_original=d(25))
DOUBLE = ScalingStep(factor=d(2))


def terms(**more: object) -> ScalingTerms:
    return ScalingTerms(**{"trigger": ScalingTrigger(), "step": LINEAR, **more})  # type: ignore[arg-type]


def facts(**more: object) -> ScalingFacts:
    figures = {
        "original": d(100000),
        "size": d(100000),
        "balance": d(113000),
        "months": 4,
        "cycle_profit": d(13000),
        **more,
    }
    return ScalingFacts(**figures)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "original", "until", "expected"),
    [
        (
            terms(trigger=ScalingTrigger(months=4)),
            100000,
            16,
            {0: 100000, 4: 125000, 8: 150000, 12: 175000, 16: 200000},
        ),
        (
            terms(trigger=ScalingTrigger(months=3), first_step=LINEAR, step=DOUBLE, cap=d(4000000)),
            400000,
            15,
            {0: 400000, 3: 500000, 6: 1000000, 9: 2000000, 12: 4000000, 15: 4000000},
        ),
        (
            terms(
                trigger=ScalingTrigger(months=1),
                step=ScalingStep(table={d(10000): d(25000), d(25000): d(50000)}),
            ),
            10000,
            3,
            {0: 10000, 1: 25000, 2: 50000, 3: 50000},
        ),
    ],
)
def test_the_published_table(
    rule: ScalingTerms, original: int, until: int, expected: dict[int, int]
) -> None:
    sizes = {month: int(size) for month, size in sizes_by_month(rule, d(original), until).items()}
    assert sizes == expected


@pytest.mark.parametrize(
    ("trigger", "given", "reasons"),
    [
        ({"months": 4}, {"months": 3}, ["too_early"]),
        ({"months": 4}, {"months": None}, ["not_known"]),
        ({"profit": Amount(percent=d(10))}, {"cycle_profit": d(10000)}, []),
        ({"profit": Amount(percent=d(10))}, {"cycle_profit": d("9999.99")}, ["profit_too_small"]),
        ({"profit_in_account": Amount(percent=d(10))}, {"balance": d(110000)}, []),
        ({"profit_in_account": Amount(percent=d(10))}, {"balance": d("109999.99")},
         ["profit_too_small"]),
        ({"green_months": 2, "green_of_months": 3}, {"month_profits": (d(1), d(-1), d(1))}, []),
        ({"green_months": 2, "green_of_months": 3}, {"month_profits": (d(9), d(-1), d(0), d(1))},
         ["too_few_green_months"]),
        ({"green_months": 2}, {"month_profits": (d(9), d(-1), d(0), d(1))}, []),
        ({"payouts": 2}, {"withdrawals": (d(1),)}, ["too_few_payouts"]),
        ({"in_profit_at_review": True}, {"balance": d(100000)}, ["not_in_profit"]),
        ({"withdrawn_percent": d(10)}, {"withdrawals": (d(10000),)}, []),
        ({"withdrawn_percent": d(10)}, {"withdrawals": (d(7000),)}, ["withdrawn_too_little"]),
        ({"withdrawn_percent": d(10), "further_payouts": 1}, {"withdrawals": (d(10000),)},
         ["withdrawal_still_needed"]),
        ({"buying_power_percent": d(50)}, {"buying_power_percent": d(49)},
         ["buying_power_unused"]),
        ({"flat": True}, {"flat": False}, ["position_open"]),
        ({"flat": True}, {}, ["position_open"]),
        ({"on_request": True}, {}, ["not_requested"]),
    ],
)  # fmt: skip
def test_what_must_have_happened(
    trigger: dict[str, Any], given: dict[str, Any], reasons: list[str]
) -> None:
    answer = judge_scaling(terms(trigger=ScalingTrigger(**trigger)), facts(**given))
    assert [each.code for each in answer.reasons] == reasons
    unknown = bool(reasons) and not any(each.certain for each in answer.reasons)
    assert answer.due is (None if unknown else not reasons)
    assert answer.new_size == (125000 if not reasons else 100000)


def test_doubling_keeps_the_profit_or_takes_it() -> None:
    trigger = ScalingTrigger(profit_in_account=Amount(percent=d(10)))
    kept = judge_scaling(terms(trigger=trigger, step=DOUBLE), facts())
    assert seen(kept.new_size, kept.balance_after) == (200000, 213000)
    gone = judge_scaling(terms(trigger=trigger, step=DOUBLE, profit="forfeited"), facts())
    assert gone.balance_after == 200000


def test_caps_and_split() -> None:
    capped = terms(cap=d(110000), split_percents=(d(90),))
    assert judge_scaling(capped, facts()).new_size == 110000
    assert judge_scaling(capped, facts()).split_percent == 90
    full = judge_scaling(capped, facts(size=d(110000)))
    assert [each.code for each in full.reasons] == ["at_the_cap"]
    person = terms(person_cap=d(300000))
    assert judge_scaling(person, facts(person_total=d(275000))).due
    assert not judge_scaling(person, facts(person_total=d(275001))).due
    assert judge_scaling(person, facts()).due is None


def test_a_tier_rises_with_what_was_paid_and_one_payout_more() -> None:
    trigger = ScalingTrigger(withdrawn_percent=d(10), further_payouts=1)
    rule = terms(trigger=trigger, step=DOUBLE)
    paid = [d(500), d(250), d(200)]
    rows = tiers_by_withdrawal(rule, d(5000), paid)
    assert rows == ((1, d(5000)), (1, d(5000)), (2, d(10000)))
    growth = [growth_percent([p], size) for p, (_, size) in zip(paid, rows, strict=True)]
    assert growth == [10, 5, 2]
    at_once = replace(rule, trigger=ScalingTrigger(withdrawn_percent=d(10)))
    assert tiers_by_withdrawal(at_once, d(5000), paid)[1] == (2, d(10000))


def test_steps_that_mean_nothing_are_refused() -> None:
    for make in (
        ScalingStep,
        lambda: ScalingStep(factor=d(2), percent_of_original=d(25)),
        lambda: ScalingTrigger(further_payouts=1),
        lambda: ScalingTrigger(green_months=3, green_of_months=2),
    ):
        with pytest.raises(TermsError):
            make()


# -- stages
BOOK = Rulebook(
    name="test",
    version="1",
    effective_from=date(2021, 1, 1),
    currency="USD",
    clock=Clock(zone="UTC", reset=time(0)),
    phases=(Phase(name="one"), Phase(name="two"), Phase(name="funded", stage="funded")),
)


def step(phase: str = "one", given: dict[str, Any] | None = None, **more: object):
    figures = {
        "status": "passed",
        "accounts": (StageAccount(d(50000), d(54000)),),
        "flat": True,
        "passed_on": date(2021, 3, 1),
        "today": date(2021, 3, 2),
        **(given or {}),
    }
    rule = TransitionTerms(**{"next_balance": "initial", **more})  # type: ignore[arg-type]
    return judge_transition(BOOK, phase, rule, TransitionFacts(**figures))


@pytest.mark.parametrize(
    ("accounts", "balance"),
    [
        ([(50000, 12000)] * 4, 48000),
        ([(150000, 50000), (50000, 25000)], 75000),
        ([(100000, 40000), (50000, 20000)], 60000),
        ([(150000, 180000)], 150000),
        ([(50000, 30000)] * 3, 50000),
    ],
)
def test_several_accounts_become_one(accounts: list[Any], balance: int) -> None:
    several = tuple(StageAccount(d(size), d(rest)) for size, rest in accounts)
    assert merged_start(several) == balance
    given = {"accounts": several}
    assert step(given=given, next_balance="sum_capped_at_largest").start_balance == balance


def test_initial_and_carried_balance() -> None:
    assert step().start_balance == 50000
    assert step(given={"next_size": d(100000)}).start_balance == 100000
    assert step(next_balance="carry").start_balance == 54000
    assert seen(step().limits, step(limits="carried").limits) == ("reset", "carried")


@pytest.mark.parametrize(
    ("phase", "more", "given", "allowed", "reason"),
    [
        ("one", {}, {"status": "active"}, False, "not_passed"),
        ("one", {}, {"status": "unknown"}, None, "not_known"),
        ("one", {}, {"flat": False}, False, "position_open"),
        ("one", {"flat_required": False}, {"flat": False}, True, None),
        ("one", {"moment": "after_day_reset"}, {"today": date(2021, 3, 1)}, False, "day_not_over"),
        ("one", {"moment": "after_day_reset"}, {}, True, None),
        ("one", {"moment": "after_manual_review"}, {}, False, "review_pending"),
        ("one", {"moment": "after_manual_review"}, {"review": "approved"}, True, None),
        ("one", {"activation_days": 7}, {}, False, "not_activated"),
        ("one", {"activation_days": 7}, {"activated_on": date(2021, 3, 8)}, True, None),
        ("one", {"activation_days": 7}, {"activated_on": date(2021, 3, 9)}, False,
         "activation_missed"),
        ("funded", {}, {}, False, "last_phase"),
    ],
)  # fmt: skip
def test_the_step_out_of_a_phase(
    phase: str, more: dict[str, Any], given: dict[str, Any], allowed: object, reason: str | None
) -> None:
    answer = step(phase, given, **more)
    assert answer.allowed is allowed
    assert [each.code for each in answer.reasons] == ([] if reason is None else [reason])


@pytest.mark.parametrize(
    ("days", "last"), [(None, None), (1, date(2021, 3, 2)), (31, date(2021, 4, 1))]
)
def test_the_last_day_to_activate(days: int | None, last: date | None) -> None:
    promotion = Promotion(activation_days=days)
    assert transition_terms(promotion).activate_by(date(2021, 3, 1)) == last


def test_the_step_is_decided_by_what_the_rulebook_says() -> None:
    promotion = Promotion(
        moment="after_manual_review",
        flat_required=False,
        next_balance="carry",
        activation_days=7,
        source="https://example.org",
    )
    assert transition_terms(promotion) == TransitionTerms(
        moment="after_manual_review",
        flat_required=False,
        next_balance="carry",
        activation_days=7,
    )


@pytest.mark.parametrize(
    ("effect", "to", "kind", "phase"),
    [
        ("demote_stage", "first", "demote", "one"),
        ("demote_stage", "previous", "demote", "two"),
        ("demote_stage", "same", "demote", "funded"),
        ("reset_account", "first", "reset", "funded"),
    ],
)
def test_the_way_back(effect: str, to: str, kind: str, phase: str) -> None:
    answer = step("funded", {"sent_back": effect, "status": "active"}, demote_to=to)
    assert seen(answer.kind, answer.to_phase, answer.start_balance) == (kind, phase, 50000)


# -- words
def test_every_word_has_its_edges_and_no_edge_another_word() -> None:
    for words, edges in ((Status, STATUS_EDGES), (Lifecycle, LIFECYCLE_EDGES)):
        assert set(edges) == set(get_args(words))
        assert set().union(*edges.values()) <= set(get_args(words))


def test_what_is_over_stays_over() -> None:
    assert {each for each in get_args(Status) if is_final(each)} == {
        "passed",
        "breached",
        "expired",
    }
    assert changed("unknown", "passed") == "passed"
    with pytest.raises(ForbiddenTransition, match="breached cannot become active"):
        changed("breached", "active")
    assert lifecycle_changed("awaiting_kyc", "funded") == "funded"
    with pytest.raises(ForbiddenTransition):
        lifecycle_changed("lead", "funded")
