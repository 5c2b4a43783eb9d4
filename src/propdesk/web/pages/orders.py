"""The desk's pages about orders: the list, one with its money, and giving money back."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from propdesk.crm.ledger.models import Entry
from propdesk.crm.purchases.actions.refund_order import refund_order
from propdesk.crm.purchases.actions.send_refund import send_refund
from propdesk.crm.purchases.models import Order, OrderTask, Payment, Refund
from propdesk.crm.purchases.order_states import OrderState
from propdesk.crm.purchases.refunding import left_of
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.minor_units import money_of, read_minor
from propdesk.web.access import allowed
from propdesk.web.catalog_forms import RefundForm
from propdesk.web.payment_providers import providers
from propdesk.web.prices import breakdown, shown
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

ROWS = 50
UNPROCESSABLE = 422


@require_safe
@never_cache
@allowed("purchases.read")
def orders(request: HttpRequest) -> HttpResponse:
    """The newest first; ``?state=`` and ``?q=`` (a reference) narrow it, ``?after=`` goes on."""
    wanted = {name: request.GET.get(name, "").strip()[:40] for name in ("state", "q", "after")}
    found = Order.objects.select_related("version__programme", "person").order_by("-id")
    if wanted["state"] in OrderState.values:
        found = found.filter(state=wanted["state"])
    if wanted["q"]:
        found = found.filter(reference__icontains=wanted["q"])
    if wanted["after"]:
        found = found.filter(id__lt=_id(wanted["after"]))
    rows = list(found[: ROWS + 1])
    context = {
        "rows": [(each, shown(each.total_minor, each.currency)) for each in rows[:ROWS]],
        "wanted": wanted,
        "states": OrderState.choices,
        "following": rows[ROWS - 1].id if len(rows) > ROWS else None,
    }
    return render(request, "web/catalog/orders.html", context)


@require_safe
@never_cache
@allowed("purchases.read")
def order(request: HttpRequest, reference: str) -> HttpResponse:
    return _page(request, _found(reference))


@require_POST
@allowed("purchases.refund_order")
def refund(request: HttpRequest, reference: str) -> HttpResponse:
    """Decided and booked first, then sent; what is not sent now waits to be sent again."""
    of, form = _found(reference), RefundForm(request.POST)
    if not form.is_valid():
        refused = _("Say the amount and the reason.")
        return _page(request, of, refused=refused, status=UNPROCESSABLE)
    payment = of.payments.filter(pk=form.cleaned_data["payment"]).first()
    if payment is None:
        raise Http404
    try:
        made = _asked(request, payment, form)
    except (ActionRefused, ValueError) as refused_by:
        return _page(request, of, refused=str(refused_by), status=UNPROCESSABLE)
    sent = _sent(made, payment.provider)
    messages.success(
        request, _("Sent.") if sent else _("Booked; the provider has not answered yet.")
    )
    return redirect("staff-order", reference=reference)


def _asked(request: HttpRequest, payment: Payment, form: RefundForm) -> Refund:
    return refund_order(
        payment,
        read_minor(form.cleaned_data["amount"], payment.currency),
        form.cleaned_data["reason"],
        key=str(form.cleaned_data["key"]),
        by=visitor(request).acting("purchases.refund_order"),
        at=received_at(),
    )


def _sent(refund_made: Refund, provider: str) -> bool:
    task = OrderTask.objects.filter(refund=refund_made, done_at__isnull=True).first()
    known = providers().get(provider)
    return task is None or (known is not None and send_refund(task, known, received_at()))


def _page(request: HttpRequest, of: Order, *, refused: str = "", status: int = 200) -> HttpResponse:
    entries = Entry.objects.filter(about=of.reference).prefetch_related("lines__account")
    payments = []
    for each in of.payments.prefetch_related("refunds", "disputes").order_by("created_at"):
        left = money_of(left_of(each), each.currency)
        form = RefundForm(
            initial={"payment": each.pk, "key": uuid7(received_at()), "amount": f"{left.amount:f}"},
            auto_id=f"refund-{each.pk}-%s",
        )
        payments.append((each, shown(each.received_minor, each.currency), left, form))
    context = {
        "order": of,
        "programme": of.version.programme,
        "lines": breakdown(of),
        "total": shown(of.total_minor, of.currency),
        "payments": payments,
        "changes": of.changes.order_by("id"),
        "entries": [
            (
                entry,
                [
                    (line.account.get_kind_display(), shown(line.amount_minor, line.currency))
                    for line in entry.lines.all()
                ],
            )
            for entry in entries.order_by("at", "reference")
        ],
        "refused": refused,
    }
    return render(request, "web/catalog/order.html", context, status=status)


def _found(reference: str) -> Order:
    known = Order.objects.select_related("version__programme", "person")
    found = known.filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
