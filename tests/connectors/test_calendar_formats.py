"""Every format of calendar: read by content, on the right clock, or refused with file and row."""

import csv
import gzip
import io
import json
import tarfile
import zipfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propdesk.connectors.calendars import sources as calendar_sources
from propdesk.connectors.calendars.calendar import read_calendar
from propdesk.connectors.calendars.recognition import all_formats, recognised
from propdesk.connectors.calendars.sources import CalendarSource
from propdesk.connectors.calendars.template import Document
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.instants import DAY, datetime_of, format_instant
from tests.connectors.made_calendars import (
    HEADER,
    at,
    bytes_of,
    feed,
    read,
    release,
    releases,
    text,
)

PAYROLLS = [("Payrolls", "2026-08-07T12:30:00Z")]
MONTHLY = "date,time,currency,impact,event,actual,forecast,previous\n"
PAIRED = (
    "id,date,time,currency,impact,event,event_uid,time_zone,time_utc,last_updated\n"
    "1,{},{},USD,high,Payrolls,u1,IST,{},2026-08-01 18:20:51+00:00\n"
)
DAILY: dict[str, Any] = {
    "timestamp": "2026-08-05T00:08:30+00:00",
    "events": [
        {"event_id": "7", "currency": "USD", "impact": "High Impact Expected", "event": "Payrolls",
         "actual": "", "forecast": "", "previous": "", "event_dt": "2026-08-07T12:30:00+00:00"}
    ],
}  # fmt: skip


def ics(*lines: str, zone: str = "", head: str = "") -> str:
    every = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//made//EN", head, zone,
             "BEGIN:VEVENT", "UID:u-1", "DTSTAMP:20261101T000000Z", *lines, "END:VEVENT",
             "END:VCALENDAR"]  # fmt: skip
    return "\r\n".join(line for line in every if line) + "\r\n"


OWN_ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Desk\r\nBEGIN:STANDARD\r\nDTSTART:20200101T000000\r\n"
    "TZOFFSETFROM:+0700\r\nTZOFFSETTO:+0700\r\nEND:STANDARD\r\nEND:VTIMEZONE"
)
OTHER_ZONE = OWN_ZONE.replace("+0700", "+0900")
EVENT_LINE = (
    '{"type":"news","at":"2026-08-01T00:00:00Z","id":"N1","release_at":"2026-08-07T12:30:00Z",'
    '"title":"Payrolls","currencies":["USD"]}'
)

# What a file is called, its text, and the clock a person named.
SAME_INSTANT = {
    "feed with an offset": ("week.json", json.dumps(
        [release("Payrolls", "2026-08-07T08:30:00-04:00")]), None),
    "feed as a table": ("w.csv",
        f"{HEADER}\nPayrolls,USD,2026-08-07T08:30:00-04:00,High,,\n", None),
    "feed as a table, day and time apart": ("w.csv", ("Title,Country,Date,Time,Impact,Forecast,"
        "Previous,URL\nPayrolls,USD,08-07-2026,12:30pm,High,,,\n"), "UTC"),
    "table in UTC": ("t.csv", "datetime,currency,event\n2026-08-07T12:30:00Z,USD,Payrolls\n", None),
    "table on the server's clock": ("t.csv", ("date;time;currency;event\n"
        "2026.08.07;15:30;USD;Payrolls\n"), "server"),
    "table with a zone in each row": ("t.csv", ("date,time,timezone,country,title\n"
        "2026-08-07,14:30,Europe/Berlin,United States,Payrolls\n"), None),
    "table with times of two parts": ("t.csv", ("time,date,ccy,name\n"
        "8:30 AM,2026/08/07,USD,Payrolls\n"), "America/New_York"),
    "monthly table in UTC+7": ("x_2026_08.csv", MONTHLY
        + "Aug 7,7:30pm,USD,red,Payrolls,N/A,N/A,N/A\n", None),
    "monthly table on another clock": ("x_2026_08.csv", MONTHLY
        + "Aug 7,12:30pm,USD,red,Payrolls,N/A,N/A,N/A\n", "UTC"),
    "export with two times": ("e.csv", PAIRED.format("2026-08-07", "6:00pm", "12:30"), None),
    "daily list": ("d.json", json.dumps(DAILY), None),
    "event file": ("n.jsonl", EVENT_LINE + "\n", None),
    "iCalendar in UTC": ("c.ics", ics("SUMMARY:Payrolls", "DTSTART:20260807T123000Z"), None),
    "iCalendar in a zone": ("c.ics", ics("SUMMARY:Payrolls",
        "DTSTART;TZID=Europe/Berlin:20260807T143000"), None),
    "iCalendar in a zone of Windows": ("c.ics", ics("SUMMARY:Payrolls",
        "DTSTART;TZID=Eastern Standard Time:20260807T083000"), None),
    "iCalendar in its own zone": ("c.ics", ics("SUMMARY:Payrolls",
        "DTSTART;TZID=Desk:20260807T193000", zone=OWN_ZONE), None),
    "iCalendar in its own zone, another of the same name": ("c.ics", ics("SUMMARY:Payrolls",
        "DTSTART;TZID=Desk:20260807T213000", zone=OTHER_ZONE), None),
    "iCalendar without a zone, of a calendar with one": ("c.ics", ics("SUMMARY:Payrolls",
        "DTSTART:20260807T193000", head="X-WR-TIMEZONE:Asia/Bangkok"), None),
    "iCalendar without a zone": ("c.ics", ics("SUMMARY:Pay", " rolls",
        "DTSTART:20260807T083000"), "America/New_York"),
}  # fmt: skip


