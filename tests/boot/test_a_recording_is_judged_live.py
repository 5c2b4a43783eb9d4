"""From `propdesk up` and `propdesk replay` to a verdict: real processes, as a person starts."""

import signal
from pathlib import Path

from propdesk.wire.figures_json import exact
from propdesk.wire.live_state import Board
from tests.boot.live_house import board_where, judged_by_reference, log_of, replay, said
from tests.boot.test_up import STOP_S_MAX, home, port, running

__all__ = ["home", "port"]
MODULES = ("propdesk.boot.ingest_process", "propdesk.boot.engine_process")


def breached(board: Board) -> set[str]:
    return {row.account for row in board.rows if row.status == "breached"}


def test_what_is_said_live_is_what_the_evaluator_says_and_a_restart_shows_it_again(
    home: Path, port: int
) -> None:
    with running(home, port) as house:
        played = replay(home, "--speed", "max")
        told, _ = played.communicate(timeout=120)
        assert played.returncode == 0, told
        assert "12 accounts enrolled" in told
        with log_of(house.pid) as reader:
            last = reader.last("market")
            assert last > 0
            reference = judged_by_reference(reader)
            expected = {
                (v.id, account, v.rule, v.outcome, v.at, exact(v.observed), exact(v.limit))
                for account, result in reference.items()
                for v in result.verdicts
            }
            fallen = {name for name, each in reference.items() if each.status == "breached"}
            before = board_where(home, lambda board: breached(board) == fallen)
            found = [verdict for verdict, _ in said(reader)]
        assert len(reference) == 12
        assert len(fallen) >= 3
        assert len(found) == len(expected)
        assert {
            (v.id, v.account, v.rule, v.outcome, v.at, v.observed, v.limit) for v in found
        } == expected
        for row in before.rows:
            result = reference[row.account]
            assert (row.status, row.balance) == (result.status, f"{result.balance:.2f}")
            assert result.equity is not None
            assert row.equity == f"{result.equity.low:.2f}"
        house.send_signal(signal.SIGTERM)
        assert house.wait(STOP_S_MAX) == 0
    with running(home, port):
        after = board_where(home, lambda board: len(board.rows) == 12)
    assert after.rows == before.rows
