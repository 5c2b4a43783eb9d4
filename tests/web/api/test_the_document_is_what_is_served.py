"""The OpenAPI document: the one in the repository, whole, with names and examples that fit."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner

from propdesk.boot.cli import main
from propdesk.web.api.declaring import DECLARED
from propdesk.web.api.document import made
from propdesk.web.api.entry import Kind
from tests.web.api.calling import Program

FILE = Path(__file__).parents[3] / "docs" / "reference" / "openapi.json"
METHODS = {"get", "post", "put", "delete", "patch"}


def operations() -> list[dict[str, Any]]:
    return [
        operation
        for path in made()["paths"].values()
        for method, operation in path.items()
        if method in METHODS
    ]


def test_the_file_in_the_repository_is_what_is_printed_and_served() -> None:
    kept = FILE.read_text(encoding="utf-8")
    says = "run: propdesk openapi > docs/reference/openapi.json"
    printed = CliRunner().invoke(main, ["openapi"])
    assert (printed.exit_code, printed.output) == (0, kept), says
    served = Program().client.get("/api/v1/openapi.json")
    assert (served.status_code, served.content.decode()) == (200, kept)


def test_it_is_openapi_3_1_and_every_operation_has_its_own_name() -> None:
    document = made()
    assert document["openapi"].startswith("3.1.")
    assert document["servers"] == [{"url": "/api/v1"}]
    names = [each["operationId"] for each in operations()]
    assert sorted(names) == sorted(each.id for each in DECLARED.values())
    for each in operations():
        assert each["summary"].endswith((".", "?")), each["operationId"]
        assert {"400", "401", "429"} <= each["responses"].keys()


def test_what_a_stranger_may_not_call_asks_for_a_key_with_a_scope() -> None:
    by_name = {each.id: each for each in DECLARED.values()}
    for each in operations():
        declared = by_name[each["operationId"]]
        if declared.entry.kind is Kind.PUBLIC:
            assert {} in each["security"]
        else:
            assert each["security"] == [{"key": [declared.entry.scope]}, {"session": []}]


def test_every_body_has_an_example_that_fits() -> None:
    document = made()
    bodies = [each["requestBody"] for each in operations() if "requestBody" in each]
    answers = [each["responses"]["200"] for each in operations()]
    told = [each["content"] for each in (*bodies, *answers)]
    exemplified = [each["application/json"] for each in told if "application/json" in each]
    assert len(exemplified) == len(told) - 1  # all but the stream
    for each in exemplified:
        schema = {**each["schema"], "components": document["components"]}
        jsonschema_rs.validator_for(schema).validate(each["example"])


@pytest.mark.parametrize("what", ["Problem", "MoneyOut", "OrderWhole", "StateOut"])
def test_what_is_answered_often_has_a_schema_of_its_own(what: str) -> None:
    assert what in made()["components"]["schemas"]
