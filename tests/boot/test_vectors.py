"""Published worked examples come out as printed, and what is not known is said to be so."""

import json
import os
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from propdesk.boot.vectors import translators
from propdesk.boot.vectors.__main__ import main
from propdesk.boot.vectors.families import FAMILIES, Rows, Series
from propdesk.boot.vectors.runner import counts, run, same, tried

COPY = Path(__file__).parent / "vectors.jsonl"
ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("PROPDESK_SHARED", ROOT.parent / "shared")) / "vectors.jsonl"
EXAMPLES = [json.loads(line, parse_float=Decimal) for line in COPY.read_text("utf-8").splitlines()]
NAMES = [each["id"] for each in EXAMPLES]
Example = dict[str, Any]


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_an_example_comes_out_as_its_page_states(example: Example) -> None:
    outcome = tried(example["id"], example["rule"], example["given"], example["expect"])
    assert (outcome.verdict, outcome.why) == ("right", "")


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_every_stated_figure_is_compared(example: Example) -> None:
    for key, stated in example["expect"].items():
        changed = {**example["expect"], key: another(stated)}
        outcome = tried(example["id"], example["rule"], example["given"], changed)
        assert outcome.verdict == "wrong", key
        assert outcome.why.startswith(f"{key}: stated ")


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_a_key_nobody_reads_is_reported(example: Example) -> None:
    given = {**example["given"], "moon_phase": "full"}
    outcome = tried(example["id"], example["rule"], given, example["expect"])
    assert outcome.verdict == "not understood"
    assert "moon_phase" in outcome.why


def rows_of(example: Example) -> list[tuple[str, int]]:
    """Where the example gives rows of names and values."""
    return [
        (key, place)
        for key, rows in example["given"].items()
        if isinstance(rows, list)
        for place, row in enumerate(rows)
        if isinstance(row, dict) and key not in {"open", "events"}
    ]


@pytest.mark.parametrize(
    "example", [each for each in EXAMPLES if rows_of(each)], ids=lambda each: str(each["id"])
)
def test_a_key_nobody_reads_is_reported_in_a_row(example: Example) -> None:
    for key, place in rows_of(example):
        rows = list(example["given"][key])
        rows[place] = {**rows[place], "moon_phase": "full"}
        given = {**example["given"], key: rows}
        outcome = tried(example["id"], example["rule"], given, example["expect"])
        assert outcome.verdict == "not understood", (key, outcome)


def another(stated: Any) -> Any:
    """A value that is not the stated one."""
    match stated:
        case bool():
            return not stated
        case int() | Decimal():
            return stated + 1
        case str():
            return f"not {stated}"
        case list():
            return [*stated[:-1], another(stated[-1])]
        case dict():
            last = list(stated)[-1]
            return {**stated, last: another(stated[last])}
        case _:
            return "something"


def test_a_missing_number_is_asked_for() -> None:
    outcome = tried("none", "consistency.min_total_profit", {"limit_pct": 20}, {})
    assert (outcome.verdict, outcome.why) == (
        "not understood",
        "needs one of best_day, best_trade",
    )


def test_a_family_nobody_knows_is_reported() -> None:
    outcome = tried("none", "lottery.draw", {}, {"won": True})
    assert (outcome.verdict, outcome.why) == ("not understood", "no translator for this family")


def test_a_question_nobody_answers_is_reported() -> None:
    given = {"limit_pct": 50, "best_day": 1000}
    outcome = tried("none", "consistency.min_total_profit", given, {"tax": 1})
    assert (outcome.verdict, outcome.why) == ("not understood", "has no answer for tax")


def test_a_size_without_a_published_figure_is_not_guessed() -> None:
    given = {"sizes": [100000, 123456]}
    outcome = tried("none", "position_limit.total_open_lots", given, {"swing": [20, 20]})
    assert outcome.verdict == "wrong"


def test_the_answer_does_not_depend_on_the_name_of_an_example() -> None:
    example = EXAMPLES[0]
    outcome = tried("another name", example["rule"], example["given"], example["expect"])
    assert outcome.verdict == "right"


def test_other_numbers_give_other_answers() -> None:
    given = {"limit_pct": 25, "best_day": 700}
    outcome = tried("own", "consistency.min_total_profit", given, {"min_total_profit": 2800})
    assert outcome.verdict == "right"


def test_every_family_of_the_examples_has_one_translator() -> None:
    assert {each["rule"] for each in EXAMPLES} == set(FAMILIES)
    assert len(translators.MODULES) == len(set(translators.MODULES))


def test_the_shared_file_is_right() -> None:
    if not SHARED.exists():
        pytest.skip("the shared file of worked examples is not here")
    found = counts(list(run(SHARED)))
    assert found["right"] == sum(found.values()) > 0


def test_the_command_prints_its_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(COPY)]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"{len(EXAMPLES)} right, 0 wrong, 0 not understood"


def test_the_command_fails_for_a_wrong_example(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "one.jsonl"
    given = {"limit_pct": 50, "best_day": 1000}
    line = {"id": "x", "rule": "consistency.min_total_profit", "given": given}
    file.write_text(json.dumps({**line, "expect": {"min_total_profit": 1999}}), "utf-8")
    assert main([str(file)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("wrong: x (consistency.min_total_profit): min_total_profit: stated")
    assert lines[-1] == "0 right, 1 wrong, 0 not understood"


@pytest.mark.parametrize("content", ["no json", "{}", '{"id": "x"}'])
def test_a_line_that_is_no_example_is_named(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(content, "utf-8")
    assert main([str(file)]) == 2
    assert capsys.readouterr().err.startswith("bad.jsonl:1: is no worked example")


@pytest.mark.parametrize(
    ("stated", "found", "expected"),
    [
        (5, Series([1, 5]), True),
        (1, Series([1, 5]), False),
        ([1, 5], Series([1, 5]), True),
        ([5], Series([1, 5]), False),
        (5, Series([]), False),
        ({"4": 1}, Rows({"0": 0, "4": 1}), True),
        ({"8": 1}, Rows({"4": 1}), False),
        ({}, Rows({"4": 1}), False),
        ({"4": 1}, {"0": 0, "4": 1}, False),
        (Decimal("66.7"), Fraction(200, 3), True),
        (67, Fraction(200, 3), False),
        (True, 1, False),
    ],
)
def test_a_figure_is_the_stated_one(*, stated: Any, found: Any, expected: bool) -> None:
    assert same(stated, found) is expected
