"""The desk's board: order and figures of the engine, facts of the firm, filters of the address."""

import csv
import io
import re
from collections.abc import Iterator

import pytest

from propdesk.ports.made_up_accounts import MadeUpAccounts
from propdesk.web.live import source
from tests.web.desk.desk_cast import DeskFirm, desk, made_up, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def engine() -> Iterator[MadeUpAccounts]:
    accounts = made_up()
    source.provide(accounts)
    yield accounts
    source.provide(source.NoEngine())


@pytest.fixture
def firm(secret_key: None) -> DeskFirm:
    return DeskFirm()


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', page)


def row_of(page: str, name: str) -> str:
    return next(each for each in page.split("<tr ") if f">{name}</a></th>" in each)


def test_it_is_in_the_engines_order_with_the_firms_facts(
    engine: MadeUpAccounts, firm: DeskFirm
) -> None:
    page = shown(desk("risk"), "/staff/board/")
    assert names(page) == [each.account for each in engine.board(limit=50).rows]
    told = next(each for each in engine.board(limit=60).rows if each.account == "A001")
    row = row_of(shown(desk("owner"), "/staff/board/?q=A001"), "A001")
    assert f'href="/staff/accounts/{firm.account.pk}/"' in row
    assert "Ada Lark" in row
    assert told.nearest is not None
    assert f"{told.nearest.room_percent} %" in row
    assert re.search(r"[●▲◆■]</span> (safe|watch|caution|critical)", row)
    assert "not the firm" in row_of(page, next(each for each in names(page) if each != "A001"))


def test_a_person_is_masked_by_role(engine: MadeUpAccounts, firm: DeskFirm) -> None:
    page = shown(desk("auditor"), "/staff/board/?q=A001")
    assert "A••• L•••" in page
    assert "Lark" not in page


@pytest.mark.parametrize(
    ("query", "takes"),
    [
        ("band=critical", lambda row: float(row.nearest.room_percent) <= 10),
        ("status=active", lambda row: row.status == "active"),
        ("phase=funded", lambda row: row.phase == "funded"),
        ("q=A00", lambda row: "A00" in row.account),
    ],
)
def test_filters_narrow_it(engine: MadeUpAccounts, firm: DeskFirm, query: str, takes) -> None:
    page = shown(desk("risk"), f"/staff/board/?{query}")
    every = engine.board(limit=500).rows
    assert names(page) == [each.account for each in every if takes(each)][:50]


def test_pages_follow_one_another_without_a_hole(engine: MadeUpAccounts, firm: DeskFirm) -> None:
    client = desk("risk")
    for query in ("", "?status=active"):
        first = shown(client, f"/staff/board/{query}")
        following = re.search(r'rel="next" href="([^"]+)"', first)
        assert following is not None
        both = names(first) + names(shown(client, following[1].replace("&amp;", "&")))
        assert len(both) == len(set(both)) == 60


def test_without_an_engine_the_firms_own_list_stands(firm: DeskFirm) -> None:
    page = shown(desk("risk"), "/staff/board/")
    assert "The engine is away" in page
    assert names(page) == ["A001"]


def test_what_is_over_is_found_in_the_firms_tables(engine: MadeUpAccounts, firm: DeskFirm) -> None:
    other = firm.enrolled()
    firm.say(other, "active")
    firm.say(other, "breached")
    page = shown(desk("risk"), "/staff/board/?status=breached")
    assert names(page) == [firm.running(other).account.engine_account]
    assert "broken" in page


def test_the_file_says_what_the_board_shows(engine: MadeUpAccounts, firm: DeskFirm) -> None:
    client = desk("risk")
    answer = client.get("/staff/board.csv?status=active")
    assert answer["Content-Type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert len(lines) == 60
    assert lines[0]["name"] == names(shown(client, "/staff/board/?status=active"))[0]
    assert {"who", "room", "band", "as_of"} <= set(lines[0])


def test_no_cell_of_the_file_is_a_formula(engine: MadeUpAccounts, firm: DeskFirm) -> None:
    firm.person.display_name = "=HYPERLINK(1)"
    firm.person.save()
    answer = desk("owner").get("/staff/board.csv?q=A001")
    (line,) = csv.DictReader(io.StringIO(answer.content.decode()))
    assert line["who"] == "'=HYPERLINK(1)"


def test_a_script_asks_for_the_rows_alone(engine: MadeUpAccounts, firm: DeskFirm) -> None:
    part = shown(desk("risk"), "/staff/board/?part=rows")
    assert "<html" not in part
    assert len(names(part)) == 50
