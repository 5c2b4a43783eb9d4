"""The staff's first page: what needs somebody now, what is near a breach, what today brought."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from propdesk.crm.challenges.desk_queue import counts, desk_queue, proposals
from propdesk.crm.overview.today import Today, sales_today, today
from propdesk.crm.people.permissions import permitting_role
from propdesk.web.access import allowed
from propdesk.web.desk_board import Asked, listed
from propdesk.web.desk_queue import WORDS
from propdesk.web.overview_tabs import tabs_of
from propdesk.web.prices import shown
from propdesk.web.received import received_at
from propdesk.web.remembered_for import remembered_for
from propdesk.web.templatetags.figures import duration
from propdesk.web.visitor import Visitor, visitor

NEAREST = 8
KEPT_S = 5


@require_safe
@never_cache
@allowed("overview.read")
def home(request: HttpRequest) -> HttpResponse:
    who, at = visitor(request), received_at()
    kept = remembered_for(KEPT_S, "today", "", at, lambda: _found(at))
    needs = _needs(kept.found, at)
    context = {
        "tabs": tabs_of(request),
        "as_of": kept.at,
        "today": kept.found.today,
        "needs": [each for each in needs if each["count"]],
        "quiet": [each for each in needs if not each["count"]],
        "nearest": listed(Asked.of({}), who.roles, at, page=NEAREST),
        "sales": _sales(who, at),
    }
    return render(request, "web/overview/today.html", context)


@dataclass(frozen=True, slots=True)
class _Found:
    """What is the same for everybody of the staff. Of each sort: how many wait, and since when."""

    today: Today
    proposals: tuple[int, datetime | None]
    queue: tuple[tuple[str, int, datetime | None], ...]


def _found(at: datetime) -> _Found:
    waiting = counts(at)
    oldest = None
    if waiting.proposals:
        oldest = proposals(at).values_list("proposed_at", flat=True).first()
    sorts = tuple((each.kind, each.count, each.oldest) for each in desk_queue(at, waiting))
    return _Found(today(at), (waiting.proposals, oldest), sorts)


def _needs(found: _Found, at: datetime) -> list[dict[str, Any]]:
    """What waits for somebody, the gravest sort first, whatever there is of it."""
    queue, now = reverse("desk-queue"), found.today
    return [
        _need(_("Alerts"), reverse("alerts"), (now.open_alerts, None), at),
        _need(_("Proposals for a second person"), reverse("approvals"), found.proposals, at),
        *(
            _need(WORDS[kind], f"{queue}#{kind}", (count, oldest), at)
            for kind, count, oldest in found.queue
        ),
        _need(_("Tickets"), reverse("staff-tickets"), (now.open_tickets, now.oldest_ticket), at),
    ]


def _need(
    word: object, address: str, waiting: tuple[int, datetime | None], at: datetime
) -> dict[str, Any]:
    count, oldest = waiting
    age = None if oldest is None else duration(max(0, int((at - oldest).total_seconds())))
    return {"word": word, "address": address, "count": count, "oldest": age}


def _sales(who: Visitor, at: datetime) -> list[dict[str, str]] | None:
    """None: not this visitor's to see."""
    if permitting_role("ledger.read", who.roles) is None:
        return None
    return [
        {
            "currency": each.currency,
            **{
                name: shown(getattr(each, name), each.currency)
                for name in ("sales", "discounts", "refunds", "disputes_lost", "net")
            },
        }
        for each in remembered_for(KEPT_S, "sales", "", at, lambda: sales_today(at)).found
    ]
