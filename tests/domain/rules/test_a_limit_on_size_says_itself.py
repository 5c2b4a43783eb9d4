"""Position size: the sentence and the formula of every unit, sum, ladder and half."""

import pytest

from propdesk.domain.rules.exposure import Cap, Tier
from propdesk.domain.terms import Amount, TermsError
from tests.domain.rules.exposure_rows import cap, terms
from tests.domain.rules.histories import SIZE, d

LADDER = (
    Tier(profit=Amount(money=d(0)), cap=cap(2)),
    Tier(profit=Amount(money=d(1500)), cap=cap(3)),
)
PER_CLASS = {"aggregation": "group", "caps": {"forex": cap(10), "metals": cap(5)}}
BY_SIZE = Cap(by_size={d(50000): d(7), SIZE: d(14)})


@pytest.mark.parametrize(
    ("more", "sentence", "formula"),
    [
        ({}, "No more than 10 lots open in all.", "open lots ≤ cap"),
        (
            {"comparison": "touch", "unit": "contracts", "aggregation": "order"},
            "Less than 10 contracts in one order.",
            "open contracts < cap",
        ),
        (
            {"unit": "mini_equivalents", "aggregation": "absolute_sum"},
            "No more than 10 minis net over all instruments.",
            "open mini equivalents ≤ cap",
        ),
        (
            {"unit": "notional", "cap": cap(300000), "aggregation": "instrument"},
            "No more than 300,000.00 of value open in one instrument.",
            "open notional ≤ cap",
        ),
        (
            {"unit": "margin_percent", "leverage": d(30), "percent_of": "initial"},
            "No more than 10 % of the initial balance as margin open in all.",
            "open margin percent ≤ cap",
        ),
        (
            {"unit": "margin_percent", "leverage": d(30)},
            "No more than 10 % of the balance as margin open in all.",
            "open margin percent ≤ cap",
        ),
        (
            {"unit": "margin_percent", "leverage": d(30), "percent_of": "equity"},
            "No more than 10 % of equity as margin open in all.",
            "open margin percent ≤ cap",
        ),
        (
            {"unit": "effective_leverage"},
            "No more than 10 times equity open in all.",
            "open effective leverage ≤ cap",
        ),
        ({"cap": BY_SIZE}, "No more than 14 lots open in all.", "open lots ≤ cap"),
        (
            {**PER_CLASS, "cap": None},
            "Open in one asset class: at most 10 lots of forex, 5 lots of metals.",
            "open lots ≤ cap",
        ),
        (
            {**PER_CLASS, "comparison": "touch"},
            (
                "Open in one asset class: less than 10 lots of forex, 5 lots of metals, "
                "10 lots of any other."
            ),
            "open lots < cap",
        ),
        (
            {"ladder": LADDER},
            (
                "Open in all: at most 10 lots at first, 2 lots from a profit of 0.00 on, "
                "3 lots from a profit of 1,500.00 on."
            ),
            "open lots ≤ cap",
        ),
        (
            {"ladder": LADDER[1:], "cap": None, "comparison": "touch"},
            "Open in all: less than 3 lots from a profit of 1,500.00 on; nothing below that.",
            "open lots < cap",
        ),
        (
            {"ladder": (Tier(profit=Amount(percent=d(3)), cap=BY_SIZE),), "cap": BY_SIZE},
            (
                "Open in all: at most 14 lots at first, "
                "14 lots from a profit of 3 % of the initial balance (3,000.00) on."
            ),
            "open lots ≤ cap",
        ),
        (
            {"aggregation": "instrument", "caps": {"ONE": BY_SIZE}, "cap": BY_SIZE},
            "Open in one instrument: at most 14 lots of ONE, 14 lots of any other.",
            "open lots ≤ cap",
        ),
        (
            {"half_until": Amount(percent=d(3))},
            (
                "No more than 10 lots open in all. Half of it, until the profit is "
                "3 % of the initial balance (3,000.00)."
            ),
            "open lots ≤ cap",
        ),
    ],
)
def test_the_words(more, sentence, formula):
    assert terms(**more).sentence(SIZE) == sentence
    assert terms(**more).formula() == formula


@pytest.mark.parametrize(
    ("unit", "sentence"),
    [
        ("lots", "No more than what the account's size allows in lots open in all."),
        ("notional", "No more than what the account's size allows in value open in all."),
    ],
)
def test_the_words_for_no_size_in_particular(unit, sentence):
    assert terms(unit=unit, cap=BY_SIZE).sentence() == sentence


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"cap": None}, "^an exposure limit needs 'cap', 'caps' or 'ladder'$"),
        (
            {"unit": "margin_percent"},
            "^unit 'margin_percent' needs 'leverage' or 'leverage_by_class'$",
        ),
        ({"caps": {"a": cap(1)}}, "^'caps' needs the aggregation 'instrument' or 'group'$"),
    ],
)
def test_terms_that_mean_nothing_say_why(more, why):
    with pytest.raises(TermsError, match=why):
        terms(**more)


def test_a_cap_says_what_is_missing():
    with pytest.raises(TermsError, match=r"^a cap is exactly one of at_most, by_size$"):
        Cap(at_most=d(1), by_size={d(1): d(1)})
    with pytest.raises(TermsError, match=r"^no cap for size 7000; there are 50000, 100000$"):
        Cap(by_size={d("5E+4"): d(7), SIZE: d(14)}).resolve(d("7E+3"))
