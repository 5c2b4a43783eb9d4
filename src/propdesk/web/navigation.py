"""What the header offers: the pages that this visitor may open, and no other.

It must not permit anything: a page asks again when it is opened.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from propdesk.crm.people.models import has_owner
from propdesk.crm.people.permissions import permitting_role
from propdesk.web.visitor import Visitor, visitor


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: its address by name, its word, and what it takes to see it."""

    name: str
    word: str | Promise
    action: str = ""
    """By the table of permissions; empty: whoever sees the list."""
    also: tuple[str, ...] = ()
    """Names of pages below it."""


SHOP = (Item("programmes", _("Programmes"), also=("programme", "checkout")),)
TOOLS = (
    Item("home", _("Judge"), also=("judge-upload", "judging", "judgement", "day", "trades")),
    Item("rulebooks", _("Rulebooks"), also=("rulebook", "rulebook-difference")),
)
LIVE = Item("live", _("Live"), "live.read", also=("live-account",))
STAFF = (
    Item(
        "today",
        _("Today"),
        "overview.read",
        also=("overview-exposure", "overview-funnel", "overview-money", "search"),
    ),
    Item("board", _("Board"), "accounts.read", also=("staff-account",)),
    Item("desk-queue", _("Queue"), "accounts.read", also=("approvals", "kill-switches", "case")),
    Item("alerts", _("Alerts"), "notices.read_alerts"),
    Item("people", _("People"), "people.read", also=("person",)),
    Item("staff-orders", _("Orders"), "purchases.read", also=("staff-order",)),
    Item(
        "staff-tickets",
        _("Support"),
        "support.read",
        also=("staff-ticket", "canned-answers", "staff-disputes", "staff-dispute"),
    ),
)
"""What the desk looks at all day."""
STAFF_MORE = (
    LIVE,
    Item(
        "incidents",
        _("Incidents"),
        "incidents.read",
        also=("incident-new", "incident", "incident-change", "incident-measure"),
    ),
    Item(
        "staff-programmes",
        _("Programmes"),
        "catalog.read",
        also=("staff-programme", "programme-draft"),
    ),
    Item(
        "staff-calendar", _("Calendar"), "calendar.read", also=("staff-release", "calendar-terms")
    ),
    Item("coupons", _("Coupons"), "catalog.read"),
    Item("finance", _("Finance"), "ledger.read"),
    Item("staff-certificates", _("Certificates"), "documents.read"),
    Item("firm", _("Firm"), "catalog.read", also=("staff-texts", "text-accepted")),
    Item(
        "deliveries",
        _("Messages"),
        "notices.read",
        also=("delivery", "notice-texts", "notice-text", "outlets"),
    ),
    Item("roles", _("Roles"), "people.read_roles"),
    Item("audit", _("Audit"), "audit.read"),
)
TRADER: tuple[Item, ...] = (
    Item(
        "own-accounts",
        _("Accounts"),
        also=(
            "own-account",
            "own-account-history",
            "own-account-breach",
            "own-account-trade",
            "own-account-check",
            "own-account-limit",
            "own-account-credentials",
        ),
    ),
    Item("own-orders", _("Orders"), also=("order", "test-payment")),
    Item("tickets", _("Support"), also=("ticket", "ticket-new", "dispute-verdict")),
)
"""The pages of a trader's portal."""
OWN = (
    Item("own-messages", _("Messages")),
    Item("own-notifications", _("Notifications")),
    Item("profile", _("Profile")),
    Item("account_email", _("E-mail address")),
    Item("account_change_password", _("Password"), also=("account_set_password",)),
    Item(
        "mfa_index",
        _("Second factor"),
        also=(
            "second-factor",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_list_webauthn",
            "mfa_add_webauthn",
            "mfa_remove_webauthn",
            "mfa_edit_webauthn",
        ),
    ),
    Item("sessions", _("Sessions")),
    Item("api-keys", _("Keys")),
    Item("own-documents", _("Documents"), also=("own-terms",)),
)
"""What everybody has who signed in: the pages about oneself."""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as the template draws it."""

    address: str
    word: str | Promise
    is_current: bool


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The context processor. Where nobody was resolved (an error before it), it offers the tools
    alone and asks no database."""
    current = request.resolver_match.url_name if request.resolver_match else ""
    if not current:
        return {"main_links": _links(TOOLS, Visitor(None), "")}
    who = visitor(request)
    tools: tuple[Item, ...] = TOOLS if settings.TOOLS_ARE_PUBLIC or who.is_staff else ()
    unowned = who.person is None and not has_owner()
    main: tuple[Item, ...]
    if unowned:
        main = (*tools, LIVE)
    elif who.is_staff:
        main = STAFF
    else:
        main = (*SHOP, *TRADER, *tools) if who.person is not None else (*SHOP, *tools)
    more = (*STAFF_MORE, *tools) if who.is_staff and not unowned else ()
    return {
        "who": who,
        "main_links": _links(main, who, current, unowned=unowned),
        "more_links": _links(more, who, current),
        "own_links": _links(OWN, who, current),
        "unowned": unowned,
    }


@cache
def _address(name: str) -> str:
    """Where a page is: the same in every request, and asked for thirty times in each."""
    return reverse(name)


def _links(
    items: tuple[Item, ...], who: Visitor, current: str, *, unowned: bool = False
) -> list[Link]:
    return [
        Link(_address(item.name), item.word, current == item.name or current in item.also)
        for item in items
        if not item.action or unowned or permitting_role(item.action, who.roles)
    ]
