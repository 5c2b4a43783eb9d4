"""The desk's board, and the same rows as a file."""

import csv
import io

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from propdesk.crm.accounts.board_facts import rulebooks
from propdesk.crm.people.permissions import permitting_role
from propdesk.web.access import allowed
from propdesk.web.desk_board import (
    BANDS,
    DRAWN,
    EXPORTED_MAX,
    SHAPES,
    STATUSES,
    Asked,
    listed,
)
from propdesk.web.desk_many import VERBS_OF_MANY
from propdesk.web.live.words import band_word, status_word
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

COLUMNS = (
    "name", "who", "programme", "phase", "size", "status", "blocked", "band", "left", "room",
    "equity", "rule", "floor", "open", "at",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
ALL_COLUMNS_SHOWN = "rows"
"""The part of the page that a script asks for again and again."""


@require_safe
@never_cache
@allowed("accounts.read")
def board(request: HttpRequest) -> HttpResponse:
    """By distance to a breach; the address says what it is narrowed to."""
    asked, who = Asked.of(request.GET.dict()), visitor(request)
    found = listed(asked, who.roles, received_at())
    may_act = permitting_role("accounts.act_on_many", who.roles) is not None
    context = {
        "asked": asked,
        "listed": found,
        "may_act": may_act,
        "drawn": DRAWN.drawn(found.rows, may_act=may_act),
        "following": asked.query(after=found.after) if found.after else "",
        "first": asked.query(after=""),
    }
    if request.GET.get("part") == ALL_COLUMNS_SHOWN:
        return render(request, "web/desk/board_rows.html", context)
    context |= {
        "programmes": rulebooks(),
        "statuses": [(each, status_word(each)) for each in STATUSES],
        "bands": [(each, band_word(each), SHAPES[each]) for each in BANDS],
        "verbs": [(name, each.word) for name, each in VERBS_OF_MANY.items()],
    }
    return render(request, "web/desk/board.html", context)


@require_safe
@never_cache
@allowed("accounts.read")
def board_csv(request: HttpRequest) -> HttpResponse:
    """What the board's address shows, every page of it up to a bound."""
    asked = Asked.of(request.GET.dict() | {"after": ""})
    found = listed(asked, visitor(request).roles, received_at(), page=EXPORTED_MAX)
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow([*COLUMNS, "as_of"])
    for row in found.rows:
        lines.writerow([*(_cell(getattr(row, name)) for name in COLUMNS), found.as_of])
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_("board")}.csv"'
    return response


def _cell(value: str) -> str:
    """A text that no table program takes for a formula."""
    return f"'{value}" if value.startswith(_FORMULA) else value
