"""A firm of simulated traders from one seed: it adds up at every step, its verdicts are the
reference evaluator's, and two runs of it are the same business.

Small here. The drill is a thousand traders and thirty days of twenty thousand ticks, twice, each in
a process of its own.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.crm.purchases.models import Order
from propdesk.domain.instants import HOUR
from propdesk.engine.builds import Build, build_kernel
from tests.boot.adding_up import DoesNotAddUp, add_up
from tests.boot.business_content import Content, business_content
from tests.boot.judged_from_the_log import differences
from tests.boot.lived_firm import Life, Lives, live

SMALL = Life("small", traders=10, days=2, ticks_of_a_day=900, step=2 * HOUR)
HOURS_MAX = 3
SEED = "drill"


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.__dict__, "SECRET_KEY", "for tests only, and of no worth " * 2)


def lived(home: Path) -> tuple[Lives, Content]:
    """A life, of which the database keeps nothing."""
    with transaction.atomic():
        lives = live(SMALL, home, build_kernel(Build.PLAIN))
        content = business_content(lives.log, lives.house.platform)
        refused(
            "accounts and phases", EnrolmentPhase.objects.filter(outcome="failed")[:1].get().delete
        )
        never_paid = Order.objects.filter(provisioned_at=None)
        refused("an order", lambda: never_paid.update(provisioned_at=lives.house.now()))
        transaction.set_rollback(True)
    return lives, content


def refused(what: str, tamper: Callable[[], object]) -> None:
    """What was tampered with is noticed, and undone."""
    with transaction.atomic():
        tamper()
        with pytest.raises(DoesNotAddUp, match=what):
            add_up()
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_small_firm_adds_up_is_judged_rightly_and_lives_twice_alike(
    tmp_path: Path, key: None
) -> None:
    lives, content = lived(tmp_path / "once")
    assert lives.alarms == []
    assert lives.house.settled >= 24
    assert lives.house.counts["failed"] >= 1
    assert lives.house.counts.total() == 10 + 1 + 1
    judged, differing = differences(lives.log, 5)
    assert differing == []
    assert judged["breached"] == lives.house.counts["failed"]
    assert judged["verdicts"] >= judged["breached"]
    _, again = lived(tmp_path / "again")
    for subject, rows in content.items():
        assert again[subject] == rows, subject
    empty = {subject for subject, rows in content.items() if not rows}
    assert empty <= {"cases", "deliveries", "certificates", "alerts"}


@pytest.mark.drill
def test_a_thousand_traders_live_for_thirty_days(tmp_path: Path) -> None:
    running = [begun(tmp_path / name, hashes) for name, hashes in (("a", "1"), ("b", "2"))]
    found, again = (came_of(*each) for each in running)
    assert found["differing"] == again["differing"] == []
    assert found["alarms"] == again["alarms"] == []
    assert found["content"] == again["content"]
    assert found["days"] == again["days"]
    assert len(found["days"]) == 30
    assert {sum(each.values()) for each in found["days"]} == {1000 + 50 + 20}
    assert found["judged"]["others"] == 50
    assert found["judged"]["breached"] == found["days"][-1]["failed"]
    assert found["days"][-1]["expired"] > 0
    outcomes = {name: Counter(each) for name, each in found["outcomes"].items()}
    everybody = sum(outcomes.values(), Counter())
    assert everybody["sold"] == 1000
    assert 10 <= percent(everybody, "passed") <= 20
    assert percent(outcomes["gambler"], "breached") > 80
    assert percent(outcomes["martingale"], "breached") > 80


def percent(counts: Counter[str], what: str) -> float:
    return 100 * counts[what] / counts["sold"]


def begun(home: Path, hashes: str) -> tuple[Path, "subprocess.Popen[bytes]"]:
    """A life begun in a process of its own, in which strings have hashes of their own."""
    home.mkdir()
    out = home / "found.json"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PROPDESK_")}
    asked = [str(out), SEED, "1000", "30", "20000"]
    with (home / "told.log").open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.boot.lived_apart", *asked],
            env={**kept, "PROPDESK_HOME": str(home), "PYTHONHASHSEED": hashes},
            stdout=told,
            stderr=told,
        )
    return out, process


def came_of(out: Path, process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    try:
        code = process.wait(HOURS_MAX * 3600)
    finally:
        process.kill()
    assert code == 0, (out.parent / "told.log").read_text()[-3000:]
    found: dict[str, Any] = json.loads(out.read_text())
    return found
