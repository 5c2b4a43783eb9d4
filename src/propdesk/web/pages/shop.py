"""Buying: the checkout, one's own orders, paying, and what providers tell."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from propdesk.connectors.test_payments.courses import Course, messages
from propdesk.crm.catalog.shelf import OnSale, add_on_prices, texts_to_accept
from propdesk.crm.people.models import SessionEventKind
from propdesk.crm.people.session_events import keep_session_event
from propdesk.crm.purchases.actions.begin_payment import begin_payment
from propdesk.crm.purchases.actions.place_order import Buyer, Placing, place_order
from propdesk.crm.purchases.actions.take_payment_notice import take_payment_notice
from propdesk.crm.purchases.models import Order, Payment
from propdesk.crm.purchases.order_states import OPEN
from propdesk.crm.purchases.quoting import Quoted, Wish, quote_price
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from propdesk.ports.payments import (
    NoticeKind,
    NoticeRefused,
    PaymentNotice,
    PaymentsError,
)
from propdesk.web.access import public, signed_in
from propdesk.web.pages.catalog import found
from propdesk.web.payment_providers import installed_test_payments, providers
from propdesk.web.prices import breakdown, shown
from propdesk.web.received import received_at
from propdesk.web.seen_from import seen_from
from propdesk.web.shop_forms import CheckoutForm, TestPaymentForm
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def checkout(request: HttpRequest, slug: str) -> HttpResponse:
    """First the form, then the price with the terms of the sale, then the order."""
    sold = found(request, slug)
    form = _form(request, sold)
    if request.method != "POST" or not form.is_valid():
        status = 200 if request.method != "POST" else UNPROCESSABLE
        return _checkout(request, sold, form, status=status)
    wish = _wish(sold, form)
    person = _person(request)
    try:
        quoted = quote_price(wish, person, received_at())
        if "total" not in request.POST or "again" in request.POST:
            return _checkout(request, sold, form, quoted=quoted)
        order = _placed(request, wish, form)
    except ActionRefused as refused:
        return _checkout(request, sold, form, refused=refused.sentence, status=UNPROCESSABLE)
    return redirect("order", reference=order.reference)


def _placed(request: HttpRequest, wish: Wish, form: CheckoutForm) -> Order:
    said, now = form.cleaned_data, received_at()
    person = _person(request)
    seen = seen_from(request)
    buyer = Buyer(
        person=person,
        country=said["country"],
        born_on=said["born_on"],
        address=seen.address,
        language=get_language() or settings.LANGUAGE_CODE,
        accepted=frozenset(text.id for text in form.texts),
    )
    total = request.POST["total"]
    shown_total = int(total) if total.isascii() and total.isdecimal() else -1
    placing = Placing(key=str(said["key"]), total_minor=shown_total)
    by = visitor(request).acting("purchases.place_order")
    order = place_order(wish, buyer, placing, by=by, at=now)
    keep_session_event(SessionEventKind.PURCHASE, at=now, seen=seen, person=person)
    return order


def _form(request: HttpRequest, sold: OnSale) -> CheckoutForm:
    who = visitor(request).person
    initial = {
        "key": uuid7(received_at()),
        "country": "" if who is None else who.country,
        "born_on": None if who is None else who.born_on,
    }
    return CheckoutForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        prices=sold.prices,
        add_ons=add_on_prices(sold.programme),
        texts=texts_to_accept(get_language() or settings.LANGUAGE_CODE),
    )


def _wish(sold: OnSale, form: CheckoutForm) -> Wish:
    size, currency = form.chosen
    return Wish(
        programme=sold.programme,
        size=size,
        currency=currency,
        add_ons=tuple(form.cleaned_data.get("add_ons", ())),
        coupon=form.cleaned_data["coupon"],
    )


def _checkout(
    request: HttpRequest,
    sold: OnSale,
    form: CheckoutForm,
    *,
    quoted: Quoted | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    lines = [] if quoted is None else quoted.quote.lines
    context = {
        "programme": sold.programme,
        "form": form,
        "quoted": quoted,
        "lines": [
            (each.kind, each.name, shown(each.amount_minor, quoted.quote.currency))
            for each in lines
            if quoted is not None
        ],
        "total": "" if quoted is None else shown(quoted.quote.total_minor, quoted.quote.currency),
        "rest": shown(quoted.quote.on_pass_minor, quoted.quote.currency)
        if quoted is not None and quoted.quote.on_pass_minor
        else "",
        "refused": refused,
    }
    return render(request, "web/shop/checkout.html", context, status=status)


@require_safe
@never_cache
@signed_in
def own_orders(request: HttpRequest) -> HttpResponse:
    orders = Order.objects.filter(person=_person(request)).select_related("version__programme")
    found_orders = list(orders.order_by("-created_at")[:200])
    context = {"orders": [(each, shown(each.total_minor, each.currency)) for each in found_orders]}
    return render(request, "web/shop/orders.html", context)


@require_safe
@never_cache
@signed_in
def order(request: HttpRequest, reference: str) -> HttpResponse:
    return _order_page(request, _own(request, reference))


@require_POST
@signed_in
def pay(request: HttpRequest, reference: str) -> HttpResponse:
    """To where the customer pays; a second click leads to the same payment."""
    own = _own(request, reference)
    provider = next(iter(providers().values()), None)
    if provider is None:
        return _order_page(
            request, own, refused=_("No payment provider is set up."), status=UNPROCESSABLE
        )
    back = request.build_absolute_uri(reverse("order", kwargs={"reference": reference}))
    by = visitor(request).acting("purchases.place_order")
    try:
        payment = begin_payment(own.id, provider, back, by=by, at=received_at())
    except ActionRefused as refused:
        return _order_page(request, own, refused=refused.sentence, status=UNPROCESSABLE)
    except PaymentsError:
        sentence = _("The payment provider does not answer. Nothing was taken; try again.")
        return _order_page(request, own, refused=sentence, status=503)
    return redirect(payment.address)


def _order_page(
    request: HttpRequest, own: Order, *, refused: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "order": own,
        "programme": own.version.programme,
        "lines": breakdown(own),
        "total": shown(own.total_minor, own.currency),
        "changes": own.changes.order_by("id"),
        "may_pay": own.state in OPEN and received_at() < own.expires_at,
        "refused": refused,
    }
    return render(request, "web/shop/order.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def pay_by_test(request: HttpRequest, payment: str) -> HttpResponse:
    """The test provider's own page: the customer says what happens, and it tells us so."""
    own = Payment.objects.filter(
        provider="test", provider_id=payment, order__person=_person(request)
    )
    asked = own.select_related("order").first()
    if not settings.TEST_PAYMENTS or asked is None:
        raise Http404
    form = TestPaymentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        for told in messages(Course(form.cleaned_data["course"]), _begun(asked)):
            body, headers = installed_test_payments().signed(told, received_at())
            _take("test", body, headers.get)
        return redirect("order", reference=asked.order.reference)
    context = {
        "payment": asked,
        "order": asked.order,
        "total": shown(asked.amount_minor, asked.currency),
        "form": form,
    }
    return render(request, "web/shop/test_payment.html", context)


