"""The default mix under a usual two-step evaluation, judged by the reference evaluator.

One seed here, few ticks; the drill takes a thousand traders, more ticks and several seeds.
"""

from collections import Counter
from pathlib import Path

import pytest

from tests.connectors.platforms.played_firm import PlayedFirm

DAYS = 30


def outcomes(home: Path, traders: int, seed: str, ticks: int, mix: str = "") -> dict[str, Counter]:
    home.mkdir(exist_ok=True)
    firm = PlayedFirm(home, traders, seed=seed, ticks=ticks, mix=mix)
    firm.live(DAYS)
    firm.journal.close()
    return firm.outcomes()


def percent(counts: Counter, what: str) -> float:
    return 100 * counts[what] / counts["sold"]


def test_some_pass_and_gamblers_breach(tmp_path: Path) -> None:
    found = outcomes(tmp_path, 220, "a", 900)
    everybody = sum(found.values(), Counter())
    assert everybody["sold"] == 220
    assert 10 <= percent(everybody, "passed") <= 20
    assert percent(found["gambler"], "breached") > 80
    assert percent(found["martingale"], "breached") > 80
    assert found["disciplined"]["phase 1"] > everybody["phase 1"] / 2
    assert found["inactive"] == Counter(sold=found["inactive"]["sold"])


@pytest.mark.drill
@pytest.mark.parametrize("seed", ["a", "b", "c", "d", "e"])
def test_a_thousand_traders_of_the_default_mix(tmp_path: Path, seed: str) -> None:
    found = outcomes(tmp_path, 1000, seed, 2000)
    everybody = sum(found.values(), Counter())
    assert 15 <= percent(everybody, "phase 1") <= 35
    assert 10 <= percent(everybody, "passed") <= 20
    assert percent(found["gambler"], "breached") > 80
    assert percent(found["martingale"], "breached") > 80
