"""docs/features.md holds every row of the goal table, and the tests it names exist."""

from scripts import features


def test_the_goal_table_is_complete_and_every_named_test_exists():
    found = list(features.faults(features.read_rows(), features.read_proofs()))
    assert not found, "\n".join(found)


def test_the_table_holds_348_features_and_34_gaps():
    numbers = [row.number for row in features.read_rows()]
    assert sum(not number.startswith("G") for number in numbers) == 348
    assert sum(number.startswith("G") for number in numbers) == 34


def test_every_row_has_words():
    bare = [row.number for row in features.read_rows() if not (row.area and row.feature.strip())]
    assert not bare


def test_the_page_is_what_the_two_files_say():
    text = features.page(features.read_rows(), features.read_proofs())
    assert features.PAGE.read_text(encoding="utf-8") == text, "run: make features"


def test_a_missing_row_and_a_test_that_does_not_exist_are_faults():
    rows = features.read_rows()[1:]
    invented = {"2": features.Proof(("tests/architecture/test_features.py::test_no_such",), "")}
    found = list(features.faults(rows, invented))
    assert any("lacks row 1" in fault for fault in found)
    assert any("test_no_such, which does not exist" in fault for fault in found)


def test_an_existing_test_is_found_by_its_name():
    assert features.exists(
        "tests/architecture/test_features.py::test_an_existing_test_is_found_by_its_name"
    )
