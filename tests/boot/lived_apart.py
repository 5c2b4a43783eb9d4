"""One life in a process and an installation of its own: ``python -m tests.boot.lived_apart``.

With the folder of the installation as ``PROPDESK_HOME``; writes what came of it to a file. Sets and
dictionaries of strings have another order in each process, and nothing may depend on it.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from propdesk.boot.firm_database import firm_database
from propdesk.boot.settings import load
from propdesk.engine.builds import build_kernel

SAMPLED = 50


def main(out: Path, seed: str, *numbers: str) -> None:
    """Live, judge again, and write it down. Raises where the life did not add up."""
    settings = load(os.environ)
    with firm_database(settings):
        # Their models exist once Django is set up.
        from django.conf import settings as of_django  # noqa: PLC0415

        from tests.boot.lived_firm import Life  # noqa: PLC0415

        of_django.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        traders, days, ticks = map(int, numbers)
        found = _found(Life(seed, traders, days, ticks), settings.home)
    out.write_text(json.dumps(found, indent=1), "utf-8")


def _found(life: Any, home: Path) -> dict[str, Any]:
    from tests.boot.business_content import business_content, digests  # noqa: PLC0415
    from tests.boot.judged_from_the_log import differences  # noqa: PLC0415
    from tests.boot.lived_firm import live, outcomes  # noqa: PLC0415

    days: list[dict[str, int]] = []

    def after_day(day: int, house: Any) -> None:
        days.append(dict(house.counts))
        print(f"day {day}, {time.process_time():.0f} s: {days[-1]}", flush=True)  # noqa: T201

    lives = live(life, home / "lived", build_kernel(home=home), after_day)
    judged, differing = differences(lives.log, SAMPLED)
    bridge = lives.house.bridge
    return {
        "days": days,
        "outcomes": outcomes(lives),
        "settled": lives.house.settled,
        "ticks": bridge.quotes,
        "events": bridge.events,
        "alarms": lives.alarms,
        "refused": bridge.refused,
        "judged": judged,
        "differing": differing,
        "content": digests(business_content(lives.log, lives.house.platform)),
        "cpu_s": round(time.process_time()),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