def _begun(payment: Payment) -> PaymentNotice:
    return PaymentNotice(
        id=f"{payment.provider_id}-pending",
        kind=NoticeKind.PENDING,
        payment=payment.provider_id or "",
        key=str(payment.id),
        currency=payment.currency,
        amount_minor=payment.amount_minor,
        at=payment.created_at,
    )


@csrf_exempt
@require_POST
@public
def payment_notices(request: HttpRequest, provider: str) -> HttpResponse:
    """What a provider tells: its signature is verified before a byte of it is read."""
    if provider not in providers():
        raise Http404
    try:
        new = _take(provider, request.body, request.headers.get)
    except NoticeRefused as refused:
        return JsonResponse({"refused": str(refused)}, status=400)
    return JsonResponse({"new": new})


def _take(provider: str, body: bytes, header: Callable[[str], str | None]) -> bool:
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    headers = {name: header(name) or "" for name in names}
    now = received_at()
    told = providers()[provider].read_notice(body, headers, now)
    return take_payment_notice(provider, told, now)


def _own(request: HttpRequest, reference: str) -> Order:
    orders = Order.objects.select_related("version__programme")
    own = orders.filter(reference=reference, person=_person(request)).first()
    if own is None:
        raise Http404
    return own


def _person(request: HttpRequest) -> UUID:
    person = visitor(request).person
    if person is None:
        raise Http404
    return person.id
