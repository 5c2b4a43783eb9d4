"""Engine and intake have the processor first; every other process steps back by what it is for."""

import os
import signal
from types import ModuleType

import pytest

from propdesk.boot import (
    archive_process,
    carriers,
    clerk_process,
    courier_process,
    engine_process,
    ingest_process,
    platform_process,
    projector_process,
)
from propdesk.boot.carriers import ASIDE, ENFORCING, PAGES


class Begun(Exception):
    """The process would do its work from here on."""


@pytest.mark.parametrize(
    ("process", "behind", "place", "next_call"),
    [
        (engine_process, [], engine_process, "alone"),
        (ingest_process, [], ingest_process, "alone"),
        (projector_process, [ENFORCING], projector_process, "alone"),
        (courier_process, [ENFORCING], carriers, "load"),
        (platform_process, [ENFORCING], platform_process, "load"),
        (clerk_process, [ASIDE], carriers, "load"),
        (archive_process, [ASIDE], archive_process, "load"),
    ],
)
def test_a_process_steps_back_before_it_does_anything(
    process: ModuleType,
    behind: list[int],
    place: ModuleType,
    next_call: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stepped: list[int] = []

    def begin(*_: object) -> None:
        raise Begun

    monkeypatch.setattr(os, "nice", stepped.append)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    for module in (process, place):
        monkeypatch.setattr(module, "end_with_parent", lambda: None, raising=False)
    monkeypatch.setattr(place, next_call, begin)
    with pytest.raises(Begun):
        process.main()
    assert stepped == behind


def test_who_enforces_comes_before_who_shows_and_who_shows_before_who_tells() -> None:
    assert 0 < ENFORCING < PAGES < ASIDE
