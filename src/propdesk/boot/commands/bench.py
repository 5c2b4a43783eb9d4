"""``propdesk bench``: measures this machine with loads anyone can repeat."""

import json
from pathlib import Path
from typing import Any

import click

from propdesk.boot.bench_deals import deals_bench
from propdesk.boot.bench_enforcement import enforcement_bench
from propdesk.boot.bench_engine import engine_bench
from propdesk.boot.bench_house import BenchFailed
from propdesk.boot.bench_ingest import ingest_bench, load_of
from propdesk.boot.bench_log import log_bench
from propdesk.boot.bench_recovery import recovery_bench
from propdesk.boot.bench_web import Asked, web_bench
from propdesk.boot.benchmarks import evaluator_bench, statement_bench, told
from propdesk.boot.judging import Refused
from propdesk.boot.settings import load
from propdesk.engine.builds import build_kernel


@click.group("bench")
def command() -> None:
    """Measure; every result names its load, its baseline and the machine."""


@command.command("evaluator")
@click.option("--ticks", default=300_000, show_default=True, type=click.IntRange(min=1000))
@click.option("--json", "json_to", type=click.Path(), help="Write the result here; - is stdout.")
def evaluator(ticks: int, json_to: str | None) -> None:
    """The reference evaluator: one account, five open positions, parsing included."""
    _write(evaluator_bench(ticks), json_to)


@command.command("engine")
@click.option("--accounts", default=10_000, show_default=True, type=click.IntRange(min=100))
@click.option("--ticks", default=20_000, show_default=True, type=click.IntRange(min=100))
@click.option("--index/--no-index", default=True, show_default=True, help="The trigger index too.")
@click.option("--json", "json_to", type=click.Path(), help="Write the result here; - is stdout.")
def engine(accounts: int, ticks: int, index: bool, json_to: str | None) -> None:
    """The engine's kernel on a made-up firm, beside its trigger index, plain Python and NumPy."""
    _write(engine_bench(accounts, ticks, load().home, index=index), json_to)


@command.command("deals")
@click.option("--accounts", default=10_000, show_default=True, type=click.IntRange(100, 300_000))
@click.option("--deals", default=20_000, show_default=True, type=click.IntRange(min=1000))
@click.option("--json", "json_to", type=click.Path(), help="Write the result here; - is stdout.")
def deals(accounts: int, deals: int, json_to: str | None) -> None:
    """What a deal costs the engine, beside its rules alone; no database, no other process."""
    _write(deals_bench(accounts, deals, build_kernel(home=load().home)), json_to)


@command.command("statement")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--json", "json_to", type=click.Path(), help="Write the result here; - is stdout.")
def statement(file: Path, json_to: str | None) -> None:
    """Read and judge a platform's statement."""
    try:
        _write(statement_bench(file), json_to)
    except Refused as refused:
        raise click.ClickException(str(refused)) from refused


@command.command("log")
@click.option("--seconds", default=5.0, show_default=True, type=click.FloatRange(min=0.1, max=600))
@click.option("--database", "url", help="Measure this PostgreSQL; its bench streams stay.")
@click.option("--json", "json_to", type=click.Path(), help="Write the result here; - is stdout.")
def log(seconds: float, url: str | None, json_to: str | None) -> None:
    """The event log: durable appends, and how soon a reader in another process has them."""
    _write(log_bench(seconds, url), json_to)


@command.command("ingest")
@click.option("--accounts", default=100_000, show_default=True, type=click.IntRange(100, 300_000))
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(1, 3600))
@click.option("--ticks-per-s", default=5_000, show_default=True, type=click.IntRange(500, 100_000))
@click.option("--deals-per-s", default=500, show_default=True, type=click.IntRange(50, 10_000))
@click.option("--json", "json_to", type=click.Path(), help="Write the result here; - is stdout.")
def ingest(
    accounts: int, seconds: float, ticks_per_s: int, deals_per_s: int, json_to: str | None
) -> None:
    """Database, intake and engine together: from a tick that is due to its durable verdict."""
    try:
        _write(ingest_bench(load_of(accounts, seconds, ticks_per_s, deals_per_s)), json_to)
    except BenchFailed as failed:
        raise click.ClickException(str(failed)) from failed


@command.command("enforcement")
@click.option("--accounts", default=100_000, show_default=True, type=click.IntRange(100, 300_000))
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(1, 3600))
@click.option("--ticks-per-s", default=5_000, show_default=True, type=click.IntRange(500, 100_000))
@click.option("--deals-per-s", default=500, show_default=True, type=click.IntRange(50, 10_000))
@click.option("--json", "json_to", type=click.Path(), help="Write the result here; - is stdout.")
def enforcement(
    accounts: int, seconds: float, ticks_per_s: int, deals_per_s: int, json_to: str | None
) -> None:
    """The firm around it too: from a tick that is due to what its platform has confirmed."""
    try:
        _write(enforcement_bench(load_of(accounts, seconds, ticks_per_s, deals_per_s)), json_to)
    except BenchFailed as failed:
        raise click.ClickException(str(failed)) from failed


@command.command("web")
@click.option("--traders", default=100_000, show_default=True, type=click.IntRange(100, 1_000_000))
@click.option("--accounts", default=300_000, show_default=True, type=click.IntRange(60, 3_000_000))
@click.option("--deals", default=20_000_000, show_default=True, type=click.IntRange(100))
@click.option("--seconds", default=10.0, show_default=True, type=click.FloatRange(0.1, 600))
@click.option("--json", "json_to", type=click.Path(), help="Write the result here; - is stdout.")
def web(traders: int, accounts: int, deals: int, seconds: float, json_to: str | None) -> None:
    """The staff's pages over a large firm: 50 requests a second of each, cold and warm."""
    try:
        _write(web_bench(Asked(traders, accounts, deals, seconds)), json_to)
    except BenchFailed as failed:
        raise click.ClickException(str(failed)) from failed


@command.command("recovery")
@click.option("--accounts", default=100_000, show_default=True, type=click.IntRange(100, 300_000))
@click.option("--deal-seconds", default=60.0, show_default=True, type=click.FloatRange(1, 600))
@click.option("--json", "json_to", type=click.Path(), help="Write the result here; - is stdout.")
def recovery(accounts: int, deal_seconds: float, json_to: str | None) -> None:
    """An engine begun from its snapshot, and its stand-by: seconds to the first verdict."""
    _write(recovery_bench(accounts, deal_seconds), json_to)


def _write(result: dict[str, Any], json_to: str | None) -> None:
    text = json.dumps(result, indent=2) + "\n"
    if json_to == "-":
        click.echo(text, nl=False)
    elif json_to is not None:
        Path(json_to).write_text(text, "utf-8")
    else:
        for line in told(result):
            click.echo(line)
