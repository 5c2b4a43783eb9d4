"""How a phase is passed, and how the next one begins, as a trader reads it."""

from dataclasses import replace
from typing import Any

import pytest

from propdesk.domain.promotion_words import promotion_sentences
from propdesk.domain.rulebook import Phase, Promotion
from tests import story

BOOK = story.rulebook()
PLAIN = (
    "The phase is passed as soon as every objective is met and every position is closed.",
    "The phase funded begins as a new account at its size.",
)


def told(following: bool = True, stage: Any = "evaluation", **said: Any) -> tuple[str, ...]:
    phase = Phase(name="challenge", stage=stage, promotion=Promotion(**said))
    more = (Phase(name="funded", stage="funded"),) if following else ()
    return promotion_sentences(replace(BOOK, phases=(phase, *more)), phase)


def test_a_plain_promotion() -> None:
    assert told() == PLAIN
    assert told(stage="funded") == PLAIN


def test_the_last_phase_has_no_next_and_a_funded_one_no_end() -> None:
    assert told(following=False) == PLAIN[:1]
    assert told(following=False, stage="funded") == ()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            {"moment": "after_day_reset"},
            (
                "The phase is passed at the end of the day on which every objective is met and "
                "every position is closed."
            ),
        ),
        (
            {"moment": "after_manual_review", "flat_required": False},
            "Once every objective is met, a person reviews the account before the phase is passed.",
        ),
        ({"flat_required": False}, "Positions may stay open."),
        (
            {"next_balance": "carry"},
            "The phase funded begins with the balance of this account.",
        ),
        (
            {"next_balance": "sum_capped_at_largest"},
            (
                "The phase funded begins with the balances of all accounts together, at most the "
                "largest size."
            ),
        ),
        (
            {"activation_days": 1},
            "The phase funded must be activated within 1 calendar day after the day of the pass.",
        ),
        (
            {"activation_days": 7},
            "The phase funded must be activated within 7 calendar days after the day of the pass.",
        ),
    ],
)
def test_what_differs_is_said(said: dict[str, Any], sentence: str) -> None:
    assert sentence in told(**said)
    assert sentence not in told()
