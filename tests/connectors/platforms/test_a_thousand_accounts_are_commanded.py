"""A thousand accounts that breach on one tick: orders cancelled, positions closed, disabled."""

import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from propdesk.ports.platform import (
    Answer,
    CancelAll,
    CloseAll,
    Command,
    CreateAccount,
    Rights,
    SetRights,
)
from propdesk.ports.platform_trading import PlaceOrder
from tests.connectors.platforms.simulated_stage import SocketStage

ACCOUNTS = 1000
CPU_S_MAX = 2.0
"""What may pass until the last is commanded; it takes a tenth of it."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[SocketStage]:
    stage = SocketStage(tmp_path)
    yield stage
    stage.end()


def acted(stage: SocketStage, commands: Sequence[Command]) -> list[Answer]:
    """Thirty-two at a time, as the courier sends them."""
    answers: list[Answer] = []
    for begun in range(0, len(commands), 32):
        answers += stage.platform.act(commands[begun : begun + 32])
    return answers


def test_they_are_all_out_in_a_moment(stage: SocketStage) -> None:
    made = acted(
        stage,
        [CreateAccount(f"c{number}", "main", Decimal(10000)) for number in range(ACCOUNTS)],
    )
    accounts = [each.account for each in made]
    for account in accounts:
        buy = PlaceOrder(account, "EURUSD", "buy", Decimal("1.00"))
        assert stage.core.trade(buy).is_done
        below = PlaceOrder(
            account, "EURUSD", "buy", Decimal("0.10"), kind="limit", price=Decimal("1.01000")
        )
        assert stage.core.trade(below).is_done
    begun = time.process_time()
    stage.price("1.05000", "1.05010")
    commands: list[Command] = []
    for account in accounts:
        commands.append(CancelAll(f"n/{account}", account))
        commands.append(CloseAll(f"x/{account}", account))
        commands.append(SetRights(f"r/{account}", account, Rights.DISABLED))
    answers = acted(stage, commands)
    spent = time.process_time() - begun
    assert len(answers) == 3 * ACCOUNTS
    assert all(each.is_confirmed for each in answers)
    assert {each.rights for each in stage.platform.accounts()} == {Rights.DISABLED}
    snapshot = stage.platform.snapshot(accounts[-1])
    assert (snapshot.positions, snapshot.orders) == ((), ())
    assert spent < CPU_S_MAX, f"{spent:.2f} s for {len(commands)} commands"
