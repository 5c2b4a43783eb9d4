"""Rows that fill in a form say what the row's template would have said of each."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import override

from propdesk.web.desk_board import DRAWN as BOARD
from propdesk.web.desk_board import Row
from propdesk.web.desk_time_line import DRAWN, Line

AT = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)
PERSON = UUID("01935bd8-e8be-7004-8000-000000000000")
LINE = Line(AT, AT, "action", "Pause", "Ada <b>", PERSON, SafeString("<dt>Why</dt> <dd>x</dd>"))
LINES = (
    LINE,
    replace(LINE, person=None, what="q7z000z7q & 'so'"),
    replace(LINE, actor="", detail=SafeString("")),
)


def drawn_by_the_template(line: Line) -> str:
    asked = {name: bool(getattr(line, name)) for name in ("actor", "person", "detail")}
    return render_to_string("web/desk/time_line_row.html", {"row": line, "has": asked})


def test_each_row_is_what_its_template_says() -> None:
    said = DRAWN.drawn(LINES)
    assert said == "".join(drawn_by_the_template(each) for each in LINES)
    assert "Ada &lt;b&gt;" in said
    assert f"/staff/people/{PERSON}/" in said
    assert "<dt>Why</dt>" in said, "a text that is safe is escaped"


ROW = Row(
    name="A001", account=PERSON, person=None, who="", programme="two-step", phase="funded",
    size="100,000 USD", status="active", status_word="Active", blocked="", band="safe",
    band_word="safe", left="80.00 %", used="20.00", room="8,000.00", equity="98,000.00",
    rule="Daily loss", floor="90,000.00", open="1", at="01:02:03",
)  # fmt: skip


def test_each_language_has_its_own_form() -> None:
    english = BOARD.drawn([ROW], may_act=True)
    with override("de"):
        german = BOARD.drawn([ROW], may_act=True)
    assert 'data-label="Equity"' in english
    assert 'data-label="Eigenkapital"' in german
    assert BOARD.drawn([ROW], may_act=True) == english


def test_a_switch_may_be_for_all_rows() -> None:
    assert f'value="{PERSON}"' in BOARD.drawn([ROW], may_act=True)
    assert "checkbox" not in BOARD.drawn([ROW], may_act=False)


def test_an_account_that_is_not_the_firms_leads_to_its_live_page() -> None:
    said = BOARD.drawn([replace(ROW, account=None, name="A/1 <")], may_act=True)
    assert 'href="/live/' in said
    assert "A/1 &lt;</a>" in said
    assert "checkbox" not in said