@pytest.mark.parametrize("form", SAME_INSTANT)
def test_the_same_release_is_the_same_instant_in_every_form(form):
    name, content, zone = SAME_INSTANT[form]
    calendar = read(text(name, content), zone=zone)
    assert releases(calendar) == PAYROLLS
    (event,) = calendar.events
    assert event.impact == "high"
    assert "USD" in event.currencies


def test_every_format_is_among_them_and_none_takes_anothers_file():
    known = {recognised(Document(name=name, text=content)).name
             for name, content, _ in SAME_INSTANT.values()}  # fmt: skip
    assert known == {each.name for each in all_formats()}


def test_the_feed_and_its_table_are_versions_of_one_calendar():
    table = f"{HEADER}\nConfidence,USD,2026-08-04T10:00:00-04:00,High,,\n"
    calendar = read(feed("2026-08-03 00:00:00", release("Payrolls", "2026-08-07T08:30:00-04:00")),
                    text("20260804T000000Z.csv", table))  # fmt: skip
    assert [(each.title, each.withdrawn) for each in calendar.events] == [
        ("Payrolls", False), ("Confidence", False), ("Payrolls", True)]  # fmt: skip


# -- an export's local day with a UTC time of day
@pytest.mark.parametrize(
    ("day", "local", "utc", "instant"),
    [
        ("2026-08-07", "5:20am", "23:50", "2026-08-06T23:50:00Z"),
        ("2026-08-07", "12:00am", "18:30", "2026-08-06T18:30:00Z"),
        ("2026-08-07", "5:30am", "00:00", "2026-08-07T00:00:00Z"),
        ("2026-08-07", "9:00pm", "1:00", "2026-08-08T01:00:00Z"),  # four hours behind
        ("2026-08-07", "12:00pm", "00:00", "2026-08-07T00:00:00Z"),  # twelve hours ahead
        ("2026-08-07", "12:59am", "11:59", "2026-08-07T11:59:00Z"),  # eleven hours behind
    ],
)
def test_the_difference_of_two_clocks_says_the_day(day, local, utc, instant):
    calendar = read(text("e.csv", PAIRED.format(day, local, utc)))
    assert releases(calendar) == [("Payrolls", instant)]


# -- what has no time
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("e.csv", PAIRED.format("2026-08-07", "Tentative", "Tentative"), "2026-08-07 Tentative"),
        ("e.csv", PAIRED.format("", "6:00pm", "12:30"), "6:00pm"),
        ("x_2026_08.csv", MONTHLY + "Aug 7,All Day,USD,red,Payrolls,,,\n", "2026-08-07 All Day"),
        ("t.csv", "date,time,currency,event\n,,USD,Payrolls\n", "no date"),
        ("t.csv", "date,currency,event\n2026-08-07,USD,Payrolls\n", "2026-08-07"),
        ("t.csv", "date,time,currency,event\n08-07-2026,tentative,USD,Payrolls\n",
         "2026-08-07 tentative"),
        ("w.json", json.dumps([release("Payrolls", "")]), "no date"),
        ("w.json", json.dumps([release("Payrolls", "2026-08-07")]), "2026-08-07"),
        ("c.ics", ics("SUMMARY:Payrolls", "DTSTART;VALUE=DATE:20260807"), "2026-08-07 All Day"),
    ],
)  # fmt: skip
def test_a_release_without_a_time_is_kept_and_told_and_no_time_is_made_up(name, content, said):
    calendar = read(text(name, content))
    assert calendar.events == ()
    (untimed,) = calendar.untimed
    assert (untimed.title, untimed.said) == ("Payrolls", said)
    assert any("1 entries name no time and restrict nothing" in note for note in calendar.notes)


