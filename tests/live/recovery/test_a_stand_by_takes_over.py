"""Two engines: the second goes on where the first was killed, or froze and is kept out.

How soon is measured by ``propdesk bench recovery``. Here nothing depends on it: on a busy machine a
holder may lose its lease by itself, and is begun again before one is stopped on purpose.
"""

import os
import signal
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from propdesk.connectors.engine_queries.client import EngineClient
from propdesk.connectors.engine_queries.socket_place import socket_path
from propdesk.connectors.intake import SOCKET_NAME
from propdesk.connectors.intake.client import IntakeClient
from propdesk.ports.live_accounts import EngineAway
from propdesk.storage.embedded_postgres import EmbeddedPostgres
from propdesk.storage.event_log import PostgresLog
from tests.live.recovery.deliveries import deliveries, judged_again, quiet_start
from tests.live.recovery.firm_on_a_log import said_on
from tests.live.recovery.processes import Firm, Ran, firm_on, wait_until

HOLDER = "SELECT owner FROM log.lease WHERE name = 'engine/0'"


def holder(firm: Firm) -> Ran | None:
    """The engine that holds the lease, by what the database says, where it lives."""
    with psycopg.connect(firm.database.url) as connection:
        try:
            row = connection.execute(HOLDER).fetchone()
        except psycopg.errors.UndefinedTable:
            return None  # nobody has asked for a lease yet
    owners = {
        f"{os.uname().nodename}/{child.process.pid}": child
        for child in firm.children
        if child.process is not None and child.process.poll() is None
    }
    return None if row is None else owners.get(row[0])


def with_a_stand_by(firm: Firm) -> bool:
    """Whether one engine judges and the other lives beside it; whoever ended is begun again."""
    firm.look_after()
    alive = [c for c in firm.children if c.process is not None and c.process.poll() is None]
    return len(alive) == len(firm.children) and holder(firm) is not None


def answered(firm: Firm) -> int:
    """How many accounts the engine says there are; 0 where none answers yet."""
    with closing(EngineClient(socket_path(firm.home))) as client:
        try:
            return client.board().accounts
        except EngineAway:
            return 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_the_second_goes_on(
    drill_database: EmbeddedPostgres, kernels: Path, number: signal.Signals
) -> None:
    sent = deliveries(0, quiet_start(), steps=250)
    first_part = len(sent) // 5
    with firm_on(drill_database, kernels, engines=2) as firm:
        wait_until(lambda: with_a_stand_by(firm) and (firm.home / SOCKET_NAME).exists())
        log = PostgresLog(drill_database.url)
        with IntakeClient(firm.home / SOCKET_NAME) as intake:
            for each in sent[:first_part]:
                each(intake)
            before = len(judged_again(log))
            wait_until(lambda: with_a_stand_by(firm) and len(said_on(log)) >= before)
            first = holder(firm)
            assert first is not None
            assert first.process is not None
            first.process.send_signal(number)
            for each in sent[first_part:]:
                each(intake)
            again = judged_again(log)
            assert len(again) > before
            wait_until(lambda: len(said_on(log)) >= len(again))
            second = holder(firm)
            assert second is not None
            assert second is not first
            first.process.send_signal(signal.SIGCONT)
            code = first.process.wait(60)
        assert said_on(log) == again, "each word once, in the order of one that was never lost"
        assert code == (-signal.SIGKILL if number is signal.SIGKILL else 1)
        if number is signal.SIGSTOP:
            told = firm.told_by(first.name)
            assert "fenced" in told or "lease_lost" in told
        wait_until(lambda: answered(firm) == 6)
        assert holder(firm) is second, "and answers on the same socket"
