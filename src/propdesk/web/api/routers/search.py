"""One text, looked for in persons, accounts and orders."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from propdesk.crm.api_keys.models import Scope
from propdesk.crm.overview.searching import search
from propdesk.web.api.caller import caller_of
from propdesk.web.api.declaring import reading
from propdesk.web.api.entry import allowed
from propdesk.web.api.routers.accounts import AccountOut, account_out
from propdesk.web.api.routers.orders import OrderOut, order_out
from propdesk.web.api.routers.people import PersonOut, person_out
from propdesk.web.api.words import SEEN
from propdesk.web.received import received_at

router = Router()
Text = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=SEEN)]


class HitsOut(Schema):
    """What a text finds, ten of each kind at most."""

    people: list[PersonOut]
    accounts: list[AccountOut]
    orders: list[OrderOut]
    too_short: bool = Field(description="Persons are found by three characters or more.")


@reading(router, "/search", "search_all", allowed(Scope.SEARCH_READ, "overview.search"), HitsOut)
def search_all(request: HttpRequest, q: Text) -> HitsOut:
    """Persons by address or name, accounts by login, orders by reference, everything by id."""
    hits = search(q, caller_of(request).roles, received_at())
    return HitsOut(
        people=[person_out(request, each) for each in hits.people],
        accounts=[account_out(each) for each in hits.accounts],
        orders=[order_out(each) for each in hits.orders],
        too_short=hits.too_short,
    )
