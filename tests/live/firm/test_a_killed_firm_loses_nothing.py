"""A whole firm, each of its processes killed again and again while people buy, trade, pass and
breach: no purchase is lost or doubled, no account opened twice, no breach lost, no mail sent twice.
"""

import random
from collections import Counter
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from propdesk.connectors.simulated_platform.client import PlatformClient
from propdesk.connectors.simulated_platform.frames import SOCKET_NAME
from propdesk.storage.embedded_postgres import EmbeddedPostgres
from propdesk.storage.event_log import PostgresLog
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import VerdictSaid
from tests.live.firm.customers import PRICE_MINOR, Customer, lived
from tests.live.firm.installation import SECRET, firm_on, peopled, tended, told_by
from tests.live.recovery.firm_on_a_log import said_on
from tests.live.recovery.processes import wait_until

VICTIMS = ("intake", "engine", "projector", "courier", "platform", "pages", "database")


def victims_of(seed: int, kills: int, every_s: float) -> list[tuple[float, str]]:
    """After how many seconds who is killed; everybody once at least."""
    chance = random.Random(seed)
    drawn = [*VICTIMS, *chance.choices(VICTIMS, k=kills - len(VICTIMS))]
    chance.shuffle(drawn)
    return [(chance.uniform(0.5, 1.5) * every_s, each) for each in drawn]


def mails_in(home: Path) -> Counter[str]:
    """How often each mail that was sent by a key was sent."""
    found = (message_from_bytes(each.read_bytes()) for each in (home / "mail").glob("*.eml"))
    ids = (str(each["Message-ID"]).strip("<>").partition("@")[0] for each in found)
    return Counter(ids)


def failed_on(url: str) -> tuple[list[str], Counter[str]]:
    """The ids of all verdicts in the log, and how often each account failed."""
    said = (decode(body) for _, body in said_on(PostgresLog(url)))
    verdicts = [each for each in said if isinstance(each, VerdictSaid)]
    fails = Counter(each.account for each in verdicts if each.outcome == "fail")
    return sorted(each.id for each in verdicts), fails


def drill(
    database: EmbeddedPostgres, kernels: Path, seed: int, kills: int, *, people: int, every_s: float
) -> None:
    winners = people // 2
    with firm_on(database, kernels) as (firm, address):
        customers = [
            Customer(number, key, address, firm.home, SECRET, number < winners, 300 + kills * 10)
            for number, (key, _) in enumerate(peopled(firm, people))
        ]
        with tended(firm, victims_of(seed, kills, every_s)) as done:
            lived(customers)
            wait_until(done.is_set, 300 + kills * 10)
            books: dict[str, Any] = {}

            def is_quiet() -> bool:
                books.update(told_by(firm, "-m", "tests.live.firm.books"))
                sending = {"waiting", "sending"} & set(books["mails"].values())
                return not (books["outbox waiting"] or books["tasks waiting"] or sending)

            wait_until(is_quiet)
            platform = PlatformClient(firm.home / SOCKET_NAME)
            logins = sorted(each.account for each in platform.accounts())
            platform.close()
            ids, fails = failed_on(firm.url)
        sent = mails_in(firm.home)
        begun = {each.name: each.begun for each in firm.children}
    assert all(count > 1 for count in begun.values()), begun
    assert books["orders"] == {"provisioned": people}
    assert books["received"] == [PRICE_MINOR] * people
    assert books["payments"] == people
    assert sum(books["balances"].values()) == 0
    assert books["phases"] == {
        "phase-1: passed": winners, "phase-2: passed": winners, "phase-1: failed": people - winners
    }  # fmt: skip
    assert books["logins"] == logins, "each account there is one of ours, and the other way round"
    assert len(logins) == len(set(logins)) == people + winners
    assert books["verdicts"] == ids, "what the engine said is what the firm knows"
    assert len(ids) == len(set(ids))
    assert list(fails.values()) == [1] * (people - winners)
    assert [rights for _, rights in books["breached"]] == ["read_only"] * (people - winners)
    assert books["notices"]["breach"] == people - winners
    assert not [key for key, count in sent.items() if count > 1], "no mail twice"
    said_sent = {key for key, state in books["mails"].items() if state == "sent"}
    assert said_sent <= set(sent)
    assert set(sent) <= {key for key, state in books["mails"].items() if state != "failed"}
    assert not books["audit fault"]


@pytest.mark.drill
@pytest.mark.parametrize("seed", range(4))
def test_a_firm_is_killed_all_day(
    drill_database: EmbeddedPostgres, kernels: Path, seed: int
) -> None:
    drill(drill_database, kernels, seed, kills=40, people=6, every_s=3.0)


def test_each_process_is_killed_once(drill_database: EmbeddedPostgres, kernels: Path) -> None:
    drill(drill_database, kernels, seed=7, kills=len(VICTIMS), people=2, every_s=3.0)
