"""A reader is one folder on the template; this file invents one in under sixty lines."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from scripts import exports

from propdesk.connectors import readers
from propdesk.connectors.history import read_history
from propdesk.connectors.readers import registry
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import AccountOpened, Deal

ROOT = Path(__file__).parents[2]
EXAMPLE = Path(__file__).with_name("invented_reader.py")
SAMPLE = b"""Coral Markets;77;USD;10000.00;10000.00
no;opened;closed;symbol;side;lots;in;out;net
1;2026-03-02 10:00:00;2026-03-02 12:00:00;EURUSD;buy;1.00;1.08000;1.08100;100.00
2;2026-03-03 10:00:00;2026-03-03 11:00:00;GBPUSD;sell;0.50;1.27000;1.27200;-100.00
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of readers beside the product's; what is imported from it is forgotten again."""
    monkeypatch.setattr(readers, "__path__", [*readers.__path__, str(tmp_path)])
    return tmp_path


def add(folder: Path, name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text(text)
    module = f"{readers.__name__}.{name}"
    monkeypatch.delitem(sys.modules, module, raising=False)


def test_the_invented_reader_is_under_sixty_lines_and_reads(folder, monkeypatch) -> None:
    text = EXAMPLE.read_text()
    assert len(text.splitlines()) < 60
    with pytest.raises(Unreadable, match="none of the exports that are read"):
        read_history(SAMPLE, "coral.csv")
    add(folder, "coral", text, monkeypatch)
    history = read_history(SAMPLE, "coral.csv", "UTC")
    assert (history.kind, history.account, history.closed_trades) == ("coral", "77", 2)
    opened, *rest = history.events
    assert isinstance(opened, AccountOpened)
    booked = opened.balance + sum(each.profit for each in rest if isinstance(each, Deal))
    assert booked == history.stated_balance == 10000
    with pytest.raises(Unreadable, match=r"coral.csv:1: the trade list breaks off"):
        read_history(b"\n".join(SAMPLE.splitlines()[:2]), "coral.csv")
    with pytest.raises(Unreadable, match=r"coral.csv:1: does not reconcile"):
        read_history(SAMPLE.replace(b";100.00", b";100.01"), "coral.csv")
    with pytest.raises(Unreadable, match=r"coral.csv:3: '1.0O' is not a number"):
        read_history(SAMPLE.replace(b";1.00;", b";1.0O;", 1), "coral.csv")


def test_a_file_that_two_readers_take_for_their_own_is_refused(folder, monkeypatch) -> None:
    text = EXAMPLE.read_text()
    add(folder, "coral", text, monkeypatch)
    add(folder, "reef", text.replace('name="coral"', 'name="reef"'), monkeypatch)
    with pytest.raises(Unreadable, match=r"more than one reader takes this file .*: coral, reef"):
        read_history(SAMPLE, "coral.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("READER = 'none'", "pearl offers no READER that is built on the template"),
        ("", "pearl offers no READER that is built on the template"),
        (EXAMPLE.read_text(), "the reader in the folder 'pearl' is called 'coral'"),
    ],
)
def test_a_folder_that_offers_no_reader_is_the_installations_fault(
    folder, monkeypatch, text, said
) -> None:
    add(folder, "pearl", text, monkeypatch)
    with pytest.raises(registry.UnusableReader, match=said):
        registry.all_readers()


def test_an_installed_package_offers_its_reader_as_an_entry_point(monkeypatch) -> None:
    scope: dict[str, object] = {}
    exec(compile(EXAMPLE.read_text(), "coral", "exec"), scope)
    point = SimpleNamespace(value="coral:READER", load=lambda: scope["READER"])
    monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group else [])
    registry._installed.cache_clear()
    try:
        assert read_history(SAMPLE, "coral.csv").kind == "coral"
        monkeypatch.setattr(registry, "entry_points", lambda group: [point, point] if group else [])
        registry._installed.cache_clear()
        with pytest.raises(registry.UnusableReader, match="two readers are called 'coral'"):
            registry.all_readers()
    finally:
        registry._installed.cache_clear()


def test_every_reader_says_what_it_reads_and_how_to_get_it() -> None:
    for reader in registry.all_readers():
        assert reader.containers, reader.name
        assert reader.title, reader.name
        assert reader.export.endswith("."), reader.name
        assert "\n" not in reader.export, reader.name


def test_the_how_to_shows_this_reader_and_what_it_reads() -> None:
    page = (ROOT / "docs" / "how-to" / "write-a-reader.md").read_text()
    assert f"```python\n{EXAMPLE.read_text()}```" in page, "copy invented_reader.py into the page"
    assert f"```\n{SAMPLE.decode()}```" in page


def test_the_list_of_exports_is_what_the_readers_say() -> None:
    assert exports.PAGE.read_text() == exports.page(), "run python scripts/exports.py"
