"""Runs a file of worked examples and says which come out right."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from propdesk.boot.vectors.families import FAMILIES, Answer, Rows, Series
from propdesk.boot.vectors.given import Given, NotUnderstood
from propdesk.domain.evaluation import UnusableHistory
from propdesk.domain.exact import exactly, round_ratio_half_away
from propdesk.domain.judging import Figure
from propdesk.domain.terms import TermsError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one example."""

    name: str
    family: str
    verdict: str  # right, wrong, not understood
    via: str
    why: str = ""


def run(file: Path) -> Iterator[Outcome]:
    """Every example of the file. Raises ``ValueError`` naming the line that is no example."""
    for row, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            example = json.loads(line, parse_float=Decimal)
            name, rule = example["id"], example["rule"]
            given, expect = example["given"], example["expect"]
        except (ValueError, KeyError, TypeError) as wrong:
            raise ValueError(f"{file.name}:{row}: is no worked example: {wrong}") from wrong
        yield tried(name, rule, given, expect)


def tried(name: str, rule: str, values: dict[str, Any], expect: dict[str, Any]) -> Outcome:
    """Translate one example, judge it and compare every figure the page states."""
    translator = FAMILIES.get(rule)
    if translator is None:
        return Outcome(name, rule, "not understood", "", "no translator for this family")
    given = Given(values)
    try:
        with exactly():
            answer = translator.translate(given)
        given.finish()
    except NotUnderstood as unknown:
        return Outcome(name, rule, "not understood", translator.via, str(unknown))
    except (UnusableHistory, TermsError) as refused:
        return Outcome(name, rule, "wrong", translator.via, f"refused: {refused}")
    missing = sorted(expect.keys() - answer.keys())
    if missing:
        why = f"has no answer for {', '.join(missing)}"
        return Outcome(name, rule, "not understood", translator.via, why)
    wrong = [
        f"{key}: stated {_text(expect[key])}, found {_text(answer[key])}"
        for key in expect
        if not same(expect[key], answer[key])
    ]
    verdict = "wrong" if wrong else "right"
    return Outcome(name, rule, verdict, translator.via, "; ".join(wrong))


def same(stated: Any, found: Any) -> bool:
    """Whether a found figure is the stated one; a ratio is rounded as the page prints it."""
    if isinstance(found, Series) and not isinstance(stated, list):
        return bool(found) and same(stated, found[-1])
    if isinstance(found, Rows) and isinstance(stated, dict):
        return bool(stated) and all(k in found and same(stated[k], found[k]) for k in stated)
    if isinstance(stated, bool) or isinstance(found, bool) or stated is None:
        return stated is found
    if isinstance(stated, int | Decimal) and isinstance(found, int | Decimal | Fraction):
        exponent = Decimal(stated).as_tuple().exponent
        digits = max(0, -exponent) if isinstance(exponent, int) else 0
        if isinstance(found, Fraction) and found.denominator != 1 and digits:
            return round_ratio_half_away(found, digits) == stated
        return Fraction(found) == Fraction(stated)
    if isinstance(stated, list) and isinstance(found, list | tuple):
        return len(stated) == len(found) and all(map(same, stated, found))
    if isinstance(stated, dict) and isinstance(found, dict):
        return stated.keys() == found.keys() and all(same(stated[k], found[k]) for k in stated)
    return bool(stated == found)


def rounded(value: Figure, digits: int) -> Decimal:
    """A figure as a page prints it, where the page says how many digits."""
    return round_ratio_half_away(Fraction(value), digits)


def counts(outcomes: list[Outcome]) -> Counter[str]:
    return Counter(each.verdict for each in outcomes)


def _text(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)


__all__ = ["Answer", "Outcome", "counts", "rounded", "run", "same", "tried"]
