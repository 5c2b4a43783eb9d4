"""Reads files as a person's upload would be read, each in a process of its own, and tells what
it came to, what it took of the processor and how far memory rose.

Run as ``python -m tests.connectors.fuzz.trial_server``: a line of JSON with ``door``, ``path``
and ``cpu_s_max`` comes in, a line with the end goes out. It must not judge the end.
"""

import gc
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from propdesk.connectors.calendars.calendar import read_calendar
from propdesk.connectors.column_map import ColumnMap
from propdesk.connectors.history import accounts_in, read_history
from propdesk.connectors.quotes.source import open_quotes
from propdesk.connectors.refusal import Unreadable
from tests.connectors.test_any_table_is_read_by_its_columns import TRIP_COLUMNS

# A runaway reader ends in a MemoryError, not with the machine.
ADDRESS_BYTES_MAX = 4_000_000_000
_ACCOUNTS_MAX = _SYMBOLS_MAX = 2
_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


def _statement(path: Path) -> None:
    for event in read_history(path).events:
        assert event.at is not None


def _told(path: Path) -> None:
    """The same with everything said that an export may leave out."""
    read = read_history(path, None, "UTC", currency="USD", size=Decimal(50_000))
    for event in read.events:
        assert event.at is not None


def _accounts(path: Path) -> None:
    """Some of the accounts of a file of several."""
    for account in accounts_in(path)[:_ACCOUNTS_MAX]:
        for event in read_history(path, account=account).events:
            assert event.at is not None


def _columns(path: Path) -> None:
    """A table nobody knows, with a file that says what its columns are."""
    columns = ColumnMap(
        rows="trades",
        columns=TRIP_COLUMNS["columns"],
        words={"buy": frozenset({"long"}), "sell": frozenset({"short"})},
        profit_is_net=True,
        costs_are_positive=True,
        size_in_units=True,
        currency="USD",
    )
    for event in read_history(path, None, "UTC", size=Decimal(50_000), columns=columns).events:
        assert event.at is not None


def _calendar(path: Path) -> None:
    for event in read_calendar([path], zone="UTC").events:
        assert event.at is not None


def _quotes(path: Path) -> None:
    source = open_quotes([path], "UTC")
    for symbol in source.symbols[:_SYMBOLS_MAX]:
        for price in source.stream(symbol):
            assert price.at is not None


DOORS: dict[str, Callable[[Path], None]] = {
    "statement": _statement,
    "told": _told,
    "accounts": _accounts,
    "columns": _columns,
    "quotes": _quotes,
    "calendar": _calendar,
}
"""Every way a file comes in; each asks a registry, so a new reader is behind one of them."""


def _end_of(door: str, path: Path) -> dict[str, Any]:
    begun = time.process_time()
    try:
        DOORS[door](path)
    except Unreadable as error:
        end = {"end": "refused", "said": str(error)}
    except BaseException as error:  # noqa: BLE001 - whatever else comes out is what is looked for
        end = {"end": "raised", "said": _place_of(error)}
    else:
        end = {"end": "read", "said": ""}
    return end | {"cpu_s": time.process_time() - begun}


def _place_of(error: BaseException) -> str:
    """The error and the last line of the product it came through."""
    where, trace = "", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if "propdesk" in code.co_filename:
            where = f"{Path(code.co_filename).name}:{trace.tb_lineno} in {code.co_name}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {where}: {str(error)[:200]}"


def _in_a_child(order: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        seconds = int(order["cpu_s_max"]) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_BYTES_MAX, ADDRESS_BYTES_MAX))
        os.write(writing, json.dumps(_end_of(order["door"], Path(order["path"]))).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    _, status, used = os.wait4(child, 0)
    end = (
        json.loads(told)
        if told
        else {"end": "died", "said": f"signal {os.WTERMSIG(status)}", "cpu_s": used.ru_utime}
    )
    return {**end, "rss": used.ru_maxrss * _MAXRSS_BYTES}


def main() -> None:
    """Answer until there are no more lines. What is imported once is not counted as a trial's."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.csv"
        bare.write_bytes(b"nothing, in it\n")
        for door in DOORS:
            _end_of(door, bare)
    gc.freeze()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_in_a_child(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
