"""A firm in whose evening something went wrong, and whoever looks into it."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any

import pytest

from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.incidents.actions.open_incident import open_incident
from propdesk.crm.incidents.finding import Found, Scope, Traded, Window, find
from propdesk.crm.incidents.models import Incident, IncidentKind, Measure
from propdesk.crm.incidents.wanted import Wanted
from propdesk.crm.refusal import ActionRefused
from tests.crm.challenges.enrolled import NOW, STAFF, Firm

MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)
WINDOW = Window(began_at=NOW, ended_at=NOW + 30 * MINUTE)


def wanted(**said: Any) -> Wanted:
    whole = {
        "kind": IncidentKind.BAD_PRICE, "title": "EURUSD off by a big figure",
        "told": "Prices were wrong for half an hour.", "window": WINDOW, "scope": Scope(),
    }  # fmt: skip
    return Wanted(**{**whole, **said})


def found(
    scope: Scope = Scope(),  # noqa: B008 - it is frozen
    window: Window = WINDOW,
    touched: Mapping[str, AbstractSet[str]] | None = None,
    now: datetime = LATER,
) -> Found:
    return find(scope, window, Traded(touched or {}), now)


def opened(firm: Firm, *enrolments: Enrolment, by: Any = STAFF, **said: Any) -> Incident:
    """An incident that concerns the running accounts of these enrolments, because of deals."""
    del firm
    touched = {
        each.account.engine_account: {"deal"}
        for enrolment in enrolments
        for each in enrolment.phases.select_related("account")
    }
    return open_incident(wanted(**said), found(touched=touched), by=by, at=LATER)


def code(act: Callable[[], Any]) -> str:
    with pytest.raises(ActionRefused) as refused:
        act()
    return refused.value.code


def came_of(measure: Measure, *, is_undoing: bool = False) -> dict[str, str]:
    """By account, what it came to; empty: done."""
    rows = measure.effects.filter(is_undoing=is_undoing).select_related("account")
    return {each.account.engine_account: each.refused for each in rows}


def account_of(firm: Firm, enrolment: Enrolment) -> TradingAccount:
    return firm.running(enrolment).account
