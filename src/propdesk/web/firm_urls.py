"""The addresses of what the firm sells and what was paid."""

from django.urls import path

from propdesk.web.pages import catalog, shop

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
]
