"""An engine with made-up accounts in a made-up market, for looking at the live pages.

    PROPDESK_HOME=… python -m scripts.made_up_engine

beside ``propdesk up`` with the same home. It judges nothing; every figure is made up.
"""

import os
import time
from pathlib import Path

from propdesk.boot.settings import load
from propdesk.connectors.engine_queries.hand_over import HandOver
from propdesk.connectors.engine_queries.server import QueryServer
from propdesk.connectors.engine_queries.socket_place import socket_path
from propdesk.ports.made_up_accounts import MadeUpAccounts

MINUTES_BEFORE = 90
TICKS_PER_S = 40


def main() -> None:
    path: Path = socket_path(load(os.environ).home)
    now = time.time_ns() // 1_000
    accounts = MadeUpAccounts(at=now - MINUTES_BEFORE * 60_000_000)
    for minute in range(MINUTES_BEFORE):
        accounts.move(now - (MINUTES_BEFORE - minute) * 60_000_000, ticks=60)
    hand_over = HandOver()
    with QueryServer(path, hand_over):
        print(f"made-up accounts answer on {path}; Ctrl-C stops it")
        while True:
            accounts.move(time.time_ns() // 1_000)
            until = time.monotonic() + 1 / TICKS_PER_S
            while time.monotonic() < until:
                if not hand_over.answer(accounts):
                    time.sleep(0.002)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("stopped")
