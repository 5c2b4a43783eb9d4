"""What a trader sets and is shown of his own account: his daily limit, his platform login."""

from decimal import Decimal
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from propdesk.crm.accounts.actions.show_credentials import ACTION as SHOW
from propdesk.crm.accounts.actions.show_credentials import show_credentials
from propdesk.crm.accounts.field_encryption import FieldUnreadable
from propdesk.crm.accounts.models import PlatformCredentials
from propdesk.crm.own_limits.actions.set_daily_limit import ACTION as SET
from propdesk.crm.own_limits.actions.set_daily_limit import set_daily_limit
from propdesk.crm.own_limits.models import limit_in_force, limit_to_come
from propdesk.crm.refusal import ActionRefused
from propdesk.domain.instants import datetime_of
from propdesk.web.access import signed_in
from propdesk.web.live import source
from propdesk.web.pages.portal import account_context
from propdesk.web.portal_accounts import own_account
from propdesk.web.portal_figures import Figures, figures_of
from propdesk.web.portal_forms import LimitForm
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def limit(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row = own_account(request, id)
    figures = figures_of(source.accounts(), row.engine_account)
    form, refused, status = LimitForm(request.POST or None), "", 200
    if request.method == "POST":
        status = 422
        if figures is None:
            refused, status = _("No engine answers: the end of the day is not known."), 503
        elif form.is_valid():
            try:
                made = set_daily_limit(
                    row.pk,
                    form.cleaned_data["amount"],
                    allowance=daily_allowance(figures),
                    resets_at=datetime_of(figures.told.resets_at),
                    by=visitor(request).acting(SET),
                    at=received_at(),
                )
            except ActionRefused as why:
                refused = why.sentence
            else:
                at_once = made.counts_from == made.set_at
                says = (
                    _("It counts from now on.")
                    if at_once
                    else _("It counts from the next reset on.")
                )
                messages.success(request, says)
                return redirect("own-account-limit", id=row.pk)
    context = {
        **account_context(row, "limit"),
        "form": form,
        "refused": refused,
        "allowance": None if figures is None else daily_allowance(figures),
        "figures": figures,
        "own_limit": limit_in_force(row, received_at()),
        "to_come": limit_to_come(row, received_at()),
    }
    return render(request, "web/portal/limit.html", context, status=status)


def daily_allowance(figures: Figures) -> Decimal | None:
    """What the rulebook lets one lose today; None: it has no daily limit."""
    found = [
        Decimal(each["allowance"])
        for each in figures.result["limits"]
        if each["rule"].startswith("daily") and each["allowance"] is not None
    ]
    return min(found, default=None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
@reauthentication_required  # type: ignore[untyped-decorator]
def credentials(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """The password is shown once, to whoever has just proved who he is."""
    row = own_account(request, id)
    shown, refused, status = None, "", 200
    if request.method == "POST":
        try:
            shown = show_credentials(row.pk, by=visitor(request).acting(SHOW), at=received_at())
        except ActionRefused as why:
            refused, status = why.sentence, 409
        except FieldUnreadable:
            refused, status = _("The password cannot be read any more; ask support."), 409
    held = PlatformCredentials.objects.filter(account=row).first()
    context = {
        **account_context(row, "credentials"),
        "shown": shown,
        "refused": refused,
        "held": held,
    }
    return render(request, "web/portal/credentials.html", context, status=status)
