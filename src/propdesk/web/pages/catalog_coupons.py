"""The desk's page about coupons."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from propdesk.crm.catalog.actions.create_coupon import NewCoupon, create_coupon
from propdesk.crm.catalog.actions.end_coupon import end_coupon
from propdesk.crm.catalog.models import Coupon
from propdesk.crm.purchases.order_states import OrderState
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import allowed
from propdesk.web.catalog_forms import CouponForm, whole_percent
from propdesk.web.prices import shown
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422


@require_safe
@never_cache
@allowed("catalog.read")
def coupons(request: HttpRequest) -> HttpResponse:
    return _page(request, CouponForm())


@require_POST
@allowed("catalog.create_coupon")
def create(request: HttpRequest) -> HttpResponse:
    form = CouponForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=UNPROCESSABLE)
    said, now = form.cleaned_data, received_at()
    new = NewCoupon(
        code=said["code"],
        percent=said["percent"],
        amount_minor=said["minor"],
        currency=said["currency"],
        starts_at=now,
        ends_at=said["ends_at"],
        limit_total=said["limit_total"],
        limit_per_person=said["limit_per_person"],
        first_purchase_only=said["first_purchase_only"],
        programmes=said["programmes"],
    )
    try:
        create_coupon(new, by=visitor(request).acting("catalog.create_coupon"), at=now)
    except ActionRefused as refused:
        return _page(request, form, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("Done, and recorded."))
    return redirect("coupons")


@require_POST
@allowed("catalog.end_coupon")
def end(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    coupon = Coupon.objects.filter(pk=id).first()
    if coupon is None:
        raise Http404
    try:
        end_coupon(coupon, by=visitor(request).acting("catalog.end_coupon"), at=received_at())
    except ActionRefused as refused:
        return _page(request, CouponForm(), refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("Done, and recorded."))
    return redirect("coupons")


def _page(
    request: HttpRequest, form: CouponForm, *, refused: str = "", status: int = 200
) -> HttpResponse:
    now = received_at()
    used = Count("orders", filter=~Q(orders__state=OrderState.EXPIRED), distinct=True)
    found = Coupon.objects.annotate(used=used).prefetch_related("programmes")
    rows = [
        (
            each,
            whole_percent(each.percent) or shown(each.amount_minor or 0, each.currency),
            each.ends_at is None or each.ends_at > now,
        )
        for each in found.order_by("-created_at")
    ]
    context = {"rows": rows, "form": form, "refused": refused}
    return render(request, "web/catalog/coupons.html", context, status=status)
