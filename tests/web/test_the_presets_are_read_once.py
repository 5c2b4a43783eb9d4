"""The presets are read when the server starts, once, whoever asks for them meanwhile."""

import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from propdesk.web import rulebook_library
from propdesk.web.rulebook_library import read_ahead, shelf
from propdesk.wire.rulebook_file import LoadedRulebook, load_rulebook, presets

WAIT_S_MAX = 10


@pytest.fixture(autouse=True)
def unread() -> Iterator[None]:
    """As a process that has just started; what the others read comes back afterwards."""
    rulebook_library._read.cache_clear()
    yield
    rulebook_library._read.cache_clear()


def test_a_page_asked_for_meanwhile_waits_for_the_same_reading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    read: list[str] = []
    loaded = load_rulebook("ftmo-2-step")

    def slowly(name: str) -> LoadedRulebook:
        read.append(name)
        begun.set()
        assert go_on.wait(WAIT_S_MAX)
        return loaded

    monkeypatch.setattr(rulebook_library, "load_rulebook", slowly)
    ahead = read_ahead()
    assert begun.wait(WAIT_S_MAX)
    answers: list[object] = []
    asking = threading.Thread(target=lambda: answers.append(shelf()))
    asking.start()
    asking.join(0.2)
    assert answers == []  # it neither reads by itself nor answers with half of them
    go_on.set()
    ahead.join(WAIT_S_MAX)
    asking.join(WAIT_S_MAX)
    assert read == presets()
    assert answers == [(loaded,) * len(presets())]


def test_the_server_reads_them_before_anybody_asks() -> None:
    """The worker's module in a process of its own: it takes its process group for itself."""
    asked = """
import threading
import propdesk.boot.pages
from propdesk.web import rulebook_library
for each in threading.enumerate():
    if each.name == "presets":
        each.join()
print(rulebook_library._read.cache_info().currsize)
"""
    told = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60
    )
    assert told.stdout.strip() == "1"
