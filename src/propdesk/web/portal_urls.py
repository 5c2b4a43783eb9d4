"""The addresses of a trader's own accounts."""

from django.urls import path

from propdesk.web.pages import portal, portal_exports, portal_own, portal_trading

ACCOUNT = "<uuid:id>/"

urlpatterns = [
    path("", portal.accounts, name="own-accounts"),
    path(ACCOUNT, portal.account, name="own-account"),
    path(f"{ACCOUNT}events", portal.events, name="own-account-events"),
    path(f"{ACCOUNT}history/", portal.history, name="own-account-history"),
    path(f"{ACCOUNT}breach/", portal.breach, name="own-account-breach"),
    path(f"{ACCOUNT}breach/evidence.json", portal_exports.evidence, name="own-account-evidence"),
    path(f"{ACCOUNT}rulebook.yaml", portal_exports.rulebook, name="own-account-rulebook"),
    path(f"{ACCOUNT}trades.csv", portal_exports.trades, name="own-account-trades"),
    path(f"{ACCOUNT}days.csv", portal_exports.days, name="own-account-days"),
    path(f"{ACCOUNT}trade/", portal_trading.ticket, name="own-account-trade"),
    path(f"{ACCOUNT}trade/check", portal_trading.check, name="own-account-check"),
    path(f"{ACCOUNT}trade/place", portal_trading.place, name="own-account-place"),
    path(f"{ACCOUNT}trade/close", portal_trading.close, name="own-account-close"),
    path(f"{ACCOUNT}trade/protect", portal_trading.protect, name="own-account-protect"),
    path(f"{ACCOUNT}trade/cancel", portal_trading.cancel, name="own-account-cancel"),
    path(f"{ACCOUNT}trade/change", portal_trading.change, name="own-account-change"),
    path(f"{ACCOUNT}limit/", portal_own.limit, name="own-account-limit"),
    path(f"{ACCOUNT}credentials/", portal_own.credentials, name="own-account-credentials"),
]
