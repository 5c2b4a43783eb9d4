"""The addresses of what is told: one's own messages, the desk's alerts, deliveries and texts."""

from django.urls import path

from propdesk.web.pages import (
    notices_alerts,
    notices_log,
    notices_outlets,
    notices_own,
    notices_texts,
)

DESK = "staff/messages/"
OUTLET = f"{DESK}channels/<uuid:id>/"
OWN = "me/notifications/"

urlpatterns = [
    path("me/messages/", notices_own.inbox, name="own-messages"),
    path("me/messages/<uuid:id>/read", notices_own.read, name="message-read"),
    path("me/messages/read-all", notices_own.read_all, name="messages-read-all"),
    path(OWN, notices_own.notifications, name="own-notifications"),
    path(f"{OWN}connect", notices_own.connect, name="messenger-connect"),
    path(f"{OWN}confirm", notices_own.confirm, name="messenger-confirm"),
    path(f"{OWN}disconnect", notices_own.disconnect, name="messenger-disconnect"),
    path("staff/alerts/", notices_alerts.alerts, name="alerts"),
    path("staff/alerts/rows", notices_alerts.rows, name="alert-rows"),
    path("staff/alerts/acknowledge", notices_alerts.acknowledge, name="alerts-acknowledge"),
    path(DESK, notices_log.deliveries, name="deliveries"),
    path(f"{DESK}texts/", notices_texts.texts, name="notice-texts"),
    path(f"{DESK}texts/<slug:kind>/", notices_texts.text, name="notice-text"),
    path(f"{DESK}texts/<slug:kind>/restore", notices_texts.restore, name="notice-text-restore"),
    path(f"{DESK}channels/", notices_outlets.outlets, name="outlets"),
    path(f"{DESK}channels/create", notices_outlets.create, name="outlet-create"),
    path(f"{DESK}channels/terms", notices_outlets.change_terms, name="notice-terms"),
    path(f"{OUTLET}switch", notices_outlets.switch, name="outlet-switch"),
    path(f"{OUTLET}secret", notices_outlets.secret, name="outlet-secret"),
    path(f"{OUTLET}test", notices_outlets.test_event, name="outlet-test"),
    path(f"{DESK}<uuid:id>/", notices_log.delivery, name="delivery"),
    path(f"{DESK}<uuid:id>/replay", notices_log.replay, name="delivery-replay"),
]
