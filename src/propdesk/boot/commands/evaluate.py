"""``propdesk evaluate``: judges a platform export or an event file."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from propdesk.boot.chart import FORMATS, draw
from propdesk.boot.judging import Judged, Refused, Request, counted, judge
from propdesk.domain.events import Event

COUNT_EVERY = 20_000
PATH = click.Path(path_type=Path)


@click.command("evaluate")
@click.argument("history", metavar="INPUT", type=PATH)
@click.option("--rulebook", required=True, help="A preset's name or a rulebook file.")
@click.option("--size", required=True, help="The account size, or 'statement'.")
@click.option("--phase", required=True, help="The phase to judge by, e.g. challenge.")
@click.option("--json", "json_to", type=click.Path(), help="Write the result here; - is stdout.")
@click.option("--evidence", type=PATH, help="Write the evidence file here.")
@click.option("--chart", type=PATH, help="Draw equity and floors as .svg or .png.")
@click.option("--quotes", type=PATH, multiple=True, help="A quotes file or folder; repeatable.")
@click.option("--quotes-zone", help="Clock of quotes without a zone.")
@click.option("--account", help="Which account of a file that holds several.")
@click.option("--currency", help="The account's currency, where an export names none.")
@click.option("--columns", type=PATH, help="Which column of a table means what (YAML or JSON).")
@click.option("--source-zone", help="Clock of the statement: an IANA zone, or 'server'.")
@click.option("--instruments", type=PATH, help="Instruments that override the catalogue (CSV).")
@click.option("--calendar", type=PATH, multiple=True, help="A calendar or folder; repeatable.")
@click.option("--calendar-zone", help="Clock of a calendar without a zone.")
@click.option("--calendar-received", help="When calendars whose names do not say were received.")
@click.option("--add-on", "add_ons", multiple=True, help="An add-on bought with the challenge.")
@click.option("--trace", type=PATH, help="Write balance, equity and floors after every event.")
def command(
    history: Path,
    json_to: str | None,
    evidence: Path | None,
    chart: Path | None,
    **options: Any,
) -> None:
    """Judge INPUT (a platform's statement or an event file) by a rulebook.

    Exit 0 whatever the verdict, 2 for input that cannot be used.
    """
    if chart is not None and chart.suffix.lower() not in FORMATS:
        _refuse(f"--chart: {chart.name} must end in .svg or .png")
    request = Request(history=history, with_evidence=evidence is not None, **options)
    try:
        judged = _with_progress(request)
        if evidence is not None:
            evidence.write_text(json.dumps(judged.evidence, ensure_ascii=False) + "\n", "utf-8")
        if chart is not None:
            draw(judged.result, chart)
        if json_to is not None and json_to != "-":
            Path(json_to).write_text(_json(judged), "utf-8")
    except Refused as refused:
        _refuse(str(refused))
    except OSError as failed:
        _refuse(f"{failed.filename}: {failed.strerror}")
    if json_to == "-":
        click.echo(_json(judged), nl=False)
    else:
        _tell(judged)


def _refuse(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(2)


def _json(judged: Judged) -> str:
    return json.dumps(judged.result, indent=2, ensure_ascii=False) + "\n"


def _with_progress(request: Request) -> Judged:
    console = Console(stderr=True)
    if not console.is_terminal:
        return judge(request)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("reading", total=None)

        def watched(events: Iterable[Event]) -> Iterable[Event]:
            def tell(number: int) -> None:
                progress.update(task, description=f"{number:,} events judged")

            return counted(events, tell, COUNT_EVERY)

        return judge(request, watched)


def _tell(judged: Judged) -> None:
    """The answer first, then what it rests on."""
    result = judged.result
    book = result["rulebook"]
    click.echo(
        f"{result['status'].upper()}  {result['account']}  {book['name']} {book['version']}, "
        f"{result['phase']}, {result['size']} {result['currency']}"
    )
    for verdict in result["verdicts"]:
        bound = ""
        if verdict["observed"] is not None and verdict["limit"] is not None:
            bound = f": {verdict['observed']} against {verdict['limit']} ({verdict['comparison']})"
        click.echo(f"  {verdict['at']}  {verdict['rule']}: {verdict['outcome']}{bound}")
    for goal in result["objectives"]:
        met = {True: "met", False: "not met", None: "not known"}[goal["met"]]
        click.echo(f"  {goal['rule']}: {goal['current']} of {goal['required']}, {met}")
    for line in result["limits"]:
        room = "unknown" if line["room"] is None else line["room"]
        click.echo(f"  {line['rule']}: floor {line['floor']}, room {room}")
    coverage = result["coverage"]
    click.echo(f"  judged from {coverage['basis']}, {len(coverage['gaps'])} gaps")
    for gap in coverage["gaps"][:10]:
        click.echo(f"    {gap['symbol']} {gap['from']} – {gap['to'] or 'now'}: {gap['reason']}")
    for note in judged.notes:
        click.echo(f"  note: {note}")
