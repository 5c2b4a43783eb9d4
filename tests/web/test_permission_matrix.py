"""Who may open what: every address by every role, by a table that was written by hand.

A new page fails here until somebody has said for each role whether it opens.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from propdesk.crm.people.models import StaffRole
from propdesk.web.access import API, access_of
from tests.crm.people.cast import NOBODY, registered, staff
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db

# In the order of the letters: nobody signed in, a trader, and each role of the staff twice: with
# the second factor (capital) and without.
COLUMNS = ["n", "t", "O", "o", "A", "a", "R", "r", "F", "f", "S", "s", "U", "u"]
ROLES = dict(zip("oarfsu", StaffRole.values, strict=True))
# + opens; > leads to signing in; 2 leads to the second factor; x is refused.
ALL = "+ + + + + + + + + + + + + +"
OWN = "> + + + + + + + + + + + + +"
STAFF = "> x + 2 + 2 + 2 + 2 + 2 + 2"
LOOKING = "> x + 2 + 2 x x x x x x + 2"  # owner, admin, auditor
RULING = "> x + 2 + 2 x x x x x x x x"  # owner, admin
BARRING = "> x + 2 + 2 + 2 x x x x x x"  # owner, admin, risk
TELLING = "> x + 2 + 2 + 2 x x + 2 + 2"  # all but finance
SUSPEND = "> x + 2 + 2 + 2 x x + 2 x x"  # owner, admin, risk, support
MERGING = "> x + 2 + 2 x x x x + 2 x x"  # owner, admin, support
PRICING = "> x + 2 + 2 x x + 2 x x x x"  # owner, admin, finance
COUPONS = "> x + 2 + 2 x x + 2 + 2 x x"  # owner, admin, finance, support
ORDERS = "> x + 2 + 2 x x + 2 + 2 + 2"  # all but risk
FUNNEL = "> x + 2 + 2 + 2 + 2 x x + 2"  # all but support
MONEY = "> x + 2 + 2 x x + 2 x x + 2"  # owner, admin, finance, auditor

ANSWERING = "> x + 2 + 2 + 2 + 2 + 2 x x"  # all but the auditor

ID: dict[str, Any] = {"id": NOBODY}
NAME: dict[str, Any] = {"name": "ftmo-2-step"}
# The address by its name, how it is asked for, and who may.
TABLE: list[tuple[str, str, dict[str, Any], str]] = [
    ("home", "get", {}, ALL),
    ("judge-upload", "get", {}, ALL),
    ("judge-sample", "post", {"name": "none"}, ALL),
    ("judging", "get", ID, ALL),
    ("judgement", "get", ID, ALL),
    ("evidence", "get", ID, ALL),
    ("compare", "get", ID, ALL),
    ("day", "get", {**ID, "day": "2026-03-11"}, ALL),
    ("trades", "get", ID, ALL),
    ("trades-csv", "get", ID, ALL),
    ("rulebooks", "get", {}, ALL),
    ("rulebook", "get", NAME, ALL),
    ("rulebook-json", "get", NAME, ALL),
    ("rulebook-yaml", "get", NAME, ALL),
    ("rulebook-difference", "get", NAME, ALL),
    ("api-openapi", "get", {}, ALL),
    ("healthz", "get", {}, ALL),
    ("readyz", "get", {}, ALL),
    ("first-owner", "get", {}, ALL),  # not found: there is an owner
    ("programmes", "get", {}, ALL),
    ("programme", "get", {"slug": "none"}, ALL),
    ("programme-yaml", "get", {"slug": "none"}, ALL),
    ("payment-notices", "post", {"provider": "none"}, ALL),  # believed by its signature alone
    # Signing in.
    ("account_login", "get", {}, ALL),
    ("account_logout", "get", {}, ALL),
    ("account_inactive", "get", {}, ALL),
    ("account_signup", "get", {}, ALL),
    ("account_email_verification_sent", "get", {}, ALL),
    ("account_confirm_email", "get", {"key": "none"}, ALL),
    ("account_reset_password", "get", {}, ALL),
    ("account_reset_password_done", "get", {}, ALL),
    ("account_reset_password_from_key", "get", {"uidb36": "0", "key": "none"}, ALL),
    ("account_reset_password_from_key_done", "get", {}, ALL),
    ("account_confirm_login_code", "get", {}, ALL),
    ("mfa_authenticate", "get", {}, ALL),
    ("mfa_login_webauthn", "get", {}, ALL),
    # Oneself.
    ("welcome", "get", {}, OWN),
    ("profile", "get", {}, OWN),
    ("sessions", "get", {}, OWN),
    ("session-end", "post", {"id": 0}, OWN),
    ("sessions-end-others", "post", {}, OWN),
    ("second-factor", "get", {}, OWN),
    ("api-keys", "get", {}, OWN),
    ("api-key-revoke", "post", ID, OWN),
    ("account_reauthenticate", "get", {}, OWN),
    ("account_email", "get", {}, OWN),
    ("account_change_password", "get", {}, OWN),
    ("account_set_password", "get", {}, OWN),
    ("mfa_index", "get", {}, OWN),
    ("mfa_reauthenticate", "get", {}, OWN),
    ("mfa_activate_totp", "get", {}, OWN),
    ("mfa_deactivate_totp", "get", {}, OWN),
    ("mfa_view_recovery_codes", "get", {}, OWN),
    ("mfa_generate_recovery_codes", "get", {}, OWN),
    ("mfa_download_recovery_codes", "get", {}, OWN),
    ("mfa_list_webauthn", "get", {}, OWN),
    ("mfa_add_webauthn", "get", {}, OWN),
    ("mfa_reauthenticate_webauthn", "get", {}, OWN),
    ("mfa_remove_webauthn", "get", {"pk": 0}, OWN),
    ("mfa_edit_webauthn", "get", {"pk": 0}, OWN),
    ("checkout", "get", {"slug": "none"}, OWN),
    ("own-orders", "get", {}, OWN),
    ("order", "get", {"reference": "O-2026-000001"}, OWN),
    ("order-pay", "post", {"reference": "O-2026-000001"}, OWN),
    ("test-payment", "get", {"payment": "none"}, OWN),
    # One's own accounts; anybody else's are not found, which is another test's to show.
    ("own-accounts", "get", {}, OWN),
    ("own-account", "get", ID, OWN),
    ("own-account-events", "get", ID, OWN),
    ("own-account-history", "get", ID, OWN),
    ("own-account-breach", "get", ID, OWN),
    ("own-account-evidence", "get", ID, OWN),
    ("own-account-trades", "get", ID, OWN),
    ("own-account-days", "get", ID, OWN),
    ("own-account-trade", "get", ID, OWN),
    ("own-account-check", "post", ID, OWN),
    ("own-account-place", "post", ID, OWN),
    ("own-account-close", "post", ID, OWN),
    ("own-account-protect", "post", ID, OWN),
    ("own-account-cancel", "post", ID, OWN),
    ("own-account-change", "post", ID, OWN),
    ("own-account-limit", "get", ID, OWN),
    ("own-account-credentials", "get", ID, OWN),
    ("own-account-rulebook", "get", ID, OWN),
    # Documents.
    ("certificate", "get", {"code": "none"}, ALL),
    ("own-documents", "get", {}, OWN),
    ("data-export", "post", {}, OWN),
    ("certificate-pdf", "get", ID, OWN),
    ("certificate-png", "get", ID, OWN),
    ("certificate-name", "post", ID, OWN),
    ("staff-certificates", "get", {}, STAFF),
    ("certificate-revoke", "post", ID, BARRING),
    ("certificate-restore", "post", ID, BARRING),
    # Legal texts, and the firm.
    ("legal-texts", "get", {}, ALL),
    ("legal-text", "get", {"kind": "terms"}, ALL),
    ("brand-logo", "get", {"slug": "none"}, ALL),
    ("brand-style", "get", {"slug": "none"}, ALL),
    ("language", "get", {}, ALL),
    ("own-terms", "get", {}, OWN),
    ("staff-texts", "get", {}, STAFF),
    ("text-publish", "post", {}, RULING),
    ("text-accepted", "get", ID, STAFF),
    ("firm", "get", {}, STAFF),
    ("firm-terms-set", "post", {}, RULING),
    ("brand-set", "post", {}, RULING),
    # Support.
    ("tickets", "get", {}, OWN),
    ("ticket-new", "get", {}, OWN),
    ("ticket", "get", {"reference": "T-2026-000001"}, OWN),
    ("ticket-reply", "post", {"reference": "T-2026-000001"}, OWN),
    ("attachment", "get", ID, OWN),
    ("dispute-verdict", "get", {"verdict": "none"}, OWN),
    ("dispute-evidence", "get", {"reference": "D-2026-000001"}, OWN),
    ("dispute-replay", "get", {"reference": "D-2026-000001"}, OWN),
    ("staff-tickets", "get", {}, STAFF),
    ("staff-ticket", "get", {"reference": "T-2026-000001"}, STAFF),
    ("ticket-answer", "post", {"reference": "T-2026-000001"}, ANSWERING),
    ("ticket-note", "post", {"reference": "T-2026-000001"}, ANSWERING),
    ("ticket-assign", "post", {"reference": "T-2026-000001"}, ANSWERING),
    ("canned-answers", "get", {}, MERGING),
    ("staff-disputes", "get", {}, STAFF),
    ("staff-dispute", "get", {"reference": "D-2026-000001"}, STAFF),
    ("dispute-uphold", "post", {"reference": "D-2026-000001"}, BARRING),
    ("dispute-accept", "post", {"reference": "D-2026-000001"}, SUSPEND),
    # Staff.
    ("own-messages", "get", {}, OWN),
    ("message-read", "post", ID, OWN),
    ("messages-read-all", "post", {}, OWN),
    ("own-notifications", "get", {}, OWN),
    ("messenger-connect", "post", {}, OWN),
    ("messenger-confirm", "post", {}, OWN),
    ("messenger-disconnect", "post", {}, OWN),
    ("alerts", "get", {}, STAFF),
    ("alert-rows", "get", {}, STAFF),
    ("alerts-acknowledge", "post", {}, BARRING),
    ("deliveries", "get", {}, TELLING),
    ("delivery", "get", ID, TELLING),
    ("delivery-replay", "post", ID, MERGING),
    ("notice-texts", "get", {}, TELLING),
    ("notice-text", "get", {"kind": "none"}, RULING),
    ("notice-text-restore", "post", {"kind": "none"}, RULING),
    ("outlets", "get", {}, TELLING),
    ("outlet-create", "post", {}, RULING),
    ("outlet-switch", "post", ID, RULING),
    ("outlet-secret", "post", ID, RULING),
    ("outlet-test", "post", ID, RULING),
    ("notice-terms", "post", {}, RULING),
    ("live", "get", {}, STAFF),
    ("live-events", "get", {}, STAFF),
    ("live-account", "get", {"name": "A1"}, STAFF),
    # The economic calendar.
    ("staff-calendar", "get", {}, STAFF),
    ("staff-release", "get", ID, STAFF),
    ("calendar-terms", "get", {}, STAFF),
    ("release-add", "post", {}, BARRING),
    ("release-change", "post", ID, BARRING),
    ("release-withdraw", "post", ID, BARRING),
    ("calendar-file", "post", {}, BARRING),
    ("calendar-take-in", "post", {}, BARRING),
    ("calendar-map-add", "post", {}, BARRING),
    ("calendar-map-end", "post", ID, BARRING),
    ("calendar-terms-set", "post", {}, BARRING),
    # The desk.
    ("board", "get", {}, STAFF),
    ("board-csv", "get", {}, STAFF),
    ("accounts-act", "post", {}, SUSPEND),
    ("staff-account", "get", ID, STAFF),
    ("account-verdict", "get", {**ID, "verdict": "none"}, STAFF),
    ("account-pause", "get", ID, SUSPEND),
    ("account-resume", "get", ID, SUSPEND),
    ("account-suspend", "get", ID, BARRING),
    ("account-lift", "get", ID, BARRING),
    ("account-fail", "get", ID, BARRING),
    ("account-terminate", "get", ID, BARRING),
    ("account-expire", "get", ID, RULING),
    ("account-gate", "get", ID, SUSPEND),
    ("account-retry", "get", ID, SUSPEND),
    ("account-reset", "get", ID, RULING),
    ("account-reinstate", "get", ID, SUSPEND),
    ("account-rebind", "get", ID, BARRING),
    ("desk-queue", "get", {}, STAFF),
    ("queue-acknowledge", "post", {}, SUSPEND),
    ("case-close", "post", ID, BARRING),
    ("case", "get", ID, STAFF),
    ("case-release", "post", ID, BARRING),
    ("case-enforce", "post", ID, SUSPEND),
    ("case-reinstate", "post", ID, SUSPEND),
    ("case-decide", "post", ID, BARRING),
    ("incidents", "get", {}, STAFF),
    ("incident-new", "get", {}, BARRING),
    ("incident", "get", ID, STAFF),
    ("incident-change", "get", ID, BARRING),
    ("incident-count", "post", ID, BARRING),
    ("incident-decide", "post", ID, BARRING),
    ("incident-close", "post", ID, BARRING),
    ("incident-publish", "post", ID, RULING),
    ("incident-withdraw", "post", ID, RULING),
    ("incident-measure", "get", {**ID, "kind": "none"}, SUSPEND),
    ("measure-undo", "post", ID, BARRING),
    ("incident-report", "get", {"reference": "I-2026-000001"}, ALL),
    ("message-again", "post", ID, BARRING),
    ("approvals", "get", {}, STAFF),
    ("approval-approve", "post", ID, SUSPEND),
    ("approval-refuse", "post", ID, SUSPEND),
    ("kill-switches", "get", {}, STAFF),
    ("kill-switch-set", "post", {}, BARRING),
    ("kill-switch-lift", "post", ID, BARRING),
    ("person-view-as", "post", ID, SUSPEND),
    ("view-as-end", "post", {}, OWN),
    ("today", "get", {}, STAFF),
    ("search", "get", {}, STAFF),
    ("overview-exposure", "get", {}, STAFF),
    ("overview-funnel", "get", {}, FUNNEL),
    ("overview-money", "get", {}, MONEY),
    ("people", "get", {}, STAFF),
    ("person", "get", ID, STAFF),
    ("staff-invite", "post", {}, RULING),
    ("person-grant", "post", ID, RULING),
    ("person-revoke", "post", ID, RULING),
    ("person-suspend", "post", ID, SUSPEND),
    ("person-resume", "post", ID, BARRING),
    ("person-ban", "post", ID, SUSPEND),
    ("person-merge", "post", ID, MERGING),
    ("staff-programmes", "get", {}, STAFF),
    ("staff-programme", "get", {"slug": "none"}, STAFF),
    ("programme-create", "post", {}, RULING),
    ("programme-draft", "get", {"slug": "none"}, RULING),
    ("programme-publish", "post", {"slug": "none"}, RULING),
    ("programme-withdraw", "post", {"slug": "none"}, RULING),
    ("programme-duplicate", "post", {"slug": "none"}, RULING),
    ("programme-offer", "post", {"slug": "none"}, RULING),
    ("programme-prices", "post", {"slug": "none"}, PRICING),
    ("programme-add-on-price", "post", {"slug": "none"}, PRICING),
    ("coupons", "get", {}, STAFF),
    ("coupon-create", "post", {}, PRICING),
    ("coupon-end", "post", ID, COUPONS),
    ("staff-orders", "get", {}, ORDERS),
    ("staff-order", "get", {"reference": "O-2026-000001"}, ORDERS),
    ("order-refund", "post", {"reference": "O-2026-000001"}, PRICING),
    ("finance", "get", {}, MONEY),
    ("first-steps", "get", {}, RULING),
    ("roles", "get", {}, LOOKING),
    ("audit", "get", {}, LOOKING),
    ("audit-export", "get", {}, LOOKING),
]


def routes(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern


# The operations of the API have a table of their own, in ``tests/web/api``.
EVERY = [
    each
    for each in routes(get_resolver().url_patterns)
    if access_of(each.callback, str(each.name)) != API
]


def test_every_address_is_in_the_table_once() -> None:
    assert sorted(name for name, *_ in TABLE) == sorted(str(each.name) for each in EVERY)


def test_every_view_says_who_may_open_it() -> None:
    silent = [each.name for each in EVERY if access_of(each.callback, str(each.name)) is None]
    assert not silent, f"mark these views in web/access.py's words: {silent}"


def browser(column: str) -> Client:
    staff("owner", "somebody-owns-it")
    if column == "n":
        return client_of(None)
    if column == "t":
        return client_of(registered())
    return client_of(staff(ROLES[column.lower()]), with_factor=column.isupper())


def answered(client: Client, name: str, method: str, given: dict[str, Any]) -> str:
    """What became of a request, in the letters of the table."""
    response = getattr(client, method)(reverse(name, kwargs=given))
    leads_to = response.headers.get("Location", "")
    if leads_to.startswith(reverse("account_login") + "?"):
        return ">"
    if leads_to.startswith(reverse("second-factor") + "?"):
        return "2"
    if response.status_code == 403:
        assert "This page is not for you to see" in response.content.decode()
        return "x"
    assert response.status_code < 500
    return "+"


@pytest.mark.parametrize("column", COLUMNS)
def test_who_may_open_what(column: str) -> None:
    client = browser(column)
    place = COLUMNS.index(column)
    wrong = []
    for name, method, given, expected in TABLE:
        found = answered(client, name, method, given)
        if found != expected.split()[place]:
            wrong.append(f"{name}: {found} instead of {expected.split()[place]}")
    assert not wrong, f"{column}: {wrong}"


def test_the_tools_can_be_closed(settings: Any) -> None:
    settings.TOOLS_ARE_PUBLIC = False
    cases = (
        (client_of(None), ">"),
        (client_of(registered()), "x"),
        (client_of(staff("risk", "one"), with_factor=True), "+"),
        (client_of(staff("risk", "two")), "2"),
    )
    for client, expected in cases:
        for name, given in (("home", {}), ("rulebooks", {}), ("rulebook-json", NAME)):
            assert answered(client, name, "get", given) == expected, name


def test_anybody_sees_the_live_board_until_there_is_an_owner() -> None:
    for name, given in (("live", {}), ("live-events", {}), ("live-account", {"name": "A1"})):
        assert answered(Client(), name, "get", given) == "+"
    assert answered(client_of(registered()), "live", "get", {}) == "+"
    assert answered(Client(), "people", "get", {}) == ">"
    page = Client().get(reverse("live")).content.decode()
    assert "has no owner yet" in page
    assert reverse("first-owner") in page
    staff("owner")
    assert answered(Client(), "live", "get", {}) == ">"


def test_a_view_that_says_nothing_is_opened_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    view = next(each.callback for each in EVERY if each.name == "healthz")
    monkeypatch.delattr(view, "propdesk_access")
    assert answered(Client(), "healthz", "get", {}) == "x"
