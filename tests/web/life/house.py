"""Everything that runs in a firm, as processes, around a market that only rises."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from propdesk.boot.bench_house import JUDGING, processes
from propdesk.domain.events import Quote
from propdesk.storage.embedded_postgres import EmbeddedPostgres
from propdesk.wire.event_file import write_event
from tests.web.test_a_breach_is_seen_live_in_a_browser import MIGRATE, served, settings_of

SYMBOL = "BTCUSD"
"""Its market is open at the weekend too."""
FIRST, SPREAD, STEP = Decimal("60000.00"), Decimal("2.00"), Decimal("3.00")
"""Four steps a second: ten lots win or lose 120 dollars in one."""
EVERY_US = 250_000
LASTS_S = 1_800


@dataclass(frozen=True, slots=True)
class House:
    """A firm that runs: where its pages are, its files, and its staff's sessions by role."""

    address: str
    home: Path
    sessions: dict[str, str]

    def mails(self, to: str) -> list[Message]:
        """What was sent to somebody, oldest first."""
        found = sorted((self.home / "mail").glob("*.eml"))
        every = [message_from_bytes(each.read_bytes()) for each in found]
        return [each for each in every if to in str(each["To"])]

    def mail(self, to: str, about: str, *, most_s: float = 60) -> str:
        """The text of a mail that speaks of something, as soon as it is there."""
        until = time.monotonic() + most_s
        while True:
            for each in reversed(self.mails(to)):
                text = body_of(each)
                if about in f"{each['Subject']}\n{text}":
                    return text
            assert time.monotonic() < until, f"no mail to {to} spoke of {about!r}"
            time.sleep(0.2)


def body_of(mail: Message) -> str:
    """The plain text of a mail."""
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            return bytes(part.get_payload(decode=True)).decode()
    return ""


@contextmanager
def running_house(home: Path) -> Iterator[House]:
    """The whole firm, until the block ends."""
    with EmbeddedPostgres(home) as database:
        environment = settings_of(home, database.url) | {"PROPDESK_TEST_PAYMENTS": "yes"}
        subprocess.run([sys.executable, "-c", MIGRATE], env=environment, check=True)
        told = subprocess.run(
            [sys.executable, "-m", "tests.web.life.firm"],
            env=environment, check=True, stdout=subprocess.PIPE, text=True,
        ).stdout  # fmt: skip
        market = home / "market.jsonl"
        write_market(market)
        modules = {
            **JUDGING,
            "projector": ("propdesk.boot.projector_process",),
            "courier": ("propdesk.boot.courier_process",),
            "clerk": ("propdesk.boot.clerk_process",),
            "platform": ("propdesk.boot.cli", "platform", str(market)),
        }
        key = environment["PROPDESK_SECRET_KEY"]
        os.environ["PROPDESK_TEST_PAYMENTS"] = "yes"
        try:
            with (
                processes(home, database.url, modules, key),
                served(home, database.url) as (address, _),
            ):
                yield House(address, home, json.loads(told.splitlines()[-1]))
        finally:
            del os.environ["PROPDESK_TEST_PAYMENTS"]


def write_market(path: Path) -> None:
    """A price that rises by the same step four times a second."""
    begin = 1_700_000_000_000_000
    with path.open("w") as out:
        for number in range(LASTS_S * 1_000_000 // EVERY_US):
            bid = FIRST + number * STEP
            quote = Quote(begin + number * EVERY_US, SYMBOL, bid, bid + SPREAD)
            out.write(write_event(quote) + "\n")