def test_a_release_that_loses_its_time_binds_nobody_from_then_on():
    tentative = {**release("Payrolls", ""), "date": "Tentative"}
    other = release("Confidence", "2026-08-04T10:00:00-04:00")
    calendar = read(feed("2026-08-03 00:00:00", other, release("Payrolls", "2026-08-07T08:30:00Z")),
                    feed("2026-08-04 00:00:00", other, tentative))  # fmt: skip
    assert [(each.title, each.withdrawn) for each in calendar.events[2:]] == [("Payrolls", True)]


# -- whom it concerns, how much
@pytest.mark.parametrize(
    ("lines", "currencies", "impact"),
    [
        (("SUMMARY:USD: Payrolls", "CATEGORIES:High"), ("USD",), "high"),
        (("SUMMARY:Payrolls", "CATEGORIES:USD,Medium Impact"), ("USD",), "medium"),
        (("SUMMARY:Payrolls", "LOCATION:United States", "PRIORITY:9"), ("USD",), "low"),
        (("SUMMARY:Rate EUR", "DESCRIPTION:Forecast: 2\\nImpact: Low"), ("EUR",), "low"),
    ],
)
def test_an_icalendar_event_says_whom_it_concerns(lines, currencies, impact):
    (event,) = read(text("c.ics", ics(*lines, "DTSTART:20260807T123000Z"))).events
    assert (event.currencies, event.impact) == (currencies, impact)


def test_an_event_that_does_not_say_concerns_everybody_and_counts_as_high():
    calendar = read(text("c.ics", ics("SUMMARY:Payrolls", "DTSTART:20260807T123000Z")))
    (event,) = calendar.events
    assert {"USD", "JPY", "SEK"} < set(event.currencies)
    assert event.impact == "high"
    assert "c.ics: 1 events name no currency; they concern every currency." in calendar.notes
    assert "c.ics: 1 events say no impact; they count as high." in calendar.notes


def test_a_table_without_impacts_counts_as_high_and_says_so():
    calendar = read(text("t.csv", "datetime,currency,event\n2026-08-07T12:30Z,USD,Payrolls\n"))
    assert calendar.events[0].impact == "high"
    assert "t.csv: 1 releases say no impact; they count as high." in calendar.notes


def test_all_means_every_currency_and_symbols_are_kept():
    content = "datetime,currency,event,symbols,impact\n2026-08-07T12:30Z,All,OPEC,USOIL UKOIL,red\n"
    (event,) = read(text("t.csv", content)).events
    assert {"USD", "NZD"} < set(event.currencies)
    assert event.symbols == ("USOIL", "UKOIL")


# -- when it was received
def test_the_name_says_when_a_version_was_received_and_else_the_person():
    content = json.dumps([release("Payrolls", "2026-08-07T08:30:00-04:00")])
    for name, said, expected in (
        ("20260803T045733Z_4cbe01c.json", None, "2026-08-03T04:57:33Z"),
        ("week-2026-08-03T04-57-33Z.json", at("2026-08-01 00:00"), "2026-08-03T04:57:33Z"),
        ("week.json", at("2026-08-01 00:00"), "2026-08-01T00:00:00Z"),
        ("20260803T045733Zulu.json", None, "2026-07-31T12:30:00Z"),
        ("week_20260803.json", None, "2026-07-31T12:30:00Z"),  # a day alone is no moment
    ):
        calendar = read(text(name, content, said))
        assert format_instant(calendar.events[0].at) == expected
        assert calendar.versions[0].assumed == expected.startswith("2026-07-31")


def test_a_version_that_does_not_say_is_known_a_week_ahead_and_a_person_is_told():
    calendar = read(text("w.json", json.dumps([release("Payrolls", "2026-08-07T08:30:00-04:00")])))
    (event,) = calendar.events
    assert event.release_at - event.at == 7 * DAY
    assert any("w.json does not say when it was received" in note for note in calendar.notes)


