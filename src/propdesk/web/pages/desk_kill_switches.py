"""Kill switches: what stands, what one would hit before it is set, and lifting it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from propdesk.crm.accounts.actions.lift_kill_switch import lift_kill_switch
from propdesk.crm.accounts.actions.propose_kill_switch import Wanted, propose_kill_switch
from propdesk.crm.accounts.actions.set_kill_switch import set_kill_switch
from propdesk.crm.accounts.kill_switches import concerned
from propdesk.crm.accounts.models import KillSwitch, SwitchAction, SwitchScope
from propdesk.crm.people.permissions import permitting_role
from propdesk.crm.refusal import ActionRefused
from propdesk.ports.live_accounts import EngineAway
from propdesk.web.access import allowed
from propdesk.web.desk_forms import SwitchForm
from propdesk.web.exposure import whole_exposure
from propdesk.web.live import source
from propdesk.web.people_forms import ReasonForm
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422
HIT_SHOWN = 20
OVER_SHOWN = 20


@require_safe
@never_cache
@allowed("accounts.read")
def switches(request: HttpRequest) -> HttpResponse:
    """What stands; with a switch in the address, what it would hit."""
    form = SwitchForm(request.GET) if "scope" in request.GET else None
    return _page(request, form)


@require_POST
@allowed("accounts.set_kill_switch")
def begin(request: HttpRequest) -> HttpResponse:
    """Set it, or propose it where it closes positions."""
    form, why = SwitchForm(request.POST), ReasonForm(request.POST)
    if not form.is_valid() or not why.is_valid():
        return _page(request, form, refused=_("Say whom, what and why."))
    said = form.cleaned_data
    wanted = Wanted(
        scope=said["scope"],
        target=said["target"],
        action=said["action"],
        lasts=timedelta(minutes=said["minutes"]),
    )
    try:
        _begun(request, wanted, why.cleaned_data["reason"])
    except ActionRefused as refused:
        return _page(request, form, refused=refused.sentence)
    return redirect("kill-switches")


def _begun(request: HttpRequest, wanted: Wanted, reason: str) -> None:
    who, at = visitor(request), received_at()
    if wanted.action == SwitchAction.CLOSE:
        by = who.acting("accounts.propose_kill_switch")
        propose_kill_switch(wanted, by=by, at=at, reason=reason)
        messages.success(request, _("Proposed. Another person must approve it within 15 minutes."))
        return
    set_kill_switch(wanted, by=who.acting("accounts.set_kill_switch"), at=at, reason=reason)
    messages.success(request, _("It is set, and on its way to the platforms."))


@require_POST
@allowed("accounts.lift_kill_switch")
def lift(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    why = ReasonForm(request.POST)
    if not why.is_valid():
        return _page(request, None, refused=_("Say why it is lifted."))
    by = visitor(request).acting("accounts.lift_kill_switch")
    try:
        lift_kill_switch(id, by=by, at=received_at(), reason=why.cleaned_data["reason"])
    except KillSwitch.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("It is lifted: what it took is given back."))
    return redirect("kill-switches")


def _page(request: HttpRequest, form: SwitchForm | None, *, refused: str = "") -> HttpResponse:
    who = visitor(request)
    context = {
        "standing": KillSwitch.objects.filter(lifted_at=None).order_by("-set_at"),
        "over": KillSwitch.objects.exclude(lifted_at=None).order_by("-lifted_at")[:OVER_SHOWN],
        "form": form or SwitchForm(),
        "hit": _hit(form),
        "refused": refused,
        "may_set": permitting_role("accounts.set_kill_switch", who.roles) is not None,
        "may_lift": permitting_role("accounts.lift_kill_switch", who.roles) is not None,
    }
    status = UNPROCESSABLE if refused else 200
    return render(request, "web/desk/kill_switches.html", context, status=status)


def _hit(form: SwitchForm | None) -> dict[str, Any] | None:
    """The preview: how many accounts, the first of them, and what is done to each."""
    if form is None or not form.is_valid():
        return None
    said = form.cleaned_data
    found = concerned(said["scope"], said["target"])
    return {
        **said,
        "count": found.count(),
        "accounts": found.order_by("engine_account")[:HIT_SHOWN],
        "closes": said["action"] == SwitchAction.CLOSE,
        "cancels": said["action"] != SwitchAction.NO_NEW_ORDERS,
        "is_symbol": said["scope"] == SwitchScope.SYMBOL,
        "holders": _holders(said["target"]) if said["scope"] == SwitchScope.SYMBOL else None,
    }


def _holders(symbol: str) -> int | None:
    """How many accounts hold the symbol now, by the engine; None: it does not answer."""
    try:
        found = whole_exposure(source.accounts())
    except EngineAway:
        return None
    return next((each.accounts for each in found.symbols if each.symbol == symbol), 0)
