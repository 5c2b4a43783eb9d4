"""The order ticket: what an order would do, sending it, and all that happens to it later."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from propdesk.crm.accounts.actions import (
    cancel_order,
    change_order,
    close_position,
    place_order,
    protect_position,
)
from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.accounts.trading import was_sent
from propdesk.crm.refusal import ActionRefused
from propdesk.ports.live_accounts import EngineAway
from propdesk.ports.platform import AccountSnapshot, PlatformAway, UnknownAccount
from propdesk.ports.platform_trading import TradeAnswer
from propdesk.web.access import signed_in
from propdesk.web.live import source
from propdesk.web.pages.portal import account_context
from propdesk.web.portal_accounts import own_account
from propdesk.web.portal_figures import figures_of
from propdesk.web.portal_forms import CancelForm, ChangeForm, CloseForm, OrderForm, ProtectForm
from propdesk.web.portal_platforms import traded
from propdesk.web.received import received_at
from propdesk.web.templatetags.figures import words
from propdesk.web.visitor import visitor
from propdesk.wire.account_figures import OrderCheck


@require_safe
@never_cache
@signed_in
def ticket(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row = own_account(request, id)
    asked = {name: request.GET[name] for name in ("symbol", "side") if name in request.GET}
    return _ticket(request, row, OrderForm(initial={**_first(), **asked}, symbols=_symbols(row)))


@require_POST
@never_cache
@signed_in
def check(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """What the order would do. Nothing is sent."""
    row = own_account(request, id)
    form = OrderForm(request.POST, symbols=_symbols(row))
    if not form.is_valid():
        return _ticket(request, row, form, status=422)
    return _ticket(request, row, form, looked=_looked(row, form))


@require_POST
@never_cache
@signed_in
def place(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row = own_account(request, id)
    form = OrderForm(request.POST, symbols=_symbols(row))
    if not form.is_valid():
        return _ticket(request, row, form, status=422)
    looked = _looked(row, form)
    is_again = was_sent(row, form.cleaned_data["key"])
    if not is_again and looked.must_be_accepted and request.POST.get("accepted") != "yes":
        return _ticket(request, row, form, looked=looked, status=409)

    def send(**how: Any) -> TradeAnswer:
        return place_order.place_order(row.pk, form.wanted(), **how)

    return _done(request, row, place_order.ACTION, form, send, looked)


@require_POST
@never_cache
@signed_in
def close(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row, form = own_account(request, id), CloseForm(request.POST)

    def send(**how: Any) -> TradeAnswer:
        said = form.cleaned_data
        return close_position.close_position(row.pk, said["position"], said["lots"], **how)

    return _done(request, row, close_position.ACTION, form, send)


@require_POST
@never_cache
@signed_in
def protect(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row, form = own_account(request, id), ProtectForm(request.POST)

    def send(**how: Any) -> TradeAnswer:
        said = form.cleaned_data
        levels = said["stop"], said["target"]
        return protect_position.protect_position(row.pk, said["position"], *levels, **how)

    return _done(request, row, protect_position.ACTION, form, send)


@require_POST
@never_cache
@signed_in
def cancel(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row, form = own_account(request, id), CancelForm(request.POST)

    def send(**how: Any) -> TradeAnswer:
        return cancel_order.cancel_order(row.pk, form.cleaned_data["order"], **how)

    return _done(request, row, cancel_order.ACTION, form, send)


@require_POST
@never_cache
@signed_in
def change(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row, form = own_account(request, id), ChangeForm(request.POST)

    def send(**how: Any) -> TradeAnswer:
        said = form.cleaned_data
        levels = said["price"], said["stop"], said["target"]
        return change_order.change_order(row.pk, said["order"], *levels, **how)

    return _done(request, row, change_order.ACTION, form, send)


# -- the check --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Looked:
    """The check of an order, or why there is none."""

    check: OrderCheck | None
    why: str = ""
    without_commission: bool = False

    @property
    def must_be_accepted(self) -> bool:
        """Whether the trader must say that he has read it: all but an order that keeps."""
        return self.check is None or self.check.outlook != "keeps" or bool(self.check.says)


def _looked(row: TradingAccount, form: OrderForm) -> Looked:
    commission = None
    try:
        commission = traded(row.server).commission(row.group, form.cleaned_data["symbol"])
    except PlatformAway as away:
        return Looked(None, str(away))
    try:
        asked = form.asked(commission or Decimal(0))
        found = source.accounts().check_order(row.engine_account, asked)
    except EngineAway as away:
        return Looked(None, str(away))
    if found is None:
        return Looked(None, _("the engine does not judge this account yet"))
    return Looked(found, found.why, without_commission=commission is None)


# -- sending ----------------------------------------------------------------------------------
def _done(
    request: HttpRequest,
    row: TradingAccount,
    action: str,
    form: forms.Form,
    send: Callable[..., TradeAnswer],
    looked: Looked | None = None,
) -> HttpResponse:
    """Send it once, and say what came of it."""
    if not form.is_valid():
        return _again(request, row, form, looked, _("Something in it is not a figure."), 422)
    try:
        answer = send(
            key=form.cleaned_data["key"],
            platform=traded(row.server).platform,
            by=visitor(request).acting(action),
            at=received_at(),
        )
    except ActionRefused as why:
        return _again(request, row, form, looked, why.sentence, 409)
    except PlatformAway as away:
        says = _(
            "The platform did not answer (%(why)s). It may have been done: sending it again "
            "from here does it once."
        )
        return _again(request, row, form, looked, says % {"why": away}, 503)
    if answer.reason is not None:
        told = words(answer.reason.value).lower() + (f": {answer.detail}" if answer.detail else "")
        return _again(
            request, row, form, looked, _("The platform refused: %(why)s.") % {"why": told}, 409,
            key=uuid4(),
        )  # fmt: skip
    messages.success(request, _said(answer))
    return redirect("own-account-trade", id=row.pk)


def _said(answer: TradeAnswer) -> str:
    if answer.price is not None:
        return _("Done at %(price)s.") % {"price": f"{answer.price:f}"}
    return _("Done.")


def _again(
    request: HttpRequest,
    row: TradingAccount,
    form: forms.Form,
    looked: Looked | None,
    refused: str,
    status: int,
    *,
    key: UUID | None = None,
) -> HttpResponse:
    """The ticket again, with what was in it. A refusal is an answer: the next try is another."""
    symbols = _symbols(row)
    if isinstance(form, OrderForm):
        data = {name: form.data[name] for name in form.data}
        if key is not None:
            data["key"] = str(key)
        shown = OrderForm(data, symbols=symbols)
    else:
        shown = OrderForm(initial=_first(), symbols=symbols)
    return _ticket(request, row, shown, looked=looked, refused=refused, status=status)


def _first() -> dict[str, Any]:
    """What a new ticket holds."""
    return {"key": uuid4(), "side": "buy", "kind": "market"}


# -- the page ---------------------------------------------------------------------------------
def _ticket(
    request: HttpRequest,
    row: TradingAccount,
    form: OrderForm,
    *,
    looked: Looked | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    snapshot, away = _snapshot(row)
    context = {
        **account_context(row, "trade"),
        "form": form,
        "looked": looked,
        "refused": refused,
        "positions": [] if snapshot is None else [(each, uuid4()) for each in snapshot.positions],
        "orders": [] if snapshot is None else [(each, uuid4()) for each in snapshot.orders],
        "snapshot": snapshot,
        "platform_away": away,
    }
    return render(request, "web/portal/ticket.html", context, status=status)


def _snapshot(row: TradingAccount) -> tuple[AccountSnapshot | None, str]:
    try:
        return traded(row.server).platform.snapshot(row.login), ""
    except PlatformAway as away:
        return None, str(away)
    except UnknownAccount:
        return None, _("the platform does not know the account")


def _symbols(row: TradingAccount) -> list[tuple[str, str]]:
    """What the platform trades, with the price the engine has: those with one first. Nothing while
    the platform is away."""
    try:
        names = sorted(each.symbol for each in traded(row.server).platform.instruments())
    except PlatformAway:
        return []
    figures = figures_of(source.accounts(), row.engine_account)
    prices = {} if figures is None else figures.told.prices
    said = [(each, " / ".join(prices[each]) if each in prices else "") for each in names]
    said.sort(key=lambda each: not each[1])
    return [(name, f"{name}  {price}".strip()) for name, price in said]
