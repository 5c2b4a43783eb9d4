"""Intake, engines and database killed at random moments: every verdict is there, once."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from propdesk.connectors.intake import SOCKET_NAME
from propdesk.connectors.intake.client import IntakeClient
from propdesk.ports.intake import IntakeAway
from propdesk.storage.embedded_postgres import EmbeddedPostgres
from propdesk.storage.event_log import PostgresLog
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import VerdictSaid
from tests.live.recovery.deliveries import (
    Delivery,
    deliveries,
    judged_again,
    quiet_start,
    said_by_reference,
    said_undisturbed,
    verdicts_of,
)
from tests.live.recovery.firm_on_a_log import said_on
from tests.live.recovery.processes import Firm, firm_on, wait_until

VICTIMS = ("intake", "engine-0", "engine-1", "database")
SENT_IN_S = 4.0
RETRY_S = 0.02


@contextmanager
def killing(firm: Firm, seed: int, kills: int) -> Iterator[None]:
    """Kills and begins again, from one thread, until it is left; everybody lives behind it."""
    chance = random.Random(seed)
    over, failed = threading.Event(), list[BaseException]()
    victims = [*VICTIMS, *chance.choices(VICTIMS, k=kills - len(VICTIMS))]
    chance.shuffle(victims)

    def run() -> None:
        try:
            for victim in victims:
                until = time.monotonic() + chance.uniform(0.2, 1.5)
                while time.monotonic() < until:
                    firm.look_after()
                    time.sleep(0.01)
                firm.kill(victim)
            while not over.wait(0.02):
                firm.look_after()
        except BaseException as error:
            failed.append(error)
            raise

    # The kernel ends a child with the thread that began it: it lives until all is compared.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    assert not failed


def send(firm: Firm, sent: list[Delivery]) -> int:
    """Deliver in order, again where no answer came; how often it had to be sent again."""
    again = 0
    with IntakeClient(firm.home / SOCKET_NAME) as intake:
        for each in sent:
            time.sleep(SENT_IN_S / len(sent))
            while True:
                try:
                    each(intake)
                    break
                except IntakeAway:
                    again += 1
                    time.sleep(RETRY_S)
    return again


def drill(database: EmbeddedPostgres, kernels: Path, seed: int, kills: int) -> None:
    start = quiet_start()
    sent = deliveries(seed, start)
    expected = said_undisturbed(sent, start)
    with firm_on(database, kernels, engines=2) as firm:
        with killing(firm, seed, kills):
            assert send(firm, sent) > 0
            log = PostgresLog(database.url)
            again = judged_again(log)
            wait_until(lambda: len(said_on(log)) >= len(again))
        assert all(each.begun > 1 for each in firm.children)
        said = said_on(log)
        told = firm.told()
        assert said == again, "as an engine says it that was never lost, and in its order"
        assert verdicts_of(said) == expected, "the feeds and platforms notice nothing"
        assert _compared(said) == said_by_reference(log)
        assert "Traceback" not in told, told
        assert "alarm" not in told, told


def _compared(said: list[tuple[str, bytes]]) -> list[tuple[object, ...]]:
    verdicts = [each for _, body in said if isinstance(each := decode(body), VerdictSaid)]
    return sorted((v.id, v.account, v.rule, v.outcome, v.at, v.observed, v.limit) for v in verdicts)


@pytest.mark.parametrize("seed", range(3))
def test_every_verdict_is_said_once(
    drill_database: EmbeddedPostgres, kernels: Path, seed: int
) -> None:
    drill(drill_database, kernels, seed, kills=len(VICTIMS))


@pytest.mark.drill
@pytest.mark.parametrize("seed", range(100, 300))
def test_two_hundred_days_of_kills(
    drill_database: EmbeddedPostgres, kernels: Path, seed: int
) -> None:
    drill(drill_database, kernels, seed, kills=12)


def test_there_is_something_to_lose() -> None:
    start = quiet_start()
    found = [said_undisturbed(deliveries(seed, start), start) for seed in range(3)]
    assert all(len(each) >= 4 for each in found), [len(each) for each in found]
