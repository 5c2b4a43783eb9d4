"""Whom an incident concerned, opened, counted anew, changed, decided, closed, and told of."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.incidents.actions.change_incident import change_incident
from propdesk.crm.incidents.actions.close_incident import close_incident
from propdesk.crm.incidents.actions.count_accounts import count_accounts
from propdesk.crm.incidents.actions.decide_incident import decide_incident
from propdesk.crm.incidents.actions.open_incident import open_incident
from propdesk.crm.incidents.actions.publish_report import publish_report
from propdesk.crm.incidents.actions.withdraw_report import withdraw_report
from propdesk.crm.incidents.finding import Found, Scope, Window
from propdesk.crm.incidents.models import Affected, Incident
from propdesk.crm.incidents.traded import TooMuch, traded
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.events import Deal
from propdesk.ports.event_log import Record
from propdesk.wire.log_codec import encode
from propdesk.wire.log_records import Moment, events_of
from tests.crm.accounts.house_of_accounts import House, micros
from tests.crm.challenges.enrolled import NOW, STAFF, SUPPORT, Firm
from tests.crm.incidents.incident_cast import (
    LATER,
    MINUTE,
    code,
    found,
    opened,
    wanted,
)

pytestmark = pytest.mark.django_db


# --- whom ------------------------------------------------------------------------------------
def names(said: Found) -> dict[str, tuple[str, ...]]:
    by_id = {each.pk: each.engine_account for each in TradingAccount.objects.all()}
    return {by_id[account]: why for account, why in said.accounts}


@pytest.mark.parametrize(("second", "is_in"), [(-1, False), (0, True), (1800, True), (1801, False)])
def test_a_verdict_concerns_an_account_in_the_window_alone(second: float, is_in: bool) -> None:
    house = House("1", "2")
    house.engine.status("1", "active")
    house.engine.verdict("1", "warn", second)
    house.project()
    assert names(found()) == ({"1": ("verdict",)} if is_in else {})


def test_an_end_a_deal_and_a_position_concern_it_too_each_counted() -> None:
    house = House("1", "2", "3")
    house.engine.status("1", "active")
    house.engine.breach("1", 60)
    house.project()
    said = found(touched={"2": {"deal", "position"}, "3": set(), "none": {"deal"}})
    assert names(said) == {"1": ("verdict", "end"), "2": ("deal", "position"), "3": ()}
    assert [said.count(each) for each in ("verdict", "end", "deal", "position")] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), {"1", "2"}),
        (Scope(server="other"), set()),
        (Scope(rulebook="ftmo-2-step"), {"1", "2"}),
        (Scope(rulebook="none"), set()),
        (Scope(logins=("2",)), {"2"}),
    ],
)
def test_a_scope_narrows_it(scope: Scope, expected: set[str]) -> None:
    House("1", "2")
    assert set(names(found(scope, touched={"1": {"deal"}, "2": {"deal"}}))) == expected


def test_who_was_not_open_in_the_window_is_not_concerned() -> None:
    house = House("1", "2", "3")
    TradingAccount.objects.filter(login="1").update(opened_at=NOW + 31 * MINUTE)
    house.engine.status("2", "active", -120)
    house.engine.status("2", "expired", -60)
    house.project()
    said = found(touched={each: {"deal"} for each in "123"})
    assert set(names(said)) == {"3"}


# --- the log ---------------------------------------------------------------------------------
class Kept:
    """A reader of one partition whose records arrived when their deals happened."""

    def __init__(self, deals: Sequence[Deal]) -> None:
        self.records = [
            Record(
                events_of(0), number, str(number), encode(Moment(each.account, (each,))), each.at
            )
            for number, each in enumerate(deals, 1)
        ]
        self.seen: list[int] = []

    def read(self, stream: str, after: int, *, bytes_max: int = 1) -> Sequence[Record]:
        assert stream == events_of(0)
        rows = self.records[after : after + (1 if bytes_max == 1 else 500)]
        self.seen += [each.offset for each in rows] if bytes_max > 1 else []
        return rows

    def first(self, stream: str) -> int:
        return min(1, self.last(stream))

    def last(self, stream: str) -> int:
        assert stream == events_of(0)
        return len(self.records)

    def wait(self, tails: Any, timeout_s: float) -> bool:
        raise NotImplementedError(tails, timeout_s)

    def close(self) -> None: ...


def deal(account: str, second: float, entry: Any, symbol: str = "EURUSD") -> Deal:
    return Deal(
        account, micros(second), f"{account}/{second}", f"P-{account}", symbol, "buy", entry,
        Decimal(1), Decimal("1.1"),
    )  # fmt: skip


def test_the_log_says_who_dealt_and_who_held_something() -> None:
    kept = Kept(
        [
            deal("before", -600, "in"), deal("before", -500, "out"),
            deal("held", -400, "in"), deal("other", -300, "in", "XAUUSD"),
            deal("dealt", 0, "in"), deal("dealt", 1800, "out"), deal("late", 1801, "in"),
            deal("other", 1802, "out", "XAUUSD"), deal("held", 1900, "out"),
            deal("late", 1901, "out"),
        ]
    )  # fmt: skip
    in_euro = traded(kept, [0], micros(0), micros(1800), "EURUSD")
    assert in_euro == {"dealt": {"deal", "position"}, "held": {"position"}}
    assert traded(kept, [0], micros(0), micros(1800), "")["other"] == {"position"}
    now = [("quiet", "P-quiet"), ("late", "P-late")]
    holding = traded(kept, [0], micros(0), micros(1800), "", open_now=now)
    assert (holding["quiet"], "late" in holding) == ({"position"}, False)


def test_the_log_is_read_from_the_window_on_and_no_longer_than_one_look_may_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = Kept([deal("1", second, "in") for second in range(-1000, 1000)])
    traded(kept, [0], micros(0), micros(9), "")
    assert min(kept.seen) == 999, "two seconds before the window"
    monkeypatch.setattr("propdesk.crm.incidents.traded.RECORDS_MAX", 1_001)
    with pytest.raises(TooMuch):
        traded(kept, [0], micros(0), micros(9), "")


# --- the incident ----------------------------------------------------------------------------
@pytest.fixture
def firm() -> Firm:
    return Firm()


def test_it_is_opened_with_its_accounts_and_nothing_is_done_to_them(firm: Firm) -> None:
    made = firm.enrolled()
    before = firm.running(made).account.events.count()
    row = opened(firm, made)
    assert (row.reference[:7], row.state, row.owner) == ("I-2026-", "open", STAFF.person)
    assert [each.why for each in row.affected.all()] == [["deal"]]
    assert firm.running(made).account.events.count() == before
    audit = AuditRow.objects.get(action="incidents.open")
    assert (audit.after or {})["accounts"] == 1


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"title": " "}, "no_title"),
        ({"title": "x" * 121}, "no_title"),
        ({"told": ""}, "no_text"),
        ({"window": Window(began_at=LATER + MINUTE)}, "not_begun"),
        ({"window": Window(began_at=NOW, ended_at=NOW)}, "no_window"),
    ],
)
def test_one_that_says_too_little_is_not_opened(said: dict[str, Any], refused: str) -> None:
    assert code(lambda: open_incident(wanted(**said), Found([]), by=STAFF, at=LATER)) == refused
    assert not Incident.objects.exists()


def test_support_may_not_open_one(firm: Firm) -> None:
    assert code(lambda: opened(firm, by=SUPPORT)) == "not_permitted"


def test_it_is_counted_anew(firm: Firm) -> None:
    one, two = firm.enrolled(), firm.enrolled()
    row = opened(firm, one)
    name = firm.running(two).account.engine_account
    told = found(touched={name: {"position"}})
    count_accounts(row.pk, told, by=STAFF, at=LATER + MINUTE)
    row.refresh_from_db()
    assert [each.account.engine_account for each in row.affected.all()] == [name]
    assert row.counted_at == LATER + MINUTE
    assert AuditRow.objects.get(action="incidents.count_accounts").after == {
        "accounts": 1, "came": 1, "went": 1,
    }  # fmt: skip


def test_it_is_changed_with_what_it_said_before_kept(firm: Firm) -> None:
    made = firm.enrolled()
    row = opened(firm, made)
    window = Window(began_at=NOW, ended_at=NOW + MINUTE)
    new = wanted(window=window, title="Narrower")
    change_incident(row.pk, new, Found([]), by=STAFF, at=LATER, reason="the feed says so")
    row.refresh_from_db()
    assert (row.title, row.ended_at) == ("Narrower", window.ended_at)
    assert not Affected.objects.exists()
    audit = AuditRow.objects.get(action="incidents.change")
    assert (audit.before or {})["title"] == "EURUSD off by a big figure"


def test_it_is_closed_once_it_is_decided_and_over(firm: Firm) -> None:
    row = opened(firm, window=Window(began_at=NOW))
    close = lambda: close_incident(row.pk, by=STAFF, at=LATER, reason="done")  # noqa: E731
    assert code(close) == "not_decided"
    assert code(lambda: decide_incident(row.pk, by=STAFF, at=LATER, decision=" ")) == "no_decision"
    decide_incident(row.pk, by=STAFF, at=LATER, decision="All losses are credited.")
    assert code(close) == "goes_on"
    change_incident(row.pk, wanted(), Found([]), by=STAFF, at=LATER, reason="it ended")
    close()
    row.refresh_from_db()
    assert (row.state, row.decision) == ("closed", "All losses are credited.")
    assert code(close) == "closed"
    assert code(lambda: count_accounts(row.pk, Found([]), by=STAFF, at=LATER)) == "closed"
    assert code(lambda: decide_incident(uuid7(NOW), by=STAFF, at=NOW, decision="x")) == (
        "no_incident"
    )


def test_a_report_is_published_and_withdrawn_by_who_rules(firm: Firm) -> None:
    row = opened(firm)
    risk = Actor(uuid7(NOW), "risk", "192.0.2.9")
    assert code(lambda: publish_report(row.pk, "x", by=risk, at=LATER)) == "not_permitted"
    assert code(lambda: publish_report(row.pk, " ", by=STAFF, at=LATER)) == "no_text"
    assert code(lambda: withdraw_report(row.pk, by=STAFF, at=LATER, reason="x")) == "not_public"
    publish_report(row.pk, "A feed was wrong.", by=STAFF, at=LATER)
    publish_report(row.pk, "A feed was wrong, twice.", by=STAFF, at=LATER + timedelta(days=1))
    row.refresh_from_db()
    assert (row.report, row.report_at) == ("A feed was wrong, twice.", LATER)
    withdraw_report(row.pk, by=STAFF, at=LATER, reason="names a vendor")
    row.refresh_from_db()
    assert (row.report_at, row.report) == (None, "A feed was wrong, twice.")
