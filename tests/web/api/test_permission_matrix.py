"""Who may call what: every operation by every role, by a table that was written by hand.

A new operation fails here until somebody has said for each role whether it opens.
"""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from propdesk.crm.api_keys.models import Scope
from propdesk.crm.people.models import StaffRole
from propdesk.web.access import API, access_of
from propdesk.web.api.declaring import DECLARED
from propdesk.web.api.entry import Kind
from propdesk.web.api.serving import api
from tests.crm.people.cast import NOBODY, registered, staff
from tests.web.api.calling import EVERYTHING, Program, program_of
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db

# In the order of the letters: nobody known, a trader, and each role of the staff twice: with the
# second factor (capital) and without.
COLUMNS = ["n", "t", "O", "o", "A", "a", "R", "r", "F", "f", "S", "s", "U", "u"]
ROLES = dict(zip("oarfsu", StaffRole.values, strict=True))
# + opens; 1 asks who it is (401); 2 asks for the second factor; x is refused (both 403).
ALL = "+ + + + + + + + + + + + + +"
OWN = "1 + + + + + + + + + + + + +"
STAFF = "1 x + 2 + 2 + 2 + 2 + 2 + 2"
LOOKING = "1 x + 2 + 2 x x x x x x + 2"  # owner, admin, auditor
RULING = "1 x + 2 + 2 x x x x x x x x"  # owner, admin
BARRING = "1 x + 2 + 2 + 2 x x x x x x"  # owner, admin, risk
SUSPEND = "1 x + 2 + 2 + 2 x x + 2 x x"  # owner, admin, risk, support
MERGING = "1 x + 2 + 2 x x x x + 2 x x"  # owner, admin, support
PRICING = "1 x + 2 + 2 x x + 2 x x x x"  # owner, admin, finance
COUPONS = "1 x + 2 + 2 x x + 2 + 2 x x"  # owner, admin, finance, support
MONEY = "1 x + 2 + 2 x x + 2 x x + 2"  # owner, admin, finance, auditor

TABLE: dict[str, str] = {
    # What is sold.
    "programmes_list": ALL,
    "programmes_read": ALL,
    "programmes_texts": ALL,
    "programmes_quote": ALL,
    # Oneself, and what is one's own; staff see there what their role may look at.
    "me_read": OWN,
    "me_change": OWN,
    "me_keys": OWN,
    "me_revoke_key": OWN,
    "orders_list": OWN,
    "orders_read": OWN,
    "orders_place": OWN,
    "orders_pay": OWN,
    "accounts_list": OWN,
    "accounts_read": OWN,
    "accounts_state": OWN,
    "accounts_time_line": OWN,
    "accounts_verdicts": OWN,
    "accounts_trades": OWN,
    "accounts_credentials": OWN,
    "stream_follow": OWN,
    "challenges_list": OWN,
    "challenges_read": OWN,
    "challenges_retry": OWN,
    # The desk.
    "challenges_pause": SUSPEND,
    "challenges_resume": SUSPEND,
    "challenges_suspend": BARRING,
    "challenges_lift_suspension": BARRING,
    "challenges_terminate": BARRING,
    "challenges_fail": BARRING,
    "challenges_expire": RULING,
    "challenges_settle_gate": SUSPEND,
    "challenges_reset": RULING,
    "challenges_propose_reinstatement": SUSPEND,
    "desk_cases": STAFF,
    "desk_close_case": BARRING,
    "desk_approvals": STAFF,
    "desk_approve": SUSPEND,  # what is approved asks again: see the test of two persons
    "desk_refuse": SUSPEND,
    "desk_kill_switches": STAFF,
    "desk_preview_kill_switch": BARRING,
    "desk_set_kill_switch": BARRING,
    "desk_lift_kill_switch": BARRING,
    # Incidents, and verdicts that wait.
    "incidents_list": STAFF,
    "incidents_read": STAFF,
    "incidents_accounts": STAFF,
    "incidents_measures": STAFF,
    "incidents_preview": BARRING,
    "incidents_open": BARRING,
    "incidents_change": BARRING,
    "incidents_count": BARRING,
    "incidents_decide": BARRING,
    "incidents_close": BARRING,
    "incidents_publish_report": RULING,
    "incidents_withdraw_report": RULING,
    "incidents_measure": SUSPEND,
    "incidents_undo_measure": BARRING,
    "challenges_propose_enforcement": SUSPEND,
    "challenges_release": BARRING,
    # The economic calendar.
    "calendar_reach": STAFF,
    "calendar_releases": STAFF,
    "calendar_map": STAFF,
    "calendar_add_release": BARRING,
    "calendar_change_release": BARRING,
    "calendar_withdraw_release": BARRING,
    "calendar_preview": BARRING,
    "calendar_import": BARRING,
    "calendar_add_map_entry": BARRING,
    "calendar_end_map_entry": BARRING,
    "calendar_set_terms": BARRING,
    # What is sold, by the desk.
    "catalog_programmes": STAFF,
    "catalog_create": RULING,
    "catalog_programme": STAFF,
    "catalog_duplicate": RULING,
    "catalog_draft": STAFF,
    "catalog_save_draft": RULING,
    "catalog_publish": RULING,
    "catalog_withdraw": RULING,
    "catalog_set_offer": RULING,
    "catalog_set_prices": PRICING,
    "catalog_set_add_on_price": PRICING,
    "catalog_coupons": STAFF,
    "catalog_create_coupon": PRICING,
    "catalog_end_coupon": COUPONS,
    "catalog_publish_text": RULING,
    "catalog_set_firm_terms": RULING,
    "catalog_set_brand": RULING,
    # Persons, money, and what was done.
    "people_list": STAFF,
    "people_read": STAFF,
    "people_suspend": SUSPEND,
    "people_resume": BARRING,
    "people_propose_ban": SUSPEND,
    "people_propose_merge": MERGING,
    "people_grant": RULING,
    "people_revoke": RULING,
    "finance_refund": PRICING,
    "finance_open_dispute": PRICING,
    "finance_close_dispute": PRICING,
    "finance_balances": MONEY,
    "finance_entries": MONEY,
    "finance_revenue": MONEY,
    "audit_list": LOOKING,
    "search_all": STAFF,
}
OPERATIONS = sorted(DECLARED.values(), key=lambda each: each.id)
GIVEN = {"uuid:id": str(NOBODY), "slug:slug": "none", "str:reference": "O-2026-000001"}


