"""The operations, one file for each noun."""

from ninja import Router

from propdesk.web.api.routers import (
    accounts,
    audit,
    calendar,
    catalog,
    catalog_desk,
    catalog_terms,
    challenges,
    desk,
    finance,
    incidents,
    me,
    orders,
    people,
    search,
    stream,
)

EVERY: tuple[Router, ...] = (
    me.router,
    catalog.router,
    orders.router,
    accounts.router,
    stream.router,
    challenges.router,
    desk.router,
    incidents.router,
    calendar.router,
    catalog_desk.router,
    catalog_terms.router,
    people.router,
    finance.router,
    audit.router,
    search.router,
)
"""In the order of the document."""
