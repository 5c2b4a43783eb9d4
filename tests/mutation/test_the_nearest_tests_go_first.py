"""A change is tried by the tests nearest to it before all that reach it are run."""

from scripts.mutation import narrowed

REACHED = {
    "rule": ["wide", "own[1]", "own[2]", "other"],
    "engine": ["wide", "other", "own[1]"],
    "door": ["wide"],
}
STATS = {"tests_by_mangled_function_name": REACHED, "duration_by_test": {"wide": 1.0}}


def chosen(most: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = narrowed(STATS, most)["tests_by_mangled_function_name"]
    return found


def test_the_test_that_reaches_the_fewest_functions_is_the_nearest() -> None:
    assert chosen(1) == {"rule": ["own[2]"], "engine": ["other"], "door": ["wide"]}


def test_one_row_of_each_test_comes_before_a_second_of_any() -> None:
    assert chosen(3)["rule"] == ["own[2]", "other", "wide"]
    assert chosen(9)["rule"] == ["own[2]", "other", "wide", "own[1]"]


def test_nothing_else_of_the_statistics_changes() -> None:
    assert narrowed(STATS, 1)["duration_by_test"] == {"wide": 1.0}
    assert REACHED["rule"][0] == "wide"
