"""The simulated platform does what every platform must, in this process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.platforms.conformance import PlatformConformance
from tests.connectors.platforms.simulated_stage import SimulatedStage


class TestTheSimulatedPlatform(PlatformConformance):
    """Without a socket between."""

    @pytest.fixture
    def stage(self, tmp_path: Path) -> Iterator[SimulatedStage]:
        stage = SimulatedStage(tmp_path)
        yield stage
        stage.journal.close()
