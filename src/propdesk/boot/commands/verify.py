"""``propdesk verify``: recomputes the verdict of an evidence file, offline."""

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from propdesk.wire.event_file import read_event_file
from propdesk.wire.evidence import EvidenceRefused, held_against, verify
from propdesk.wire.unreadable import Unreadable

BYTES_MAX = 512 * 1024 * 1024


@click.command("verify")
@click.argument("evidence", type=click.Path(path_type=Path))
@click.option(
    "--log",
    type=click.Path(path_type=Path),
    help="The event file it was taken from: proves the opening state, and that nothing is missing.",
)
def command(evidence: Path, log: Path | None) -> None:
    """Recompute the verdict of EVIDENCE. Exit 0 when it holds, 1 when not, 2 if unreadable."""
    try:
        content = _content(evidence)
        found = verify(content)
        differences = found.differences
        if log is not None:
            differences += held_against(content, read_event_file(log))
    except OSError as failed:
        _refuse(evidence, failed.strerror or "cannot be read")
    except (ValueError, RecursionError):
        _refuse(evidence, "not JSON")
    except EvidenceRefused as refused:
        _refuse(evidence, str(refused))
    except Unreadable as refused:
        click.echo(str(refused), err=True)
        sys.exit(2)
    for difference in differences:
        click.echo(f"  {difference}")
    if differences:
        click.echo(f"DOES NOT HOLD  {found.summary}")
        sys.exit(1)
    click.echo(f"HOLDS  {found.summary}")


def _content(evidence: Path) -> dict[str, Any]:
    if evidence.stat().st_size > BYTES_MAX:
        raise EvidenceRefused("larger than evidence can be")
    content = json.loads(evidence.read_text("utf-8"))
    if not isinstance(content, dict):
        raise EvidenceRefused("this is no evidence file of Propdesk")
    return content


def _refuse(evidence: Path, sentence: str) -> NoReturn:
    click.echo(f"{evidence.name}: {sentence}", err=True)
    sys.exit(2)