def test_a_daily_list_and_an_export_say_it_themselves():
    listed = read(text("d.json", json.dumps(DAILY)))
    assert listed.events[0].at == at("2026-08-05 00:08:30")
    exported = read(text("e.csv", PAIRED.format("2026-08-07", "6:00pm", "12:30")))
    assert exported.events[0].at == at("2026-08-01 18:20:51")


def test_an_icalendar_version_was_not_known_before_its_last_change():
    lines = ("SUMMARY:Payrolls", "DTSTART:20260807T123000Z", "LAST-MODIFIED:20260807T140000Z")
    (event,) = read(text("c.ics", ics(*lines))).events
    assert event.at == at("2026-08-07 14:00")
    (named,) = read(text("20260808T000000Z.ics", ics(*lines))).events
    assert named.at == at("2026-08-08 00:00")


def test_an_id_follows_a_release_and_a_cancelled_event_is_withdrawn():
    when = "SUMMARY:Payrolls", "DTSTART:20260807T123000Z"
    moved = "SUMMARY:Payrolls", "DTSTART:20260820T123000Z"
    events = read(
        text("20260801T000000Z.ics", ics(*when)),
        text("20260802T000000Z.ics", ics(*moved)),
        text("20260803T000000Z.ics", ics(*moved, "STATUS:CANCELLED")),
    ).events
    assert len({each.id for each in events}) == 1
    assert [each.withdrawn for each in events] == [False, False, True]


def test_what_an_icalendar_feed_drops_is_withdrawn_only_if_it_was_to_come():
    two = ics("SUMMARY:Payrolls", "DTSTART:20260807T123000Z", "END:VEVENT", "BEGIN:VEVENT",
              "UID:u-2", "SUMMARY:Speech", "DTSTART:20260808T123000Z")  # fmt: skip
    one = ics("SUMMARY:Later", "DTSTART:20260809T123000Z").replace("u-1", "u-3")
    events = read(text("20260801T000000Z.ics", two), text("20260807T123100Z.ics", one)).events
    assert [(each.title, each.withdrawn) for each in events] == [
        ("Payrolls", False), ("Speech", False), ("Later", False), ("Speech", True)]  # fmt: skip


def test_an_event_file_keeps_its_ids_and_its_withdrawals():
    gone = EVENT_LINE.replace("2026-08-01T", "2026-08-02T")[:-1] + ',"withdrawn":true}'
    events = read(text("n.jsonl", f"{EVENT_LINE}\n{gone}\n")).events
    assert [(each.id, each.withdrawn) for each in events] == [("N1", False), ("N1", True)]


def test_a_table_that_begins_later_withdraws_nothing_that_was_before():
    head = "datetime,currency,event\n"
    rows = [f"2026-08-{day:02}T12:30Z,USD,Day {day}\n" for day in (4, 5, 6, 7)]
    events = read(text("20260801T000000Z.csv", head + "".join(rows)),
                  text("20260805T123100Z.csv", head + rows[2].replace("6T12", "6T10") + rows[3]),
                  text("20260805T123200Z.csv", head + rows[1] + rows[3])).events  # fmt: skip
    assert [(each.title, each.withdrawn) for each in events[4:]] == [
        ("Day 6", False), ("Day 6", True)]  # fmt: skip


def test_a_table_withdraws_to_the_end_of_its_last_day():
    head = "datetime,currency,event\n"
    rows = [f"2026-08-{when}Z,USD,{when}\n" for when in ("07T10:00", "07T12:30", "08T10:00")]
    events = read(text("20260801T000000Z.csv", head + "".join(rows)),
                  text("20260802T000000Z.csv", head + rows[0])).events  # fmt: skip
    assert [each.title for each in events if each.withdrawn] == ["07T12:30"]


def test_a_daily_list_withdraws_what_its_day_no_longer_has_and_its_name_wins():
    other = {**DAILY["events"][0], "event_id": "8", "event": "Speech"}
    both = json.dumps({**DAILY, "events": [*DAILY["events"], other]})
    events = read(text("20260804T000000Z.json", both), text("d.json", json.dumps(DAILY))).events
    assert [(each.title, each.at, each.withdrawn) for each in events] == [
        ("Payrolls", at("2026-08-04 00:00"), False), ("Speech", at("2026-08-04 00:00"), False),
        ("Speech", at("2026-08-05 00:08:30"), True)]  # fmt: skip


