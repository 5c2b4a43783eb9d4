"""The simulated platform does what every platform must, in this process and behind its socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from propdesk.ports.platform import CreateAccount, PlatformAway
from tests.connectors.platforms.conformance import SIZE, PlatformConformance, account_on, read
from tests.connectors.platforms.simulated_stage import SimulatedStage, SocketStage


class TestTheSimulatedPlatform(PlatformConformance):
    """Without a socket between."""

    @pytest.fixture
    def stage(self, tmp_path: Path) -> Iterator[SimulatedStage]:
        stage = SimulatedStage(tmp_path)
        yield stage
        stage.end()


class TestTheSimulatedPlatformBehindItsSocket(PlatformConformance):
    """As other processes see it."""

    @pytest.fixture
    def stage(self, tmp_path: Path) -> Iterator[SocketStage]:
        stage = SocketStage(tmp_path)
        yield stage
        stage.end()

    def test_nobody_there_is_said_so(self, stage: SocketStage) -> None:
        stage.client.close()
        stage.server.__exit__(None, None, None)
        with pytest.raises(PlatformAway):
            stage.platform.act([CreateAccount("c1", "main", SIZE)])
        stage.restart()
        assert stage.platform.accounts() == []

    def test_who_waits_for_deltas_holds_no_command_up(self, stage: SocketStage) -> None:
        upto = read(stage.platform)[-1].upto
        found = stage.reading_aside(upto, wait_s=20.0)
        account = account_on(stage)
        (batch, *_rest) = found.result(timeout=10).batches
        assert account in {getattr(each, "account", "") for each in batch.deltas}

    def test_what_is_no_message_ends_that_connection_only(self, stage: SocketStage) -> None:
        with stage.raw_connection() as raw:
            raw.sendall(b"\x00\x00\x00\x04nope")
            assert raw.recv(10) == b""
        with stage.raw_connection() as raw:
            raw.sendall(b"\xff\xff\xff\xff")
            assert raw.recv(10) == b""
        assert stage.platform.capabilities().name == "simulated"

    def test_the_socket_is_its_owners_alone(self, stage: SocketStage) -> None:
        assert (stage.home / "platform.sock").stat().st_mode & 0o077 == 0
