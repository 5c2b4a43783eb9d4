"""Keep a finished judgement: one row, in one transaction, or nothing at all."""

import gzip
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from propdesk.crm.judgements.models import Judgement
from propdesk.crm.uuid7 import uuid7

PACKING_LEVEL = 6


class NotKeepable(ValueError):
    """The texts of the history hold characters no database takes. Nothing was kept."""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A judgement as the judging hands it over."""

    file_name: str
    file_sha256: str
    zone: str
    notes: tuple[str, ...]
    result: dict[str, Any]
    around: list[dict[str, Any]]
    evidence: dict[str, Any]


def keep_judgement(
    finished: Finished, at: datetime, compared_with: Judgement | None = None
) -> Judgement:
    """Write the judgement. Raises ``NotKeepable`` before anything is written.

    ``compared_with`` is the judgement whose history this one judged again.
    """
    result = finished.result
    _guard((finished.file_name, finished.notes, result, finished.around))
    evidence = json.dumps(finished.evidence, ensure_ascii=False) + "\n"
    try:
        packed = gzip.compress(evidence.encode("utf-8"), PACKING_LEVEL, mtime=0)
    except UnicodeEncodeError as error:
        raise NotKeepable("the history holds half characters (lone surrogates)") from error
    # After this point the judgement must be kept.
    with transaction.atomic():
        return Judgement.objects.create(
            id=uuid7(at),
            created_at=at,
            file_name=finished.file_name,
            file_sha256=finished.file_sha256,
            rulebook=result["rulebook"]["name"],
            rulebook_version=result["rulebook"]["version"],
            phase=result["phase"],
            size=Decimal(result["size"]),
            status=result["status"],
            zone=finished.zone,
            notes=list(finished.notes),
            result=result,
            around=finished.around,
            evidence_gz=packed,
            compared_with=compared_with,
        )


def _guard(texts: object) -> None:
    """jsonb takes neither NUL nor half a surrogate pair."""
    written = json.dumps(texts, ensure_ascii=False)
    if "\\u0000" in written:
        raise NotKeepable("the history holds NUL characters")
    try:
        written.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotKeepable("the history holds half characters (lone surrogates)") from error


def sha256_of(file: Path) -> str:
    """The fingerprint of an upload."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
