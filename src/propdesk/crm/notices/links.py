"""Where a message leads: paths of this site by what a message is about.

The pages own their addresses; a test holds these against them.
"""

from urllib.parse import quote

ALERTS, DELIVERIES, SESSIONS = "/staff/alerts/", "/staff/messages/", "/me/sessions/"
CALENDAR = "/staff/calendar/"
TICKETS = "/staff/support/"
NOTIFICATIONS, INBOX = "/me/notifications/", "/me/messages/"


def path_to(page: str, *, account: str = "", engine_account: str = "", order: str = "") -> str:
    """The path of a page named in ``Kind.to``. Without what it is about, the inbox."""
    match page:
        case "account" if account:
            return f"/me/accounts/{account}/"
        case "breach" | "credentials" if account:
            return f"/me/accounts/{account}/{page}/"
        case "order" if order:
            return f"/orders/{quote(order, safe='')}/"
        case "desk_account" if engine_account:
            return f"/live/{quote(engine_account, safe='')}/"
        case "desk_live":
            return "/live/"
        case "alerts" | "desk_account":
            return ALERTS
        case "tickets":
            return TICKETS
        case "deliveries":
            return DELIVERIES
        case "calendar":
            return CALENDAR
        case "sessions":
            return SESSIONS
        case "notifications":
            return NOTIFICATIONS
    return INBOX
