"""The tabs of the overviews, and the period that their pages ask for.

They must not permit anything: a page asks again when it is opened.
"""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from propdesk.crm.overview.periods import DAYS_MAX, USUAL_DAYS, Period, days_before
from propdesk.crm.people.permissions import permitting_role
from propdesk.web.visitor import visitor

TABS: tuple[tuple[str, str | Promise, str], ...] = (
    ("today", gettext_lazy("Today"), "overview.read"),
    ("overview-exposure", gettext_lazy("Exposure"), "overview.read"),
    ("overview-funnel", gettext_lazy("Funnel"), "overview.read_funnel"),
    ("overview-money", gettext_lazy("Money"), "ledger.read"),
)
CHOICES = (7, 30, 90, 365)


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab, as the template draws it."""

    address: str
    word: str | Promise
    is_current: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A period as the address says it; ``refused`` says why another one is shown."""

    period: Period
    refused: str
    choices: tuple[tuple[str, str, bool], ...]
    """Address, word, whether it is the one that is shown."""


def tabs_of(request: HttpRequest) -> list[Tab]:
    """What this visitor may open of them."""
    current = request.resolver_match.url_name if request.resolver_match else ""
    roles = visitor(request).roles
    return [
        Tab(reverse(name), word, name == current)
        for name, word, action in TABS
        if permitting_role(action, roles) is not None
    ]


def period_of(request: HttpRequest, at: datetime) -> Asked:
    """From ``?from=`` and ``?to=``, both days included; the last thirty days where none is said,
    or none that can be."""
    said = [request.GET.get(name, "").strip() for name in ("from", "to")]
    usual, refused = days_before(at), ""
    period = usual
    if any(said):
        try:
            period = Period(
                date.fromisoformat(said[0]) if said[0] else usual.first,
                date.fromisoformat(said[1]) if said[1] else usual.last,
            )
        except ValueError:
            refused = _(
                "A period is two days, year-month-day, and has %(days)d days at most; "
                "the last %(usual)d are shown."
            ) % {"days": DAYS_MAX, "usual": USUAL_DAYS}
    return Asked(period, refused, tuple(_choice(days, period, at) for days in CHOICES))


def _choice(days: int, shown: Period, at: datetime) -> tuple[str, str, bool]:
    period = days_before(at, days)
    address = urlencode({"from": period.first.isoformat(), "to": period.last.isoformat()})
    return f"?{address}", _("%(days)d days") % {"days": days}, period == shown
