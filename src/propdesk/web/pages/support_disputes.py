"""Disputes of verdicts: opening one, the evidence, judging again, and the desk's decision."""

import gzip
from collections.abc import Callable
from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from propdesk.crm.accounts.models import AccountVerdict
from propdesk.crm.people.permissions import permitting_role
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.support.actions.accept_dispute import accept_dispute
from propdesk.crm.support.actions.dispute_verdict import ENDING, Held, dispute_verdict
from propdesk.crm.support.actions.uphold_verdict import uphold_verdict
from propdesk.crm.support.deciding import has_fallen
from propdesk.crm.support.models import Decision, Dispute
from propdesk.crm.support.replaying import NotReplayable, Replayed, replay
from propdesk.ports.event_log import EventLogError
from propdesk.web.access import allowed, signed_in
from propdesk.web.log_source import reading
from propdesk.web.pages.people_own import myself
from propdesk.web.received import received_at
from propdesk.web.support_forms import AcceptForm, DecisionForm, DisputeForm
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422
SHOWN_MAX = 200
CENT = Decimal("0.01")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def dispute_verdict_page(request: HttpRequest, verdict: str) -> HttpResponse:
    """The form of a dispute, for the trader whose account the verdict ended."""
    rows = AccountVerdict.objects.select_related("account")
    row = rows.filter(pk=verdict, account__person=myself(request).id, outcome__in=ENDING).first()
    if row is None:
        raise Http404
    known = Dispute.objects.filter(verdict=row).select_related("ticket").first()
    if known is not None:
        return redirect("ticket", reference=known.ticket.reference)
    form = DisputeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 200 if request.method != "POST" else UNPROCESSABLE
        return _form(request, row, form, status=status)
    by = visitor(request).acting("support.dispute_verdict")
    try:
        made = dispute_verdict(
            row.pk, form.cleaned_data["reason"], _evidence(row), by=by, at=received_at()
        )
    except ActionRefused as refused:
        return _form(request, row, form, refused=refused.sentence, status=UNPROCESSABLE)
    return redirect("ticket", reference=made.ticket.reference)


def _form(
    request: HttpRequest, verdict: AccountVerdict, form: DisputeForm, *, refused: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {"verdict": verdict, "form": form, "refused": refused}
    return render(request, "web/support/dispute_form.html", context, status=status)


@require_safe
@never_cache
@signed_in
def dispute_evidence(request: HttpRequest, reference: str) -> HttpResponse:
    """The evidence file as it was held, for the trader and for staff."""
    row = _seen(request, reference)
    if row.evidence is None:
        raise Http404
    disposition = f'attachment; filename="{row.reference}-evidence.json"'
    return HttpResponse(
        gzip.decompress(bytes(row.evidence)),
        content_type="application/json",
        headers={"Content-Disposition": disposition},
    )


@require_safe
@never_cache
@signed_in
def dispute_replay(request: HttpRequest, reference: str) -> HttpResponse:
    """The verdict judged once more from the log, now: equal, or what differs."""
    row = _seen(request, reference)
    context = {
        "dispute": row,
        "verdict": row.verdict,
        "is_staff": permitting_role("support.read", visitor(request).roles) is not None,
    }
    try:
        context["replayed"] = _replayed(row.verdict)
    except (NotReplayable, EventLogError) as why:
        context["why"] = str(why)
    return render(request, "web/support/replay.html", context)


@require_safe
@never_cache
@allowed("support.read")
def disputes(request: HttpRequest) -> HttpResponse:
    """Undecided ones first, the soonest due at the top."""
    rows = Dispute.objects.defer("evidence").select_related("verdict__account", "approval")
    now = received_at()
    context = {
        "undecided": rows.filter(decision="").order_by("due_at")[:SHOWN_MAX],
        "decided": rows.exclude(decision="").order_by("-decided_at")[:SHOWN_MAX],
        "now": now,
    }
    return render(request, "web/support/disputes.html", context)


@require_safe
@never_cache
@allowed("support.read")
def dispute(request: HttpRequest, reference: str) -> HttpResponse:
    return _page(request, _found(reference))


@require_POST
@allowed("support.uphold_verdict")
def uphold(request: HttpRequest, reference: str) -> HttpResponse:
    row, form = _found(reference), DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, row, refused=_("Say why: the trader reads it."), status=UNPROCESSABLE)
    by, reason = visitor(request).acting("support.uphold_verdict"), form.cleaned_data["reason"]
    return _decided(
        request, row, lambda: uphold_verdict(row.pk, by=by, at=received_at(), reason=reason)
    )


@require_POST
@allowed("support.accept_dispute")
def accept(request: HttpRequest, reference: str) -> HttpResponse:
    row, form = _found(reference), AcceptForm(request.POST)
    if not form.is_valid():
        sentence = _("Say why, and with which balance the phase goes on.")
        return _page(request, row, refused=sentence, status=UNPROCESSABLE)
    by, said = visitor(request).acting("support.accept_dispute"), form.cleaned_data
    return _decided(
        request,
        row,
        lambda: accept_dispute(
            row.pk, said["balance"], by=by, at=received_at(), reason=said["reason"]
        ),
    )


def _decided(request: HttpRequest, row: Dispute, act: Callable[[], Dispute]) -> HttpResponse:
    try:
        act()
    except ActionRefused as refused:
        return _page(request, row, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("Done, and recorded."))
    return redirect("staff-dispute", reference=row.reference)


def _page(
    request: HttpRequest, row: Dispute, *, refused: str = "", status: int = 200
) -> HttpResponse:
    who, now = visitor(request), received_at()
    waits = row.approval is not None and not has_fallen(row.approval, now)
    is_open = row.decision == Decision.NONE or (row.decision == Decision.PROPOSED and not waits)
    context = {
        "dispute": row,
        "verdict": row.verdict,
        "account": row.verdict.account,
        "figures": sorted(row.verdict.evidence.items()),
        "is_open": is_open,
        "is_late": is_open and now > row.due_at,
        "may_uphold": permitting_role("support.uphold_verdict", who.roles) is not None,
        "may_accept": permitting_role("support.accept_dispute", who.roles) is not None,
        "uphold_form": DecisionForm(auto_id="uphold_%s"),
        "accept_form": AcceptForm(
            auto_id="accept_%s", initial={"balance": row.verdict.account.size.quantize(CENT)}
        ),
        "refused": refused,
    }
    return render(request, "web/support/dispute.html", context, status=status)


def _found(reference: str) -> Dispute:
    rows = Dispute.objects.defer("evidence").select_related(
        "verdict__account", "ticket", "approval"
    )
    found = rows.filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


def _seen(request: HttpRequest, reference: str) -> Dispute:
    """One's own, or any for staff who may read them."""
    who, row = visitor(request), _found(reference)
    is_own = who.person is not None and row.ticket.person_id == who.person.id
    if not (is_own or permitting_role("support.read", who.roles)):
        raise Http404
    return row


def _evidence(verdict: AccountVerdict) -> Held:
    """The evidence file of the log as it is now, or why there is none."""
    try:
        return Held(_replayed(verdict).file())
    except (NotReplayable, EventLogError) as why:
        return Held(lacks=str(why))


def _replayed(verdict: AccountVerdict) -> Replayed:
    """Raises ``NotReplayable`` and what the log raises."""
    partition = verdict.account.log_stream.partition("/")[2]
    if not partition.isdecimal():
        raise NotReplayable(_("it is not known which part of the log the account is in"))
    with reading() as reader:
        return replay(verdict, reader, int(partition))
