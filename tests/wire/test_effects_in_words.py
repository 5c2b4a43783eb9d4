"""What a violation does, said so that a trader understands it."""

from decimal import Decimal
from typing import Any, get_args

import pytest

from propdesk.domain.terms import Effect, EffectKind
from propdesk.wire.effect_words import effect_sentences, effect_words

D = Decimal
MORE: dict[str, dict[str, Any]] = {
    "pause_until": {"until": "next_day"},
    "strike": {"of": 3, "then": Effect(kind="fail")},
    "penalty": {"percent": D(50)},
    "profit_adjust": {"factor": D("0.4")},
    "fail_but_payable": {"percent": D(50)},
    "payout_delayed": {"days": 7},
}


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        ("fail", {}, "the account is lost"),
        ("fail_but_payable", {"percent": D(50), "claim_days": 7, "conditions": ("it had a stop",)},
         "50 % of its profit is still paid if it had a stop, claimed within 7 days"),
        ("pause_until", {"until": "next_day"}, "no trading until the next trading day"),
        ("pause_until", {"until": "next_month"}, "no trading until the next month"),
        ("pause_until", {"until": "days", "days": 1}, "no trading for 1 day"),
        ("strike", {"of": 3, "then": Effect(kind="fail")}, "with strike 3, the account is lost"),
        ("penalty", {"percent": D(50)}, "the trader's share falls to 50 %"),
        ("profit_adjust", {"factor": D("0.4")}, "only 40 % of the profit counts"),
        ("profit_adjust", {"factor": D(0)}, "the profit does not count"),
        ("payout_delayed", {"days": 7}, "put off by 7 days"),
        ("flatten", {"also": (Effect(kind="warn"),)}, "cancelled, and the trader is warned"),
    ],
)  # fmt: skip
def test_an_effect(kind: EffectKind, more: dict[str, Any], said: str) -> None:
    assert said in effect_words(Effect(kind=kind, **more))


@pytest.mark.parametrize("kind", get_args(EffectKind))
def test_every_effect_has_words_of_its_own(kind: EffectKind) -> None:
    said = effect_words(Effect(kind=kind, **MORE.get(kind, {})))
    assert "_" not in said
    assert len(said) > 10


def test_the_first_the_second_and_each_after() -> None:
    effects = (Effect(kind="warn"), Effect(kind="payout_denied"), Effect(kind="fail"))
    assert effect_sentences(effects) == (
        "First violation: the trader is warned, nothing else.",
        "Second violation: the next payout is denied.",
        "Third violation and each after it: the account is lost.",
    )
    assert effect_sentences(effects[2:]) == ("The account is lost.",)
