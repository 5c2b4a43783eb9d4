"""The journal: what was appended is there after a kill; a torn end is cut, damage is refused."""

import os
from pathlib import Path

import pytest

from propdesk.connectors.simulated_platform.journal import (
    HEAD,
    MAGIC,
    Journal,
    JournalDamaged,
    JournalInUse,
)

BODIES = [b"first", b"", b"third" * 100]


def written(path: Path, bodies: list[bytes] = BODIES) -> None:
    with Journal(path) as journal:
        assert journal.append(bodies) == len(bodies)


def test_what_was_appended_is_read_in_order(tmp_path: Path) -> None:
    written(tmp_path / "journal")
    with Journal(tmp_path / "journal") as journal:
        assert journal.last == 3
        assert list(journal.walk()) == BODIES
        assert journal.read(1) == [(2, b""), (3, BODIES[2])]
        assert journal.read(3) == []
        assert journal.append([b"fourth"]) == 4
        assert journal.read(3) == [(4, b"fourth")]


def test_a_read_is_bounded_but_never_empty(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal") as journal:
        journal.append([b"x" * 1000] * 5)
        assert [number for number, _ in journal.read(0, bytes_max=2100)] == [1, 2]
        assert [number for number, _ in journal.read(0, bytes_max=1)] == [1]


def test_every_torn_end_is_cut_off_and_writing_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    written(path)
    whole = path.read_bytes()
    third = len(whole) - len(BODIES[2]) - HEAD.size
    for size in [third + 1, third + HEAD.size - 1, third + HEAD.size, len(whole) - 1]:
        path.write_bytes(whole[:size])
        with Journal(path) as journal:
            assert list(journal.walk()) == BODIES[:2], size
            journal.append([b"again"])
        with Journal(path) as journal:
            assert list(journal.walk()) == [*BODIES[:2], b"again"]


def test_an_end_of_rubbish_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    written(path)
    with path.open("ab") as file:
        file.write(os.urandom(300))
    with Journal(path) as journal:
        assert list(journal.walk()) == BODIES


def test_a_torn_beginning_is_begun_again(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(MAGIC[:7])
    with Journal(path) as journal:
        journal.append([b"first"])
    with Journal(path) as journal:
        assert list(journal.walk()) == [b"first"]


@pytest.mark.parametrize("place", [0, 3, len(MAGIC), len(MAGIC) + 5, len(MAGIC) + HEAD.size])
def test_damage_before_the_end_is_refused_and_changes_nothing(tmp_path: Path, place: int) -> None:
    path = tmp_path / "journal"
    written(path)
    damaged = bytearray(path.read_bytes())
    damaged[place] ^= 0x55
    path.write_bytes(damaged)
    with pytest.raises(JournalDamaged):
        Journal(path)
    assert path.read_bytes() == damaged


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_text("not a journal")
    with pytest.raises(JournalDamaged):
        Journal(path)
    assert path.read_text() == "not a journal"


def test_only_one_writes(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal"), pytest.raises(JournalInUse):
        Journal(tmp_path / "journal")
    Journal(tmp_path / "journal").close()


def test_it_is_its_owners_alone(tmp_path: Path) -> None:
    written(tmp_path / "journal")
    assert (tmp_path / "journal").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("syncs", "times"), [(True, 2), (False, 0)])
def test_an_append_is_on_the_disk_when_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, syncs: bool, times: int
) -> None:
    synced: list[int] = []
    with Journal(tmp_path / "journal", syncs=syncs) as journal:
        monkeypatch.setattr(os, "fdatasync", synced.append)
        journal.append([b"one", b"two"])
        journal.append([b"three"])
        monkeypatch.undo()
    assert len(synced) == times