def address(path: str) -> str:
    return re.sub(r"\{([^}]+)\}", lambda found: GIVEN[found[1]], path)


def served(patterns: list[Any]) -> list[URLPattern]:
    found: list[URLPattern] = []
    for each in patterns:
        found += served(each.url_patterns) if isinstance(each, URLResolver) else [each]
    return found


def letter(response: Any) -> str:
    if response.status_code == 401:
        assert response["WWW-Authenticate"].startswith("Bearer")
        return "1"
    if response.status_code == 403:
        code = str(json.loads(response.content)["code"])
        return {"second_factor": "2", "not_permitted": "x"}.get(code, code)
    assert response.status_code < 500 or response.json()["code"] == "engine_away"
    return "+"


def test_every_operation_is_in_the_table_once() -> None:
    assert sorted(TABLE) == [each.id for each in OPERATIONS]


def test_every_address_of_the_api_is_declared() -> None:
    """And none is declared by two routers: the second would never be reached."""
    by_door = {
        str(each.name).removeprefix("api")
        for each in served(get_resolver().url_patterns)
        if access_of(each.callback, str(each.name)) == API
    } - {"-none"}
    assert by_door == {path for _, path in DECLARED}
    routers = [each.path_operations for each in api._get_bound_routers()]
    views = [(path, view) for operations in routers for path, view in operations.items()]
    assert len(views) == len({path for path, _ in views})
    methods = [
        (method, path.replace("{uuidstr:", "{uuid:"))
        for path, view in views
        for operation in view.operations
        for method in operation.methods
    ]
    assert sorted(methods) == sorted(DECLARED)


def session_of(column: str) -> Client:
    staff("owner", "somebody-owns-it")
    if column == "n":
        return client_of(None)
    if column == "t":
        return client_of(registered())
    return client_of(staff(ROLES[column.lower()]), with_factor=column.isupper())


@pytest.mark.parametrize("column", COLUMNS)
def test_who_may_call_what(column: str, many_requests: None) -> None:
    del many_requests
    client = session_of(column)
    place = COLUMNS.index(column)
    wrong = []
    for each in OPERATIONS:
        told = client.generic(each.method, f"/api/v1{address(each.path)}", "", "application/json")
        expected = TABLE[each.id].split()[place]
        if letter(told) != expected:
            wrong.append(f"{each.id}: {letter(told)} instead of {expected}")
    assert not wrong, f"{column}: {wrong}"


@pytest.mark.parametrize(
    ("role", "as_staff", "column"),
    [("owner", True, "O"), ("owner", False, "t"), ("auditor", True, "U"), (None, False, "t")],
)
def test_a_key_opens_what_its_person_may_do(
    role: str | None, as_staff: bool, column: str, many_requests: None
) -> None:
    del many_requests
    person = registered() if role is None else staff(role)
    program = program_of(person, as_staff=as_staff)
    place = COLUMNS.index(column)
    for each in OPERATIONS:
        told = letter(program.send(each.method, address(each.path)))
        assert told == TABLE[each.id].split()[place], each.id


def test_a_key_without_the_scope_opens_nothing_of_it(many_requests: None) -> None:
    del many_requests
    owner = staff("owner")
    by_lacking = {scope: program_of(owner, EVERYTHING - {scope}, as_staff=True) for scope in Scope}
    for each in OPERATIONS:
        if each.entry.kind is Kind.PUBLIC:
            continue
        assert each.entry.scope is not None, each.id
        told = by_lacking[each.entry.scope].send(each.method, address(each.path))
        assert (told.status_code, told.json()["code"]) == (403, "no_scope"), each.id


def test_a_key_that_is_none_is_not_taken_for_a_stranger() -> None:
    for key in ("pdk_none", "", "none none"):
        refused = Program(key).get("/programmes")
        assert (refused.status_code, refused.json()["code"]) == (401, "no_key")
    basic = Client().get("/api/v1/programmes", headers={"Authorization": "Basic YTpi"})
    assert basic.status_code == 401
