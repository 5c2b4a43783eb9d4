"""The addresses of what the firm sells and what was paid."""

from django.urls import path

from propdesk.web.pages import (
    catalog,
    catalog_coupons,
    finance,
    first_steps,
    orders,
    programmes,
    programmes_draft,
    shop,
)

DESK = "staff/programmes/<slug:slug>/"

urlpatterns = [
    path("programmes/", catalog.programmes, name="programmes"),
    path("programmes/<slug:slug>/", catalog.programme, name="programme"),
    path("programmes/<slug:slug>.yaml", catalog.programme_yaml, name="programme-yaml"),
    path("programmes/<slug:slug>/buy", shop.checkout, name="checkout"),
    path("orders/", shop.own_orders, name="own-orders"),
    path("orders/<str:reference>/", shop.order, name="order"),
    path("orders/<str:reference>/pay", shop.pay, name="order-pay"),
    path("pay/test/<str:payment>/", shop.pay_by_test, name="test-payment"),
    path("payments/<slug:provider>/notices", shop.payment_notices, name="payment-notices"),
    path("staff/programmes/", programmes.programmes, name="staff-programmes"),
    path("staff/programmes/create", programmes.create, name="programme-create"),
    path(DESK, programmes.programme, name="staff-programme"),
    path(f"{DESK}offer", programmes.offer, name="programme-offer"),
    path(f"{DESK}prices", programmes.prices, name="programme-prices"),
    path(f"{DESK}add-on-price", programmes.add_on_price, name="programme-add-on-price"),
    path(f"{DESK}duplicate", programmes.duplicate, name="programme-duplicate"),
    path(f"{DESK}draft", programmes_draft.draft, name="programme-draft"),
    path(f"{DESK}publish", programmes_draft.publish, name="programme-publish"),
    path(f"{DESK}withdraw", programmes_draft.withdraw, name="programme-withdraw"),
    path("staff/coupons/", catalog_coupons.coupons, name="coupons"),
    path("staff/coupons/create", catalog_coupons.create, name="coupon-create"),
    path("staff/coupons/<uuid:id>/end", catalog_coupons.end, name="coupon-end"),
    path("staff/orders/", orders.orders, name="staff-orders"),
    path("staff/orders/<str:reference>/", orders.order, name="staff-order"),
    path("staff/orders/<str:reference>/refund", orders.refund, name="order-refund"),
    path("staff/finance/", finance.finance, name="finance"),
    path("staff/first-steps/", first_steps.first_steps, name="first-steps"),
]
