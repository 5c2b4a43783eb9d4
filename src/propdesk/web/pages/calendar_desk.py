"""The calendar's desk: releases by day, one release with its versions, and writing them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from propdesk.crm.calendar.actions.add_release import ACTION as ADD
from propdesk.crm.calendar.actions.add_release import add_release
from propdesk.crm.calendar.actions.change_release import ACTION as CHANGE
from propdesk.crm.calendar.actions.change_release import change_release
from propdesk.crm.calendar.actions.withdraw_release import ACTION as WITHDRAW
from propdesk.crm.calendar.actions.withdraw_release import withdraw_release
from propdesk.crm.calendar.known import reach, releases, terms
from propdesk.crm.calendar.models import Impact, ReleaseVersion
from propdesk.crm.people.permissions import permitting_role
from propdesk.crm.refusal import ActionRefused
from propdesk.domain.clock import local_instant, zone_of
from propdesk.domain.instants import datetime_of
from propdesk.web.access import allowed
from propdesk.web.calendar_forms import ChangeForm, FileForm, ReleaseForm
from propdesk.web.calendar_symbols import Concerned, Symbols, concerned, firm_symbols
from propdesk.web.clock_face import on_clock
from propdesk.web.people_forms import ReasonForm
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422
DAYS = 7


@dataclass(frozen=True, slots=True)
class Row:
    """One release as the list shows it."""

    version: ReleaseVersion
    local: datetime
    concerned: Concerned
    is_over: bool


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the firm's clock, and its releases."""

    on: date
    rows: tuple[Row, ...]
    is_today: bool


@require_safe
@never_cache
@allowed("calendar.read")
def calendar(request: HttpRequest) -> HttpResponse:
    """A week of releases, from today or from a day that is named."""
    return _list(request)


@require_POST
@allowed(ADD)
def add(request: HttpRequest) -> HttpResponse:
    form = ReleaseForm(terms().zone, request.POST)
    if not form.is_valid():
        return _list(request, form, status=UNPROCESSABLE)
    by = visitor(request).acting(ADD)
    try:
        made = add_release(form.said(), sudden=form.cleaned_data["sudden"], by=by, at=received_at())
    except ActionRefused as refused:
        return _list(request, form, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("Added: it judges from now on."))
    return redirect("staff-release", made.release_id)


@require_http_methods(["GET", "HEAD"])
@never_cache
@allowed("calendar.read")
def release(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """One release: what is known, whom it concerns, and every version."""
    return _release(request, id)


@require_POST
@allowed(CHANGE)
def change(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    form = ChangeForm(terms().zone, request.POST)
    if not form.is_valid():
        return _release(request, id, form, status=UNPROCESSABLE)
    data, by = form.cleaned_data, visitor(request).acting(CHANGE)
    return _done(
        request, id, form, _("Changed: from now on this version judges."),
        lambda: change_release(
            id, form.said(), after=data["after"], sudden=data["sudden"], by=by, at=received_at(),
            reason=data["reason"],
        ),
    )  # fmt: skip


@require_POST
@allowed(WITHDRAW)
def withdraw(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    why = ReasonForm(request.POST)
    if not why.is_valid():
        return _release(request, id, refused=_("Say why."), status=UNPROCESSABLE)
    by, reason = visitor(request).acting(WITHDRAW), why.cleaned_data["reason"]
    return _done(
        request, id, None, _("Withdrawn: it restricts nothing from now on."),
        lambda: withdraw_release(id, by=by, at=received_at(), reason=reason),
    )  # fmt: skip


def _done(
    request: HttpRequest, id: UUID, form: ChangeForm | None, word: str, act: Callable[[], object]  # noqa: A002
) -> HttpResponse:  # fmt: skip
    try:
        act()
    except ReleaseVersion.DoesNotExist:
        raise Http404 from None
    except ActionRefused as refused:
        return _release(request, id, form, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, word)
    return redirect("staff-release", id)


# -- the pages
def _list(
    request: HttpRequest, form: ReleaseForm | None = None, *, refused: str = "", status: int = 200
) -> HttpResponse:
    now, said = received_at(), terms()
    zone = zone_of(said.zone)
    today = on_clock(now, said.zone).date()
    first = _day(request.GET.get("from", "")) or today
    impacts = [each for each in request.GET.getlist("impact") if each in Impact.values]
    since, until = (
        datetime_of(local_instant(each, time(), zone))
        for each in (first, first + timedelta(days=DAYS))
    )
    found = releases(since, until)
    if impacts:
        found = found.filter(impact__in=impacts)
    days = _days(found, first, said.zone, now)
    context = {
        "days": days,
        "first": first,
        "last": first + timedelta(days=DAYS - 1),
        "before": first - timedelta(days=DAYS),
        "after": first + timedelta(days=DAYS),
        "impacts": impacts,
        "impact_choices": Impact.choices,
        "reach": reach(now),
        "terms": said,
        "form": form or ReleaseForm(said.zone, initial={"impact": Impact.HIGH}),
        "file_form": FileForm(),
        "may": permitting_role(ADD, visitor(request).roles) is not None,
        "refused": refused,
        "opens": form is not None,
    }
    return render(request, "web/calendar/list.html", context, status=status)


def _days(found: Iterable[ReleaseVersion], first: date, zone: str, now: datetime) -> list[Day]:
    symbols = firm_symbols()
    rows = [_row(each, zone, symbols, now) for each in found]
    today = on_clock(now, zone).date()
    dates = [first + timedelta(days=number) for number in range(DAYS)]
    return [
        Day(on, tuple(row for row in rows if row.local.date() == on), on == today) for on in dates
    ]


def _row(version: ReleaseVersion, zone: str, symbols: Symbols, now: datetime) -> Row:
    named = [*version.symbols, *version.mapped]
    return Row(
        version,
        on_clock(version.release_at, zone),
        concerned(version.currencies, named, symbols),
        version.release_at < now,
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date(2000, 1, 1) <= found <= date(2100, 1, 1) else None


def _release(
    request: HttpRequest,
    id: UUID,  # noqa: A002
    form: ChangeForm | None = None,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    versions = list(
        ReleaseVersion.objects.filter(release=id).select_related("release").order_by("-number")
    )
    if not versions:
        raise Http404
    said, now, roles = terms(), received_at(), visitor(request).roles
    row = _row(versions[0], said.zone, firm_symbols(), now)
    context = {
        "row": row,
        "newest": versions[0],
        "versions": [(each, on_clock(each.release_at, said.zone)) for each in versions],
        "zone": said.zone,
        "form": form or ChangeForm.of(said.zone, versions[0]),
        "may_change": permitting_role(CHANGE, roles) is not None,
        "may_withdraw": permitting_role(WITHDRAW, roles) is not None,
        "refused": refused,
    }
    return render(request, "web/calendar/release.html", context, status=status)
