"""``propdesk verify``: recomputes the verdict of an evidence file, offline."""

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from propdesk.wire.evidence import EvidenceRefused, verify

BYTES_MAX = 512 * 1024 * 1024


@click.command("verify")
@click.argument("evidence", type=click.Path(path_type=Path))
def command(evidence: Path) -> None:
    """Recompute the verdict of EVIDENCE. Exit 0 when it holds, 1 when not, 2 if unreadable."""
    try:
        found = verify(_content(evidence))
    except OSError as failed:
        _refuse(evidence, failed.strerror or "cannot be read")
    except (ValueError, RecursionError):
        _refuse(evidence, "not JSON")
    except EvidenceRefused as refused:
        _refuse(evidence, str(refused))
    for difference in found.differences:
        click.echo(f"  {difference}")
    if not found.holds:
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