def test_what_was_cancelled_before_it_was_ever_said_is_no_event():
    lines = ("SUMMARY:Payrolls", "DTSTART:20260807T123000Z", "STATUS:CANCELLED")
    assert read(text("c.ics", ics(*lines))).events == ()


def test_a_person_is_told_what_came_or_moved_after_its_time():
    early, late = (release("Payrolls", f"2026-08-07T0{hour}:30:00-04:00") for hour in "89")
    first, then = "2026-08-07 12:29:59", "2026-08-07 12:30:01"
    speech = release("Speech", "2026-08-07T06:00:00-04:00")
    notes = " ".join(read(feed(first, early), feed(then, late, speech)).notes)
    assert "1 releases were first received after their time" in notes
    assert "1 times a release was moved (1 after its time)" in notes
    notes = " ".join(read(feed("2026-08-07 09:00:00", early, speech), feed(first, late)).notes)
    assert "received after their time" not in notes
    assert "1 times a release was moved (0 after its time) and 1 times withdrawn" in notes


# -- where the files are
def test_folders_and_archives_are_read_like_their_files(tmp_path):
    sources = [
        feed("2026-08-03 00:00:00", release("Payrolls", "2026-08-07T08:30:00-04:00")),
        feed("2026-08-04 00:00:00", release("Payrolls", "2026-08-07T09:30:00-04:00")),
    ]
    folder = tmp_path / "versions"
    folder.mkdir()
    packed, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive, tarfile.open(fileobj=tarred, mode="w:gz") as tar:
        for source in sources:
            (folder / source.name).write_bytes(bytes_of(source))
            archive.writestr(f"inner/{source.name}", bytes_of(source))
            member = tarfile.TarInfo(f"inner/{source.name}")
            member.size = len(bytes_of(source))
            tar.addfile(member, io.BytesIO(bytes_of(source)))
    (folder / "README.md").write_text("not a calendar")
    expected = read(*sources).events
    assert len(expected) == 2
    assert read_calendar([folder]).events == expected
    assert read_calendar(sorted(folder.glob("*.json"))).events == expected
    for data in (packed.getvalue(), tarred.getvalue(), gzip.decompress(tarred.getvalue())):
        assert read(CalendarSource(data, "named anyhow")).events == expected
    alone = [CalendarSource(gzip.compress(bytes_of(each)), f"{each.name}.gz") for each in sources]
    assert read(*alone).events == expected


# -- refusals
def many(count: int) -> str:
    return json.dumps([release("Payrolls", "2026-08-07T08:30:00-04:00")] * count)


