"""A custom condition is exact, ends, reads no clock, and is unknown where it cannot be said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propdesk.domain.conditions import BOOLEAN_FACTS, FACTS
from propdesk.wire.conditions import CelConditions, ConditionRefused, compile_condition

FACTS_NOW = {"balance_minor": 500, "weekday": 6, "flat": False}


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("", "must not be empty"),
        ("balance_minor > 1.5", "floating numbers are not allowed"),
        ("balance_minor > .5", "floating numbers are not allowed"),
        ("balance_minor > 5.", "floating numbers are not allowed"),
        ("balance_minor > 1e3", "floating numbers are not allowed"),
        ("1.5 == 1.5", "floating numbers are not allowed"),
        ("balance_minor > 1u", "unsigned numbers are not allowed"),
        ("'a' == 'a'", "texts are not allowed"),
        ("now() > 1", "clock functions are not allowed"),
        ("timestamp(1) > timestamp(0)", "clock functions are not allowed"),
        ("duration(1) > duration(0)", "clock functions are not allowed"),
        ("at_us.getHours() > 3", "clock functions are not allowed"),
        ("double(balance_minor) > double(1)", "undeclared reference to 'double'"),
        ("[1, 2].all(x, x > 0)", "undeclared reference"),
        ("balance_minor", "must be true or false, not INT"),
        ("no_such_fact > 1", "undeclared reference to 'no_such_fact'"),
        ("flat > 1", "found no matching overload"),
        ("balance_minor >", "Syntax error"),
        ("(" * 21 + "flat" + ")" * 21, "nests at most 20 brackets"),
        ("flat || " * 200 + "flat", "at most 1000 characters"),
    ],
)
def test_an_expression_that_may_not_be_saved(expression: str, reason: str) -> None:
    with pytest.raises(ConditionRefused, match=reason.replace("(", r"\(")):
        compile_condition(expression)


@pytest.mark.parametrize(
    ("expression", "verdict"),
    [
        ("balance_minor > 499", True),
        ("balance_minor > 500", False),
        ("balance_minor + 1 > 500 && !flat", True),
        ("weekday in [6, 7]", True),
        ("(flat ? 1 : 2) == 2", True),
        ("-balance_minor / 3 == -166", True),
        ("balance_minor % 3 == 2", True),
        ("equity_minor > 0", None),  # the fact is not known
        ("equity_minor > 0 || weekday == 6", True),  # and does not matter here
        ("equity_minor > 0 && weekday == 7", False),
        ("balance_minor / 0 == 1", None),
        ("balance_minor * 9223372036854775807 > 0", None),  # no wrapping round
    ],
)
def test_the_verdict_of_an_expression(expression: str, verdict: bool | None) -> None:
    assert CelConditions().holds(expression, FACTS_NOW) is verdict


def test_a_fact_beyond_64_bits_is_not_known() -> None:
    assert CelConditions().holds("balance_minor > 0", {"balance_minor": 2**63}) is None
    assert CelConditions().holds("balance_minor > 0", {"balance_minor": 2**63 - 1}) is True


@given(limit=st.integers(-(10**12), 10**12), step=st.sampled_from([-1, 0, 1]))
def test_one_minor_unit_decides(limit: int, step: int) -> None:
    told = CelConditions().holds(
        "balance_minor <= size_minor", {"balance_minor": limit + step, "size_minor": limit}
    )
    assert told is (step <= 0)


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_can_be_asked_for(fact: str) -> None:
    compile_condition(fact if fact in BOOLEAN_FACTS else f"{fact} > 0")
