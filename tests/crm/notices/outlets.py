"""Outlets of the desk, for tests."""

from propdesk.crm.notices.actions.set_outlet import NewOutlet, create_outlet
from propdesk.crm.notices.models import Outlet
from tests.crm.accounts.house_of_accounts import NOW
from tests.crm.firm_cast import STAFF

HOOK = "https://hooks.example.com/propdesk"


def as_given(_channel: str, address: str) -> str:
    """Any address may be kept."""
    return address


def webhook(*kinds: str, address: str = HOOK, channel: str = "webhook") -> Outlet:
    new = NewOutlet(name="books", channel=channel, address=address, kinds=kinds)
    return create_outlet(new, as_given, by=STAFF, at=NOW).outlet
