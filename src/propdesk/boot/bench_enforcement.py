"""The benchmark of the enforcement: from the tick that ends an account to its platform's answer.

The load and the house of ``bench ingest``, and beside them the firm's own processes: the projector
that reads the verdicts, the courier that commands, and the simulated platform, on which every
account that will be ended has an open position and a waiting order. It ends by itself.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from propdesk.boot.bench_cpu import spent_s
from propdesk.boot.bench_house import (
    BEGIN_S_MAX,
    JUDGING,
    BenchFailed,
    Heard,
    enrol,
    processes,
    wait_until,
)
from propdesk.boot.bench_ingest import by_timetable, due_us, percentiles, sender_of
from propdesk.boot.bench_load import Load, burst_name, ladder_name
from propdesk.boot.benchmarks import machine
from propdesk.boot.firm_database import firm_database
from propdesk.boot.settings import load as settings_of
from propdesk.connectors.intake import SOCKET_NAME
from propdesk.connectors.simulated_platform.client import PlatformClient
from propdesk.connectors.simulated_platform.frames import SOCKET_NAME as PLATFORM_SOCKET
from propdesk.domain.events import Quote
from propdesk.domain.instants import SECOND
from propdesk.ports.platform import CreateAccount
from propdesk.ports.platform_trading import PlaceOrder
from propdesk.storage.embedded_postgres import EmbeddedPostgres
from propdesk.storage.event_log import PostgresLog
from propdesk.wire.event_file import write_event

if TYPE_CHECKING:  # its models need Django set up
    from propdesk.boot.bench_accounts import Enforced

MARKET = "market.jsonl"
MARKET_S = 3 * 3600
"""So long the platform has prices, one a second: long enough to enrol every account before."""
FIRM: Mapping[str, Sequence[str]] = {
    **JUDGING,
    "projector": ("propdesk.boot.projector_process",),
    "courier": ("propdesk.boot.courier_process",),
    "clerk": ("propdesk.boot.clerk_process",),
}
ENFORCING = ("projector", "courier", "platform")
SYMBOL = "BTCUSD"
"""Its market never closes."""
SETTLE_S_MAX = 120.0
COUNT_S = 0.5
"""So often the accounts that are confirmed are counted: more would be a load of its own."""
TAKEN_IN_S_MAX = 900.0


def enforcement_bench(load: Load) -> dict[str, Any]:
    """Run the whole load once. Raises ``BenchFailed``."""
    busy_before = os.getloadavg()
    with ExitStack() as running:
        home = Path(tempfile.mkdtemp(prefix="propdesk-bench-"))
        running.callback(shutil.rmtree, home, ignore_errors=True)
        database = running.enter_context(EmbeddedPostgres(home))
        url = database.url
        secret = secrets.token_urlsafe(48)
        told = {
            "PROPDESK_HOME": str(home),
            "PROPDESK_DATABASE_URL": url,
            "PROPDESK_SECRET_KEY": secret,
        }
        running.enter_context(firm_database(settings_of(told)))
        # Their models need Django set up.
        from propdesk.boot import bench_accounts as accounts  # noqa: PLC0415

        _write_market(home / MARKET)
        platform = ("propdesk.boot.cli", "platform", "--no-forward", str(home / MARKET))
        house = running.enter_context(processes(home, url, {**FIRM, "platform": platform}, secret))
        _open_on_the_platform(load, home)
        accounts.keep(load)
        listening = running.enter_context(closing(PostgresLog(url).reader()))
        heard = Heard(listening, house.look)
        sequence = enrol(load, home / SOCKET_NAME, heard)
        wait_until(
            lambda: accounts.are_read_to(heard.offset), house.look, TAKEN_IN_S_MAX, "the projector"
        )
        used, by_database = house.seconds_used(), _spent_by(database)
        with sender_of(load, home / SOCKET_NAME, sequence, (0, 0)) as (sender, ready):
            sent = by_timetable(load, sender, ready, heard)
        due = due_us(load, sent)
        wait_until(
            lambda: accounts.ended() >= len(due), house.look, SETTLE_S_MAX, "every confirmation",
            every_s=COUNT_S,
        )  # fmt: skip
        cpu_s = house.used_since(used)
        cpu_s["database"] = round(_spent_by(database) - by_database, 2)
        return {
            "bench": "enforcement",
            "book": _book(load, url),
            "figures": {
                **_latencies(due, heard, accounts.enforced(due.keys())),
                "cpu_s": cpu_s,
                "cpu_ms_per_account_ended": {
                    name: round(1000 * cpu_s[name] / len(due), 2) for name in ENFORCING
                },
            },
            "baselines": {},
            "machine": {
                **machine(),
                "processors": str(os.cpu_count()),
                "load_before": " ".join(f"{each:.2f}" for each in busy_before),
            },
        }


def _book(load: Load, url: str) -> dict[str, Any]:
    return {
        "accounts": load.accounts,
        "seconds": load.seconds,
        "ticks_per_s": load.ticks_per_s,
        "deals_per_s": load.deals_per_s,
        "verdicts_one_by_one": load.ladder,
        "verdicts_in_one_tick": load.burst,
        "durability": dict(PostgresLog(url).durability()),
        "from": "the moment a tick was due",
        "to": "its account's orders cancelled, its positions closed and its rights taken, confirmed"
        " by the simulated platform and noted",
    }


def _latencies(
    due: Mapping[str, int], heard: Heard, enforced: Mapping[str, "Enforced"]
) -> dict[str, Any]:
    """From the tick to the confirmation, and stage by stage between."""
    whole = {name: each.confirmed - due[name] for name, each in enforced.items()}
    pairs = [(heard.logged[name], each) for name, each in enforced.items()]
    return {
        "tick_to_verdict": percentiles([heard.ended[name] - at for name, at in due.items()]),
        "verdict_to_projected": percentiles([each.projected - at for at, each in pairs]),
        "projected_to_claimed": percentiles([each.claimed - each.projected for _, each in pairs]),
        "claimed_to_done": percentiles([each.done - each.claimed for _, each in pairs]),
        "done_to_confirmed": percentiles([each.confirmed - each.done for _, each in pairs]),
        "tick_to_confirmed": percentiles([*whole.values()]),
        "tick_to_confirmed_one_by_one": percentiles(
            [took for name, took in whole.items() if name.startswith("L")]
        ),
        "tick_to_confirmed_in_one_tick": percentiles(
            [took for name, took in whole.items() if name.startswith("B")]
        ),
    }


def _spent_by(database: EmbeddedPostgres) -> float:
    if database.server_pid is None:
        raise BenchFailed("the database ended")
    return spent_s(database.server_pid)


def _doomed(load: Load) -> list[str]:
    ladder = [ladder_name(number) for number in range(load.ladder)]
    return ladder + [burst_name(number) for number in range(load.burst)]


# --- the platform ----------------------------------------------------------------------------
def _write_market(path: Path) -> None:
    """A price that stays, so that nothing but the engine ends anybody."""
    with path.open("w", encoding="utf-8") as out:
        for second in range(MARKET_S):
            quote = Quote(second * SECOND, SYMBOL, Decimal("60000.00"), Decimal("60002.00"))
            out.write(write_event(quote) + "\n")


def _open_on_the_platform(load: Load, home: Path) -> None:
    """Each account that will be ended: opened, one position, one order that waits."""
    socket = home / PLATFORM_SOCKET
    wait_until(socket.exists, lambda: None, BEGIN_S_MAX, "the platform")
    with closing(PlatformClient(socket)) as platform:
        names = _doomed(load)
        opening = [
            CreateAccount(f"open/{name}", "usd-hedging", Decimal(100_000), login=name)
            for name in names
        ]
        refused = [each for each in platform.act(opening) if not each.is_confirmed]
        if refused:
            raise BenchFailed(f"the platform opens no account: {refused[0]}")
        first, *others = [order for name in names for order in _orders(name)]
        wait_until(
            lambda: platform.trade(first).is_done, lambda: None, BEGIN_S_MAX, "the first price"
        )
        for order in others:
            answer = platform.trade(order)
            if not answer.is_done:
                raise BenchFailed(f"the platform takes no order: {answer}")


def _orders(name: str) -> Iterable[PlaceOrder]:
    yield PlaceOrder(name, SYMBOL, "buy", Decimal("0.01"))
    yield PlaceOrder(name, SYMBOL, "buy", Decimal("0.01"), kind="limit", price=Decimal("1000.00"))
