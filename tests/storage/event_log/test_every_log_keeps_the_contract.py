"""The conformance suite over the logs there are."""

import pytest

from propdesk.ports.memory_log import MemoryLog
from propdesk.storage.event_log import PostgresLog
from tests.storage.event_log.conformance import (
    SEGMENT_RECORDS,
    KillConformance,
    LogConformance,
    MakeLog,
)


class TestMemoryLog(LogConformance):
    @pytest.fixture
    def make_log(self) -> MakeLog:
        log = MemoryLog(segment_records=SEGMENT_RECORDS)
        return lambda: log


class TestPostgresLog(LogConformance, KillConformance):
    @pytest.fixture
    def make_log(self, empty_log_url: str) -> MakeLog:
        return lambda: PostgresLog(empty_log_url, segment_records=SEGMENT_RECORDS)

    @pytest.fixture
    def opening(self, empty_log_url: str) -> str:
        return (
            f"__import__('propdesk.storage.event_log').storage.event_log.PostgresLog("
            f"{empty_log_url!r}, segment_records={SEGMENT_RECORDS})"
        )