@pytest.mark.parametrize(
    ("name", "content", "zone", "sentence"),
    [
        ("x.txt", "hello", None, "x.txt: this is no economic calendar that is read"),
        ("x.txt", " \n", None, "x.txt: the file is empty"),
        ("x.bin", "\x01\x02", None, "x.bin: this is no text"),
        ("w.json", many(2)[:-9], None, "w.json:1: not JSON"),
        ("w.json", many(1).replace("High", "Huge"), None, "w.json:1: 'Huge' is no impact"),
        ("w.json", many(1).replace("USD", "Moon Base"), None,
         "w.json:1: 'Moon Base' is neither a currency"),
        ("w.json", many(1).replace("-04:00", ""), None, "w.json:1: the time names no zone"),
        ("w.json", many(1).replace("2026", "0001"), None, "w.json:1: .*between 1990 and 2100"),
        ("w.json", many(1).replace('"Payrolls"', "7"), None, "w.json:1: the release says no 'ti"),
        ("w.json", many(1), "Nowhere/Land", "w.json: 'Nowhere/Land' is neither 'server' nor"),
        ("99991399T999999Z.json", many(1), None, "99991399T999999Z.json: .* is not an ISO 8601"),
        ("t.csv", "date,time,currency,event\n2026-08-07,12:30,USD,Payrolls\n", None,
         "t.csv:2: the time names no zone; name the clock of the calendar"),
        ("t.csv", "date,time,currency,event\n07/08/2026,12:30,USD,Payrolls\n", "UTC",
         "t.csv:2: '07/08/2026' is not a day"),
        ("t.csv", "date,time,currency,event\n2026-08-07,25:30,USD,Payrolls\n", "UTC",
         "t.csv:2: '25:30' is not a time of day"),
        ("t.csv", "date,time,currency,event\n2026-08-07,13:30pm,USD,Payrolls\n", "UTC",
         "t.csv:2: '13:30pm' is not a time of day"),
        ("t.csv", "date,time,currency,event\n2026-02-30,12:30,USD,Payrolls\n", "UTC",
         "t.csv:2: '2026-02-30' is not a day of the calendar"),
        ("t.csv", "date,time,currency,event\n2026-08-07,12:30,USD\n", "UTC",
         "t.csv:2: the row has 3 cells, the header 4"),
        ("t.csv", "date,time,currency,event,event\n", "UTC", "t.csv:1: two columns are called"),
        ("t.csv", "date,time,currency,event\n2026-08-07,12:30,USD,\n", "UTC",
         "t.csv:2: the row says no title"),
        ("t.csv", "id,datetime,ccy,event\n" + "7,2026-08-07T12:30Z,USD,A\n" * 2, None,
         "t.csv:3: the id '7' is there twice"),
        ("march.csv", MONTHLY + "Mar 1,2:30am,USD,red,Payrolls,,,\n", None,
         "march.csv: its days name no year; put year and month in the file's name"),
        ("x_2026_08.csv", MONTHLY + "Sep 1,2:30am,USD,red,Payrolls,,,\n", None,
         "x_2026_08.csv:2: 'Sep 1' is not in the month"),
        ("d.json", json.dumps({**DAILY, "events": 7}), None, "d.json: the day has no list of ev"),
        ("d.json", json.dumps({**DAILY, "timestamp": "soon"}), None, "d.json: 'soon' is not a ti"),
        ("n.jsonl", '{"type":"time","at":"2026-08-01T00:00:00Z"}\n', None,
         "n.jsonl: the event file holds no news, only time"),
        ("c.ics", ics("SUMMARY:A", "DTSTART:20260807T083000"), None, "c.ics:4: the time names no"),
        ("c.ics", ics("SUMMARY:A", head="X-WR-TIMEZONE:Moon"), None, "c.ics: the time zone 'Moon'"),
        ("c.ics", ics("DTSTART:20260807T083000Z"), None, "c.ics:4: the event has no SUMMARY"),
        ("c.ics", ics("SUMMARY:A"), None, "c.ics:4: the event has no DTSTART"),
        ("c.ics", ics("SUMMARY:A", "DTSTART;TZID=Moon:20260807T083000"), None,
         "c.ics:4: the time zone 'Moon' is not known"),
        ("c.ics", ics("SUMMARY:A", "DTSTART:20260807T083000Z", "RRULE:FREQ=MONTHLY"), None,
         "c.ics:4: the event repeats"),
        ("c.ics", ics("SUMMARY:A", "DTSTART:20260807T083000Z", "RRULE:FREQ=SECO\r\n NDLY"), None,
         "c.ics:9: an event or a zone repeats daily or more often"),
        ("c.ics", ics("SUMMARY:A", "BEGIN:VEVENT"), None, "c.ics:8: an event begins inside anot"),
        ("c.ics", ics("SUMMARY:A")[:-30], None, "c.ics:4: the file breaks off in the middle of"),
        ("c.ics", ics("SUMMARY:A", "BEGIN:VALARM"), None, "c.ics:4: not "),
        ("c.ics", ics("SUMMARY:A", "DTSTART:20260807T083000Z", head="END:VCALENDAR"), None,
         "c.ics: "),
        ("c.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", None, "c.ics: the calendar holds no ev"),
        ("c.ics", "BEGIN:VCALENDAR", None, "c.ics: "),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_row(name, content, zone, sentence):
    with pytest.raises(Unreadable, match=f"^{sentence}"):
        read(text(name, content), zone=zone)


def test_a_folder_without_calendars_and_a_broken_archive_are_refused(tmp_path):
    with pytest.raises(Unreadable, match="the folder holds no calendar file"):
        read_calendar([tmp_path])
    with pytest.raises(Unreadable, match=r"gone\.json: cannot be opened"):
        read_calendar([tmp_path / "gone.json"])
    for data in (b"PK\x03\x04 broken", b"\x1f\x8b broken"):
        with pytest.raises(Unreadable, match="the archive cannot be unpacked"):
            read(CalendarSource(data, "broken"))


@pytest.mark.parametrize(("limit", "most"), [("BYTES_MAX", 100), ("FILES_MAX", 1)])
def test_more_than_a_calendar_can_be_is_not_read(limit, most, monkeypatch):
    content = many(1)
    monkeypatch.setattr(calendar_sources, limit, most)
    with pytest.raises(Unreadable, match=r"more than .* are not read"):
        read(text("a.json", content), text("b.json", content))
    with pytest.raises(Unreadable, match=r"more than .* are not read"):
        read(CalendarSource(zipped({"a.json": content, "b.json": content}), "a.zip"))
    if limit == "BYTES_MAX":
        with pytest.raises(Unreadable, match=r"more than .* are not read"):
            read(CalendarSource(gzip.compress(content.encode()), "a.json.gz"))


@given(st.randoms(use_true_random=False), st.sampled_from([*SAME_INSTANT, "a zip"]))
@settings(max_examples=150, deadline=None)
def test_a_damaged_calendar_is_read_or_refused_and_nothing_else(random, form):
    if form == "a zip":
        name, data, zone = "a.zip", bytearray(zipped({"a.json": many(1)})), None
    else:
        name, content, zone = SAME_INSTANT[form]
        data = bytearray(content.encode())
    for _ in range(random.randint(1, 5)):
        place = random.randrange(2, len(data))
        if random.random() < 0.6:
            data[place] = random.randrange(256)
        elif random.random() < 0.7:
            del data[place : place + random.randint(1, 30)]
            data += b"\n\n\n"
        else:
            data[place:place] = random.choice([b'"', b",", b"\n", b"0001-01-01", b"{", b"TZID="])
    with suppress(Unreadable):  # any other error fails the test
        read(CalendarSource(bytes(data), name), zone=zone)


def zipped(members: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


# -- the real files
@pytest.fixture(scope="module")
def real(shared: Path) -> Path:
    return shared / "calendar"


@pytest.mark.parametrize(
    ("name", "title", "instant"),
    [
        # Payrolls and CPI come at 8:30 in New York, before and after its clocks change.
        ("datpro_2023_03_ff_data.csv", "Non-Farm Employment Change", "2023-03-10T13:30:00Z"),
        ("datpro_2023_03_ff_data.csv", "Core CPI m/m", "2023-03-14T12:30:00Z"),
        ("datpro_2024_01_ff_data.csv", "Non-Farm Employment Change", "2024-01-05T13:30:00Z"),
        ("cryptoprism_FF_export_20251109.csv", "RBA Rate Statement", "2025-11-04T03:30:00Z"),
        ("cryptoprism_FF_export_20251109.csv", "Capital Spending q/y", "2025-11-30T23:50:00Z"),
        ("pakonda_FxCalendar_2019-11_2020-10.tar.gz", "Unemployment Claims",
         "2019-11-21T13:30:00Z"),
    ],
)  # fmt: skip
def test_a_known_release_of_a_real_file_has_its_instant(real, name, title, instant):
    assert (title, instant) in releases(read_calendar([real / name]))


@pytest.mark.parametrize(
    "name",
    ["datpro_2023_03_ff_data.csv", "datpro_2024_01_ff_data.csv",
     "cryptoprism_FF_export_20251109.csv"],
)  # fmt: skip
def test_no_row_of_a_real_table_is_lost(real, name):
    with (real / name).open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    calendar = read_calendar([real / name])
    timed = [row for row in rows if row["time"][:1].isdigit()]
    assert (len(calendar.events), len(calendar.untimed)) == (len(timed), len(rows) - len(timed))


def test_the_real_export_agrees_with_its_own_utc_times(real):
    path = real / "cryptoprism_FF_export_20251109.csv"
    rows = {row["event_uid"]: row for row in csv.DictReader(path.read_text().splitlines())}
    for event in read_calendar([path]).events:
        row = rows[event.id.rsplit("/", 1)[1]]
        moment = datetime_of(event.release_at)
        assert f"{moment:%H:%M}" == row["time_utc"]
        assert f"{moment + timedelta(hours=5, minutes=30):%Y-%m-%d}" == row["date"]


def test_a_real_id_that_moved_to_another_day_is_one_release(real):
    path = real / "pakonda_FxCalendar_2019-11_2020-10.tar.gz"
    found = [each for each in read_calendar([path]).events if each.title == "Leading Indicators"]
    moved = [each for each in found if sum(e.id == each.id for e in found) == 2]
    assert [format_instant(each.release_at) for each in moved] == [
        "2020-07-05T05:00:00Z", "2020-07-07T05:00:00Z"]  # fmt: skip
