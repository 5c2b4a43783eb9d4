"""The ready samples: statements with their quotes, made by this project.

It must not judge; it says which files and terms belong together.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from propdesk.web.judging import Request

DIRECTORY = Path(__file__).parent / "samples"


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample, as ``samples.json`` describes it."""

    name: str
    title: str
    says: str
    statement: str
    quotes: str
    source_zone: str
    rulebook: str
    phase: str
    size: str

    def request(self, *, with_quotes: bool) -> Request:
        return Request(
            history=DIRECTORY / self.statement,
            rulebook=self.rulebook,
            phase=self.phase,
            size=Decimal(self.size),
            quotes=(DIRECTORY / self.quotes,) if with_quotes else (),
            source_zone=self.source_zone,
        )


@cache
def samples() -> tuple[Sample, ...]:
    described = json.loads((DIRECTORY / "samples.json").read_text("utf-8"))
    return tuple(Sample(**each) for each in described)


def find(name: str) -> Sample | None:
    return next((each for each in samples() if each.name == name), None)
