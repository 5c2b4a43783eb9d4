"""Changes of the kernel's text, ten by hand and each of an operator or a minimum: all are noticed.

The changed kernel runs as plain Python. What it is caught by is what the tests of the book and of
the forms check.
"""

import ast
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from propdesk.domain.valuation import Platform
from propdesk.engine import kernel as plain
from propdesk.engine.builds import PLAIN
from tests.engine import test_a_form_is_the_domains_profit as forms
from tests.engine import test_the_book_by_hand as by_hand
from tests.engine import test_what_a_tick_left_is_caught_at_once as at_once
from tests.engine.streams import first_difference, new_book, prepared

SOURCE = Path(plain.__file__).read_text()
SEEDS = range(6)
BY_HAND = [
    ("rest >= denominator - rest", "rest > denominator - rest"),
    ("else -whole", "else whole"),
    ("gain if profit >= 0 else loss", "gain"),
    ('(price, bid, ask) if run["converted"] == TIMES', '(price, bid, bid) if run["at_bid"]'),
    ("factor <= 0 or", "factor < 0 or"),
    ('each["value"] <= guard["low"]', 'each["value"] < guard["low"]'),
    ('guard["high"] - 1', 'guard["high"]'),
    ('min(value, guard["cap"]) - guard["gap"]', 'value - guard["gap"]'),
    ('state.places[term["place"]]["at"] = target', "pass"),
    ('instrument["known"] = within and not instrument["silent"]', 'instrument["known"] = within'),
    ('slot["turned"] = 1', 'slot["turned"] = 0'),
]
PROMISES: list[Callable[[Any], None]] = [
    lambda kernel: forms.test_half_goes_away_from_zero(kernel, 5, 2, 3),
    by_hand.test_a_run_stops_before_the_moment_it_is_given,
    by_hand.test_a_term_that_filled_a_gap_is_found_again,
    at_once.test_what_is_released_has_no_bounds_and_new_windows,
    by_hand.test_an_instrument_keeps_the_prices_of_its_minute,
    lambda kernel: by_hand.test_a_price_counts_up_to_the_ceiling(
        kernel, bid=by_hand.CEILING, counts=True
    ),
    lambda kernel: by_hand.test_a_price_counts_up_to_the_ceiling(
        kernel, bid=-by_hand.CEILING, counts=True
    ),
]
OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
QUIET = "each['quiet_low'] {} each['value'] {} each['quiet_high']"
KNOWN = "0 <= numbers[tick] {} len(state.instruments)"
TOO_MANY = "it tests a sum that need not be tested"
# Changes with which nothing the kernel says can differ, by function.
HARMLESS = {
    ("add", "value < each['quiet_low'] -> value <= each['quiet_low']"): TOO_MANY,
    ("add", "value > each['quiet_high'] -> value >= each['quiet_high']"): TOO_MANY,
    ("test_all", f"{QUIET.format('<=', '<=')} -> {QUIET.format('<', '<=')}"): TOO_MANY,
    ("test_all", f"{QUIET.format('<=', '<=')} -> {QUIET.format('<=', '<')}"): TOO_MANY,
    ("calm_down", "each['unknown'] > 0 -> each['unknown'] >= 0"): TOO_MANY,
    ("calm_down", "slot['unknown'] > 0 -> slot['unknown'] >= 0"): TOO_MANY,
    ("observe", "value > guard['peak'] -> value >= guard['peak']"): "the bound rises to itself",
    ("fill_term", "given[4] - 1 -> given[4] + 1"): "it looks for sums of which there are none",
    ("leave", "at < run['awake'] -> at <= run['awake']"): "in one pass nobody rests",
    ("half_away", "numerator >= 0 -> numerator > 0"): "there is no negative zero",
    ("run", f"{KNOWN.format('<')} -> {KNOWN.format('<=')}"): "numpy refuses the index itself",
}


def changes() -> Iterator[tuple[str, str]]:
    """Every change of one operator or one minimum that is not harmless, and the whole text."""
    tree = ast.parse(SOURCE)
    for function in tree.body:
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            for name, operator in operators_of(node):
                was = ast.unparse(node)
                put(node, name, OPERATORS[type(operator)]())
                what = f"{was} -> {ast.unparse(node)}"
                if (function.name, what) not in HARMLESS:
                    yield f"{function.name}: {what}", ast.unparse(tree)
                put(node, name, operator)
            if isinstance(node, ast.Name) and node.id in {"min", "max"}:
                was, node.id = node.id, "max" if node.id == "min" else "min"
                yield f"{function.name}: {was}, line {node.lineno}", ast.unparse(tree)
                node.id = was


def operators_of(node: ast.AST) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign):
        found = [("op", node.op)]
    if isinstance(node, ast.Compare):
        found = [(str(place), each) for place, each in enumerate(node.ops)]
    return [(name, each) for name, each in found if type(each) in OPERATORS]


def put(node: Any, name: str, operator: Any) -> None:
    if name == "op":
        node.op = operator
    else:
        node.ops[int(name)] = operator


@pytest.fixture(scope="module")
def streams() -> Any:
    return {seed: prepared(seed, ticks=200, accounts=4) for seed in SEEDS}


def kernel_of(text: str) -> ModuleType:
    """The changed functions; what only answers, and is not changed here, is as it is."""
    module = ModuleType("changed_kernel")
    module.__dict__.update(vars(PLAIN))
    exec(compile(text, "changed_kernel", "exec"), module.__dict__)
    return module


def notices(kernel: Any, streams: Any) -> bool:
    """Whether any check fails on this kernel, or it fails itself (warnings are errors here)."""
    try:
        for promise in PROMISES:
            promise(kernel)
        for case in forms.CASES:  # no profit, and no rate on one of its sides
            one = 10 ** forms.CATALOGUE.get(case[0]).digits
            forms.check(case, "buy", Decimal(1), Decimal(1), Platform.MT5, one, (0, 5), kernel)
            forms.check(case, "buy", Decimal(1), Decimal(1), Platform.MT5, one, (5, 0), kernel)
        for seed, (steps, answers) in streams.items():
            if first_difference(new_book(kernel, 4), steps, answers, seed=seed) is not None:
                return True
    except (ArithmeticError, AssertionError, LookupError, RuntimeWarning, ValueError):
        return True
    return False


def test_the_kernel_as_it_is_makes_no_difference(streams: Any) -> None:
    assert not notices(kernel_of(SOURCE), streams)


@pytest.mark.parametrize(("was", "becomes"), BY_HAND, ids=[was for was, _ in BY_HAND])
def test_a_change_by_hand_is_noticed(streams: Any, was: str, becomes: str) -> None:
    assert was in SOURCE
    assert notices(kernel_of(SOURCE.replace(was, becomes)), streams)


def test_every_change_of_an_operator_is_noticed(streams: Any) -> None:
    every = list(changes())
    assert len(every) > 80
    assert [what for what, text in every if not notices(kernel_of(text), streams)] == []
