"""Programs write the calendar by the same actions as the desk, and a file as it was looked at."""

import json
from datetime import timedelta

import pytest

from propdesk.web.received import received_at
from tests.crm.calendar.releases import sent
from tests.crm.people.cast import staff
from tests.web.api.calling import Program, program_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def by(role: str) -> Program:
    return program_of(staff(role), as_staff=True)


def release(days: int = 2, **more: object) -> dict[str, object]:
    moment = (received_at() + days * DAY).replace(microsecond=0)
    return {
        "release_at": moment.isoformat(), "title": "Payrolls", "currencies": ["USD"],
        "impact": "high", **more,
    }  # fmt: skip


def test_a_release_is_added_changed_and_withdrawn() -> None:
    risk = by("risk")
    made = risk.post("/calendar/releases", release(symbols=["US30"])).json()
    path = f"/calendar/releases/{made['id']}"
    moved = risk.post(f"{path}/change", release(3, after=1, reason="postponed"))
    assert moved.json()["version"] == 2
    again = risk.post(f"{path}/change", release(4, after=1, reason="postponed"))
    assert (again.status_code, again.json()["code"]) == (422, "changed_since")
    assert risk.post(f"{path}/withdraw", {"reason": "called off"}).json()["withdrawn"]
    assert [each.withdrawn for each in sent()] == [False, False, True]
    (listed,) = by("auditor").get("/calendar/releases").json()["items"]
    assert (listed["version"], listed["withdrawn"]) == (3, True)
    early = risk.post("/calendar/releases", release(0))
    assert early.json()["code"] in {"short_notice", "in_the_past"}
    assert risk.post("/calendar/releases", release(impact="huge")).status_code == 400


def test_a_file_is_taken_in_as_the_preview_said() -> None:
    risk, moment = by("risk"), received_at() + DAY
    listed = [{
        "title": "Rates", "country": "USD", "date": moment.isoformat(timespec="seconds"),
        "impact": "High", "forecast": "", "previous": "",
    }]  # fmt: skip
    file = {"name": "week.json", "text": json.dumps(listed)}
    seen = risk.post("/calendar/preview", file).json()
    assert (seen["added"], seen["changes"], len(sent())) == (1, 1, 0)
    wrong = risk.post("/calendar/import", {**file, "seen": "0" * 64})
    assert wrong.json()["code"] == "changed_since"
    assert risk.post("/calendar/import", {**file, "seen": seen["seen"]}).json()["releases"] == 1
    assert [each.title for each in sent()] == ["Rates"]
    broken = risk.post("/calendar/preview", {**file, "text": "neither, nor"})
    assert (broken.status_code, broken.json()["code"]) == (422, "unreadable")


def test_the_map_and_the_terms_are_set() -> None:
    risk = by("risk")
    entry = risk.post("/calendar/map", {"words": "Crude", "symbols": ["CL"]}).json()
    assert [each["id"] for each in risk.get("/calendar/map").json()] == [entry["id"]]
    assert risk.post(f"/calendar/map/{entry['id']}/end").status_code == 200
    assert risk.get("/calendar/map").json() == []
    said = {
        "zone": "Europe/London", "closing_minutes": 30, "ending_days": [5, 1], "dry_days": 4,
    }  # fmt: skip
    assert risk.send("PUT", "/calendar/terms", said).json()["ending_days"] == [5, 1]
    told = risk.get("/calendar").json()
    assert (told["zone"], told["is_dry"], told["last"]) == ("Europe/London", True, None)
