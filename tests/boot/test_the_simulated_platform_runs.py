"""``propdesk platform`` as a process: it trades, is commanded, and survives being killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from propdesk.boot import platform_process
from propdesk.boot.platform_process import DIRECTORY, MarketDiffers, Plan
from propdesk.connectors.simulated_platform.client import PlatformClient
from propdesk.connectors.simulated_platform.frames import SOCKET_NAME
from propdesk.domain.events import AccountOpened, BalanceAdjusted, Deal
from propdesk.ports.platform import (
    AdjustBalance,
    Answer,
    Command,
    CreateAccount,
    Delta,
    PlatformAway,
)
from propdesk.wire.intake_frames import FeedQuote

WAIT_S_MAX = 180
SIZE = Decimal(100000)
FAST = """
import os
from propdesk.boot import platform_process as process
from propdesk.boot.settings import load
from propdesk.domain.instants import parse_instant

plan = process.Plan(
    ticks_of_a_day=900, speed=20_000, begins=parse_instant("2026-03-02T08:00:00Z"), forwards=False
)
raise SystemExit(process.run(load(os.environ), plan, process._stopped()))
"""
"""Without the command line, which takes a second to be there."""


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PROPDESK_")}
    return {**kept, "PROPDESK_HOME": str(home)}


@contextlib.contextmanager
def running(home: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, *words],
        env=environment(home),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def platform(
    home: Path, *options: str
) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    return running(home, "-m", "propdesk.boot.cli", "platform", *options)


def patiently(ask: Callable[[], Any]) -> Any:
    """Ask until somebody answers."""
    until = time.monotonic() + WAIT_S_MAX
    while True:
        try:
            return ask()
        except PlatformAway:
            assert time.monotonic() < until, "the platform never answered"
            time.sleep(0.05)


def done(client: PlatformClient, command: Command) -> Answer:
    (answer,) = patiently(lambda: client.act([command]))
    assert isinstance(answer, Answer)
    return answer


def everything(client: PlatformClient) -> list[Delta]:
    found: list[Delta] = []
    after = ""
    for _ in range(10_000):
        deltas = client.deltas(after)
        found += [each for batch in deltas.batches for each in batch.deltas]
        after = deltas.upto
        if deltas.is_synced:
            break
    return found


def test_killed_again_and_again_it_does_every_command_once(tmp_path: Path) -> None:
    client = PlatformClient(tmp_path / SOCKET_NAME, timeout_s=5)
    answers: dict[str, Answer] = {}
    for life in range(4):
        with running(tmp_path, "-c", FAST) as process:
            # What the life before was asked for is asked again; what is new is asked twice.
            commands = [
                CreateAccount(f"c{number}", "played-phase-1", SIZE)
                for number in range(3 * (life + 1))
            ]
            for command in (*commands, *commands[-3:]):
                answer = done(client, command)
                assert answers.setdefault(answer.key, answer) == answer
            pay = AdjustBalance(f"p{life}", answers["c0"].account, Decimal("-10.00"), "payout")
            assert done(client, pay) == done(client, pay)
            time.sleep(0.3)
            process.send_signal(signal.SIGKILL)
            process.wait()
        client.close()
    with running(tmp_path, "-c", FAST) as process:
        accounts = patiently(client.accounts)
        assert [each.account for each in accounts] == [
            answers[f"c{number}"].account for number in range(12)
        ]
        told = everything(client)
        opened = [each.account for each in told if isinstance(each, AccountOpened)]
        assert len(opened) == len(set(opened)) == 12
        paid = [
            each.amount
            for each in told
            if isinstance(each, BalanceAdjusted) and each.kind == "payout"
        ]
        assert paid == [Decimal("-10.00")] * 4
        deals = [each.id for each in told if isinstance(each, Deal)]
        assert len(deals) == len(set(deals))
        ticks = [each.sequence for each in told if isinstance(each, FeedQuote)]
        assert ticks == list(range(1, len(ticks) + 1))
        assert len(ticks) > 100
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S_MAX) == 0
    client.close()
    assert not (tmp_path / SOCKET_NAME).exists()


def test_a_home_has_one_platform_and_one_market(tmp_path: Path) -> None:
    client = PlatformClient(tmp_path / SOCKET_NAME, timeout_s=5)
    with platform(tmp_path, "--no-forward", "--seed", "one"):
        patiently(client.capabilities)
        with platform(tmp_path, "--no-forward", "--seed", "one") as second:
            assert second.wait(WAIT_S_MAX) == 1
            assert second.stderr is not None
            assert b"written by another process" in second.stderr.read()
    client.close()
    with platform(tmp_path, "--no-forward", "--seed", "two") as other:
        assert other.wait(WAIT_S_MAX) == 1
        assert other.stderr is not None
        assert b"another market needs another home" in other.stderr.read()


def test_the_market_of_a_home_is_remembered(tmp_path: Path) -> None:
    market, later = (
        platform_process._market(tmp_path, plan, now)[0]
        for plan, now in ((Plan(ticks_of_a_day=900), 10**15), (Plan(), 10**15 + 10**13))
    )
    first = next(market.ticks(10**15 + 10**13))
    assert next(later.ticks(10**15 + 10**13)) == first
    with pytest.raises(MarketDiffers):
        platform_process._market(tmp_path, Plan(seed="x"), 10**15)


def test_the_clock_runs_faster_until_it_has_caught_up(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter((1_000_000, 1_000_000, 1_001_000, 1_010_000, 1_020_000))
    monkeypatch.setattr(platform_process, "_now", lambda: next(times))
    clock = platform_process._clock(Plan(speed=10, begins=910_000))
    assert [clock() for _ in range(4)] == [910_000, 920_000, 1_010_000, 1_020_000]


def test_secrets_and_journal_are_their_owners_alone(tmp_path: Path) -> None:
    client = PlatformClient(tmp_path / SOCKET_NAME, timeout_s=5)
    with platform(tmp_path, "--no-forward"):
        answer = done(client, CreateAccount("c", "usd-hedging", SIZE))
        assert answer.credentials is not None
        for name in ("journal", "secret.key"):
            assert (tmp_path / DIRECTORY / name).stat().st_mode & 0o077 == 0
        password = answer.credentials.password.encode()
        assert password not in (tmp_path / DIRECTORY / "journal").read_bytes()
    client.close()
