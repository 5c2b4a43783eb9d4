"""Custom conditions in CEL, cut down to what cannot be inexact, endless or depend on a clock.

Only whole numbers and booleans: no floating literals, no texts, no clock functions, no macros.
Without macros an expression cannot iterate, so its cost is bounded by its length. It must not
know what a condition costs the trader.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version

from cel_expr_python import cel  # type: ignore[import-untyped]  # it ships no py.typed

from propdesk.domain.conditions import BOOLEAN_FACTS, FACTS, Fact

LENGTH_MAX = 1000
NESTING_MAX = 20
INT64_MAX = 2**63 - 1
LIBRARY = f"cel-expr-python {version('cel-expr-python')}"
# Named one by one: what is not here does not exist, whatever the library learns later.
_INTEGER_OVERLOADS = {
    "_+_": "add_int64",
    "_-_": "subtract_int64",
    "_*_": "multiply_int64",
    "_/_": "divide_int64",
    "_%_": "modulo_int64",
    "-_": "negate_int64",
    "_<_": "less_int64",
    "_<=_": "less_equals_int64",
    "_>_": "greater_int64",
    "_>=_": "greater_equals_int64",
}
_FUNCTIONS = ("_&&_", "_||_", "!_", "_?_:_", "_==_", "_!=_", "@in")
_FLOAT = re.compile(r"\d\.|\.\d|(?<![\w])\d+[eE]")
_UNSIGNED = re.compile(r"(?<![\w])\d+[uU]\b")
_TEXT = re.compile(r"[\"'`]")
_CLOCK = re.compile(r"\b(now|timestamp|duration|get[A-Z]\w+)\s*\(")


class ConditionRefused(ValueError):
    """The expression may not be saved. The message is one sentence for its author."""


def _environment() -> cel.Env:
    lines = ["stdlib:", "  disable_macros: true", "  include_functions:"]
    lines += [f'    - name: "{name}"' for name in _FUNCTIONS]
    for name, overload in _INTEGER_OVERLOADS.items():
        lines += [f'    - name: "{name}"', f"      overloads: [{{id: {overload}}}]"]
    lines.append("variables:")
    for name in FACTS:
        kind = "bool" if name in BOOLEAN_FACTS else "int"
        lines += [f"  - name: {name}", f"    type_name: {kind}"]
    return cel.NewEnv(config=cel.NewEnvConfigFromYaml("\n".join(lines)))


_ENVIRONMENT = _environment()


@lru_cache(maxsize=1024)
def compile_condition(expression: str) -> cel.Expression:
    """The expression, checked. Raises ``ConditionRefused`` with the reason."""
    if not expression.strip():
        raise ConditionRefused("an expression must not be empty")
    if len(expression) > LENGTH_MAX:
        raise ConditionRefused(f"an expression has at most {LENGTH_MAX} characters")
    if _depth(expression) > NESTING_MAX:
        raise ConditionRefused(f"an expression nests at most {NESTING_MAX} brackets")
    if _TEXT.search(expression):
        raise ConditionRefused("texts are not allowed; narrow the rule with applies_to instead")
    if _FLOAT.search(expression):
        raise ConditionRefused(
            "floating numbers are not allowed; write minor units or millionths as whole numbers"
        )
    if _UNSIGNED.search(expression):
        raise ConditionRefused("unsigned numbers are not allowed; leave the u away")
    if _CLOCK.search(expression):
        raise ConditionRefused("clock functions are not allowed; times are facts (at_us, …)")
    try:
        compiled = _ENVIRONMENT.compile(expression)
    except (RuntimeError, ValueError) as error:
        raise ConditionRefused(_reason(error)) from None
    if compiled.return_type() != cel.Type.BOOL:
        raise ConditionRefused(
            f"the result must be true or false, not {compiled.return_type().name()}"
        )
    return compiled


class CelConditions:
    """Judges expressions by CEL (the ``Conditions`` of the domain)."""

    def holds(self, expression: str, facts: Mapping[str, Fact]) -> bool | None:
        """True, false, or None on any error: an absent fact, an overflow, a division by zero."""
        if any(abs(value) > INT64_MAX for value in facts.values()):
            facts = {name: each for name, each in facts.items() if abs(each) <= INT64_MAX}
        try:
            answer = compile_condition(expression).eval(data=dict(facts))
        except (ConditionRefused, RuntimeError, ValueError):
            return None
        return bool(answer.value()) if answer.type() == cel.Type.BOOL else None


def _depth(expression: str) -> int:
    deepest = depth = 0
    for character in expression:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    return deepest


def _reason(error: Exception) -> str:
    """The first of CEL's complaints, without its decoration."""
    first = str(error).splitlines()[0]
    return re.sub(r"^.*<input>:\d+:(\d+): ", r"at character \1: ", first).replace(
        " (in container '')", ""
    )
