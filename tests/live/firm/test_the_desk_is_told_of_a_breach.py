"""A breach stands before the risk role's eyes within two seconds of its verdict. A drill: it
measures, so nothing else may run."""

from pathlib import Path

import pytest

from propdesk.storage.embedded_postgres import EmbeddedPostgres
from propdesk.storage.event_log import PostgresLog
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import VerdictSaid, verdicts_of
from tests.live.firm.customers import Customer, lived
from tests.live.firm.installation import SECRET, firm_on, peopled, tended, told_by
from tests.live.recovery.processes import wait_until

TOLD_S_MAX = 2.0
PEOPLE = 4


def durable_at(url: str) -> list[float]:
    """When each breach was in the log, in seconds."""
    reader = PostgresLog(url).reader()
    try:
        return [
            record.appended_at / 1_000_000
            for record in reader.read(verdicts_of(0), 0)
            if isinstance(said := decode(record.body), VerdictSaid) and said.outcome == "fail"
        ]
    finally:
        reader.close()


@pytest.mark.drill
def test_the_risk_role_is_told_within_two_seconds(
    drill_database: EmbeddedPostgres, kernels: Path
) -> None:
    with firm_on(drill_database, kernels) as (firm, address):
        losers = [
            Customer(number, key, address, firm.home, SECRET, wins=False, patience_s=180)
            for number, (key, _) in enumerate(peopled(firm, PEOPLE))
        ]
        with tended(firm):
            lived(losers)
            told: list[float] = []

            def all_are_told() -> bool:
                alerts = told_by(firm, "-m", "tests.live.firm.books")["alerts"]
                told[:] = [at for kind, at in alerts if kind == "alert_breach"]
                return len(told) == PEOPLE

            wait_until(all_are_told, 30)
            durable = durable_at(firm.url)
    late = [b - a for a, b in zip(sorted(durable), sorted(told), strict=True)]
    assert max(late) <= TOLD_S_MAX, late
