"""Releases: written by hand or from a file, every version kept, each sent to the engine once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from propdesk.crm.audit.models import AuditRow
from propdesk.crm.calendar.actions.add_release import add_release
from propdesk.crm.calendar.actions.change_release import change_release
from propdesk.crm.calendar.actions.import_releases import Change, import_releases
from propdesk.crm.calendar.actions.set_map import add_map_entry, end_map_entry
from propdesk.crm.calendar.actions.set_terms import set_terms
from propdesk.crm.calendar.actions.withdraw_release import withdraw_release
from propdesk.crm.calendar.known import reach, releases, terms
from propdesk.crm.calendar.models import Release, ReleaseVersion
from propdesk.crm.calendar.writing import Said, said_of
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.people.permissions import NotPermitted
from propdesk.crm.refusal import ActionRefused
from propdesk.domain.instants import micros_of
from tests.crm.calendar.releases import HOUR, MINUTE, NOW, RISK, SUPPORT, added, said, sent

pytestmark = pytest.mark.django_db
LATER = NOW + HOUR


def test_a_release_is_kept_audited_and_sent_under_its_own_key() -> None:
    made = added(said(symbols=("XAUUSD",)))
    (event,) = sent()
    assert (event.id, event.at) == (f"desk/{made.release_id}", micros_of(NOW))
    assert (event.release_at, event.title) == (micros_of(NOW + 5 * HOUR), "Payrolls")
    assert (event.currencies, event.symbols, event.impact) == (("USD",), ("XAUUSD",), "high")
    row = OutboxRow.objects.get(command="NewsScheduled")
    assert (row.key, row.account) == (made.pk, "calendar/news")
    audit = AuditRow.objects.get(action="calendar.add_release")
    assert audit.after is not None
    assert audit.after["title"] == "Payrolls"


def test_versions_follow_one_another_and_none_is_rewritten() -> None:
    first = added()
    moved = change_release(
        first.release_id, said(NOW + 6 * HOUR), after=1, by=RISK, at=LATER, reason="postponed"
    )
    gone = withdraw_release(first.release_id, by=RISK, at=LATER + MINUTE, reason="called off")
    back = change_release(
        first.release_id, said(NOW + 7 * HOUR), after=3, by=RISK, at=LATER + HOUR, reason="again"
    )
    assert [each.number for each in (first, moved, gone, back)] == [1, 2, 3, 4]
    assert [(each.release_at, each.withdrawn) for each in sent()] == [
        (micros_of(NOW + 5 * HOUR), False),
        (micros_of(NOW + 6 * HOUR), False),
        (micros_of(NOW + 6 * HOUR), True),
        (micros_of(NOW + 7 * HOUR), False),
    ]
    assert list(releases(NOW, NOW + timedelta(days=1))) == [back]
    with pytest.raises(DatabaseError), transaction.atomic():
        ReleaseVersion.objects.filter(pk=first.pk).update(title="Other")
    with pytest.raises(DatabaseError), transaction.atomic():
        ReleaseVersion.objects.filter(pk=first.pk).delete()


def test_a_clock_that_stands_back_makes_no_version_older_than_the_one_before() -> None:
    first = added()
    second = change_release(
        first.release_id, said(impact="low"), after=1, by=RISK, at=NOW - MINUTE, reason="skewed"
    )
    assert second.received_at == first.received_at


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (said(title=" "), "no_title"),
        (said(title="x" * 201), "no_title"),
        (said(currencies=("usd",)), "no_currency"),
        (said(currencies=()), "no_currency"),
        (said(symbols=("no symbol",)), "no_symbol"),
        (said(impact="huge"), "no_impact"),
        (said(NOW - timedelta(seconds=1)), "in_the_past"),
        (said(NOW + timedelta(days=551)), "far_ahead"),
        (said(NOW + 15 * MINUTE - timedelta(seconds=1)), "short_notice"),
        (said(NOW + 15 * MINUTE), ""),
        (said(currencies=(), symbols=("CL",)), ""),
        (said(NOW + timedelta(days=550)), ""),
    ],
)
def test_what_no_release_can_be_is_refused(what: Said, code: str) -> None:
    if not code:
        assert added(what, sudden=False).number == 1
        return
    with pytest.raises(ActionRefused) as refused:
        added(what, sudden=False)
    assert refused.value.code == code
    assert not sent()
    assert not Release.objects.exists()


def test_a_release_at_once_is_taken_from_whoever_says_he_knows() -> None:
    assert added(said(NOW + MINUTE), sudden=True).number == 1


@pytest.mark.parametrize(
    ("after", "at", "what", "code"),
    [
        (2, LATER, said(NOW + 6 * HOUR), "changed_since"),
        (1, LATER, said(), "unchanged"),
        (1, NOW + 29 * HOUR, said(impact="low"), ""),
        (1, NOW + 29 * HOUR + timedelta(seconds=1), said(impact="low"), "over"),
        (1, NOW + 6 * HOUR, said(NOW + 5 * HOUR + MINUTE), "in_the_past"),
        (1, NOW + 6 * HOUR, said(NOW + 8 * HOUR), ""),
    ],
)
def test_what_is_over_or_was_changed_is_not_changed(
    after: int, at: datetime, what: Said, code: str
) -> None:
    first = added()
    if not code:
        change_release(first.release_id, what, after=after, by=RISK, at=at, reason="r")
        return
    with pytest.raises(ActionRefused) as refused:
        change_release(first.release_id, what, after=after, by=RISK, at=at, reason="r")
    assert (refused.value.code, len(sent())) == (code, 1)


def test_what_is_withdrawn_or_over_is_not_withdrawn() -> None:
    first, second = added(), added(said(title="Rates"))
    withdraw_release(first.release_id, by=RISK, at=LATER, reason="r")
    with pytest.raises(ActionRefused) as again:
        withdraw_release(first.release_id, by=RISK, at=LATER, reason="r")
    with pytest.raises(ActionRefused) as late:
        withdraw_release(second.release_id, by=RISK, at=NOW + 30 * HOUR, reason="r")
    assert (again.value.code, late.value.code) == ("withdrawn", "over")


def test_who_may_not_changes_nothing() -> None:
    with pytest.raises(NotPermitted):
        add_release(said(), by=SUPPORT, at=NOW)
    with pytest.raises(NotPermitted):
        add_map_entry(["CL"], words="oil", by=SUPPORT, at=NOW)
    with pytest.raises(NotPermitted):
        set_terms("UTC", 60, [7], 3, by=SUPPORT, at=NOW)
    assert not Release.objects.exists()


# -- the map
def test_the_map_adds_symbols_to_what_is_ahead_and_takes_them_back() -> None:
    oil, other = added(said(title="Crude Oil Inventories")), added(said(title="Rates"))
    entry = add_map_entry(["CL", "USOIL"], words="crude OIL", by=RISK, at=LATER)
    newest = ReleaseVersion.objects.get(release=oil.release_id, is_newest=True)
    assert (newest.number, newest.mapped, newest.symbols) == (2, ["CL", "USOIL"], [])
    assert sent()[-1].symbols == ("CL", "USOIL")
    assert len(sent()) == 3  # the other release is as it was
    add_map_entry(["US30"], currency="USD", by=RISK, at=LATER)
    assert {each.symbols for each in sent()[-2:]} == {("CL", "US30", "USOIL"), ("US30",)}
    end_map_entry(entry.pk, by=RISK, at=LATER + HOUR)
    assert (sent()[-1].id, sent()[-1].symbols) == (oil.release.name, ("US30",))
    new = added(said(title="Speech", symbols=("US30", "DE40")), at=LATER + HOUR)
    assert new.mapped == ["US30"]
    assert sent()[-1].symbols == ("US30", "DE40")
    assert other.number == 1


def test_what_is_over_is_not_mapped_anew() -> None:
    added()
    add_map_entry(["US30"], currency="USD", by=RISK, at=NOW + 6 * HOUR)
    assert len(sent()) == 1


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"symbols": ["CL"]}, "one_thing"),
        ({"symbols": ["CL"], "currency": "USD", "words": "oil"}, "one_thing"),
        ({"symbols": ["CL"], "currency": "US"}, "no_currency"),
        ({"symbols": [], "words": "oil"}, "no_symbol"),
        ({"symbols": ["a b"], "words": "oil"}, "no_symbol"),
    ],
)
def test_an_entry_is_by_one_thing_and_names_symbols(entry: dict[str, object], code: str) -> None:
    with pytest.raises(ActionRefused) as refused:
        add_map_entry(**entry, by=RISK, at=NOW)  # type: ignore[arg-type]
    assert refused.value.code == code


# -- a file
def change(name: str, what: Said, after: int = 0) -> Change:
    return Change(f"weekly feed/{name}", "weekly feed", what, after)


def test_a_file_is_taken_in_whole_or_not_at_all() -> None:
    good, bad = change("a", said()), change("b", said(title=""))
    with pytest.raises(ActionRefused) as refused:
        import_releases([good, bad], source="week.json", by=RISK, at=NOW)
    assert refused.value.code == "no_title"
    assert not Release.objects.exists()
    made = import_releases(
        [good, change("b", said(title="Rates"))], source="week.json", by=RISK, at=NOW
    )
    assert [each.source for each in made] == ["week.json", "week.json"]
    moved = replace(said_of(made[0]), release_at=NOW + 8 * HOUR)
    gone = replace(said_of(made[1]), withdrawn=True)
    again = [change("a", moved, 1), change("b", gone, 1)]
    import_releases(again, source="week.json", by=RISK, at=LATER)
    assert [each.withdrawn for each in sent()] == [False, False, False, True]
    audit = AuditRow.objects.filter(action="calendar.import_releases").order_by("at").last()
    assert audit is not None
    assert audit.after is not None
    counts = {name: audit.after[name] for name in ("releases", "added", "withdrawn")}
    assert counts == {"releases": 2, "added": 0, "withdrawn": 1}


@pytest.mark.parametrize(
    ("made", "code"),
    [
        ([], "nothing"),
        ([Change("desk/1", "desk", said(), 0)], "not_its_own"),
        ([change("a", said(), 1)], "changed_since"),
        ([change("a", said())] * 5_001, "too_many"),
    ],
)
def test_a_file_that_was_not_looked_at_so_is_refused(made: list[Change], code: str) -> None:
    with pytest.raises(ActionRefused) as refused:
        import_releases(made, source="f", by=RISK, at=NOW)
    assert refused.value.code == code


# -- how far it reaches
def test_the_calendar_says_when_it_runs_dry() -> None:
    assert reach(NOW).is_dry
    last = added(said(NOW + timedelta(days=3)))
    assert not reach(NOW).is_dry
    assert reach(NOW + timedelta(seconds=1)).is_dry
    assert reach(NOW).days_left == 3
    withdraw_release(last.release_id, by=RISK, at=NOW, reason="r")
    assert reach(NOW).is_dry


def test_terms_are_set_within_their_bounds() -> None:
    assert [each.days for each in terms().ending] == [7, 3, 1]
    assert (terms().closing, terms().dry.days) == (HOUR, 3)
    set_terms("Europe/Prague", 90, [2, 10, 2], 5, by=RISK, at=NOW)
    assert (terms().closing, [each.days for each in terms().ending]) == (1.5 * HOUR, [10, 2])
    assert terms().zone == "Europe/Prague"
    with pytest.raises(ActionRefused):
        set_terms("Europe/Nowhere", 60, [1], 3, by=RISK, at=NOW)
    for minutes, days, dry in ((4, [1], 3), (1441, [1], 3), (60, [0], 3), (60, [1], 31)):
        with pytest.raises(ActionRefused):
            set_terms("UTC", minutes, days, dry, by=RISK, at=NOW)
