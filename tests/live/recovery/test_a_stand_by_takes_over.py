"""Two engines: the second goes on where the first was killed, or froze and is kept out."""

import signal
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from propdesk.connectors.engine_queries.client import EngineClient
from propdesk.connectors.engine_queries.socket_place import socket_path
from propdesk.connectors.intake import SOCKET_NAME
from propdesk.connectors.intake.client import IntakeClient
from propdesk.storage.embedded_postgres import EmbeddedPostgres
from propdesk.storage.event_log import PostgresLog
from tests.live.recovery.deliveries import deliveries, judged_again, quiet_start
from tests.live.recovery.firm_on_a_log import said_on
from tests.live.recovery.processes import Firm, firm_on, wait_until

BEGINS = "engine_begins"


def judging(firm: Firm) -> list[str]:
    """The engines that began to judge."""
    names = [each.name for each in firm.children if each.name.startswith("engine")]
    return [name for name in names if BEGINS in firm.told_by(name)]


@pytest.mark.drill  # the hold is short: on a machine as busy as a test run it is lost by itself
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_the_second_goes_on(
    drill_database: EmbeddedPostgres, kernels: Path, number: signal.Signals
) -> None:
    sent = deliveries(0, quiet_start(), steps=250)
    first_part = len(sent) // 5
    with firm_on(drill_database, kernels, engines=2) as firm:
        for child in firm.children:
            firm.begin(child)
        wait_until((firm.home / SOCKET_NAME).exists)
        wait_until(lambda: bool(judging(firm)))
        (first,) = judging(firm)
        second = "engine-1" if first == "engine-0" else "engine-0"
        log = PostgresLog(drill_database.url)
        with IntakeClient(firm.home / SOCKET_NAME) as intake:
            for each in sent[:first_part]:
                each(intake)
            wait_until(lambda: said_on(log) == judged_again(log))
            before = len(said_on(log))
            process = firm.child(first).process
            assert process is not None
            assert judging(firm) == [first], firm.told()
            process.send_signal(number)
            stopped = time.monotonic()
            for each in sent[first_part:]:
                each(intake)
            again = judged_again(log)
            assert len(again) > before
            wait_until(lambda: len(said_on(log)) > before)
            took = time.monotonic() - stopped
            sys.stdout.write(f"{number.name}: the second's first word after {took:.2f} s\n")
            process.send_signal(signal.SIGCONT)
            code = process.wait(60)
            wait_until(lambda: len(said_on(log)) >= len(again))
        assert said_on(log) == again
        assert judging(firm) == sorted([first, second])
        assert code == (-signal.SIGKILL if number is signal.SIGKILL else 1)
        if number is signal.SIGSTOP:
            told = firm.told_by(first)
            assert "fenced" in told or "lease_lost" in told
        with closing(EngineClient(socket_path(firm.home))) as client:
            assert client.board().accounts == 6, "the second answers, on the same socket"
