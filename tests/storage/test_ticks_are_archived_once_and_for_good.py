"""The tick archive: what was added is read back, tick for tick, once, or refused as damaged."""

import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest

from propdesk.ports.tick_archive import ArchiveDamaged, ArchiveUnwritable, Kept
from propdesk.storage.tick_archive import FileTickArchive
from propdesk.wire.log_records import SymbolDefined, Ticks

FEED = "feed one"
NAMES = {1: "EURUSD", 2: "XAU/USD", 3: "..", 4: "eurusd"}
SYMBOLS = [SymbolDefined(number, FEED, name, 5) for number, name in NAMES.items()]
DAY_US = 86_400_000_000
START = int(datetime(2026, 3, 2, 22, tzinfo=UTC).timestamp()) * 1_000_000

Row: TypeAlias = tuple[int, int, int, int, int]
"""Number, sequence, moment, bid, ask."""
Days: TypeAlias = dict[tuple[str, date], list[Row]]


def stream(count: int, seed: int = 1) -> Iterator[Ticks]:
    """Batches of ticks of four symbols over some days, numbered from 1."""
    chance = np.random.default_rng(seed)
    number, at = 1, START
    while number <= count:
        length = min(int(chance.integers(1, 60)), count - number + 1)
        moments = at + np.cumsum(chance.integers(0, 120_000_000, length))
        bid = chance.integers(-5, 2**40, length)
        yield Ticks(
            first=number,
            feed=FEED,
            sequence=1_000_000 + number,
            symbol=chance.integers(1, 5, length).astype(np.int32),
            at=moments,
            bid=bid,
            ask=bid + chance.integers(0, 9, length),
        )
        number, at = number + length, int(moments[-1])


def euros(first: int, bids: list[int], at: int = START) -> Ticks:
    """A batch of the first symbol, a microsecond apart."""
    bid = np.array(bids, np.int64)
    count = np.arange(len(bids))
    return Ticks(first, FEED, first, np.ones(len(bids), np.int32), at + first + count, bid, bid + 1)


def expected(batches: list[Ticks], upto: int | None = None) -> Days:
    """What the archive must hold, the long way."""
    days: Days = defaultdict(list)
    for ticks in batches:
        for row, at in enumerate(ticks.at.tolist()):
            number = ticks.first + row
            if upto is not None and number > upto:
                continue
            day = datetime.fromtimestamp(at / 1_000_000, UTC).date()
            tick = (number, ticks.sequence + row, at, int(ticks.bid[row]), int(ticks.ask[row]))
            days[NAMES[int(ticks.symbol[row])], day].append(tick)
    return dict(days)


def held(archive: FileTickArchive) -> Days:
    return {
        (name, day): [
            row
            for ticks in archive.read(FEED, name, day)
            for row in zip(
                ticks.number.tolist(),
                ticks.sequence.tolist(),
                ticks.at.tolist(),
                ticks.bid.tolist(),
                ticks.ask.tolist(),
                strict=True,
            )
        ]
        for name in NAMES.values()
        for day in archive.days(FEED, name)
    }


@pytest.fixture
def alarms() -> list[str]:
    return []


@pytest.fixture
def archive(tmp_path: Path, alarms: list[str]) -> Iterator[FileTickArchive]:
    opened = FileTickArchive(tmp_path, alarms.append, closed_rows=400)
    for symbol in SYMBOLS:
        opened.define(symbol)
    yield opened
    opened.close()


def fill(archive: FileTickArchive, batches: list[Ticks], every: int = 20) -> None:
    for offset, ticks in enumerate(batches, start=1):
        archive.add(ticks)
        if offset % every == 0 or offset == len(batches):
            archive.flush(offset)


def test_every_tick_is_read_back_in_order_with_all_it_said(archive: FileTickArchive) -> None:
    batches = list(stream(5_000))
    fill(archive, batches)
    assert held(archive) == expected(batches)
    assert archive.kept() == Kept(5_000, len(batches))
    assert len(archive.days(FEED, "EURUSD")) >= 3


def test_a_new_archive_is_empty(archive: FileTickArchive) -> None:
    assert archive.kept() == Kept(0, 0)
    assert archive.days(FEED, "EURUSD") == ()
    assert list(archive.read(FEED, "EURUSD", date(2026, 3, 2))) == []


def test_what_was_added_again_is_not_kept_twice(archive: FileTickArchive) -> None:
    batches = list(stream(2_000))
    for position, ticks in enumerate(batches):
        for again in batches[max(0, position - 3) : position]:
            archive.add(again)
        archive.add(ticks)
        if position % 8 == 0:
            archive.flush(position + 1)
            archive.flush(position + 1)
    archive.flush(len(batches))
    assert held(archive) == expected(batches)


def test_a_batch_of_which_half_was_seen_gives_the_other_half(archive: FileTickArchive) -> None:
    whole = euros(1, [10, 20, 30, 40, 50, 60])
    for each in (euros(1, [10, 20, 30, 40]), whole):
        archive.add(each)
        archive.flush(1)
    assert held(archive) == expected([whole])


def test_after_a_restart_it_goes_on_and_knows_its_symbols(
    archive: FileTickArchive, tmp_path: Path, alarms: list[str]
) -> None:
    batches = list(stream(3_000))
    fill(archive, batches[:40])
    archive.close()
    again = FileTickArchive(tmp_path, alarms.append)
    assert again.kept().offset == 40
    fill(again, batches[35:])
    assert held(again) == expected(batches)
    assert alarms == []
    again.close()


def test_a_finer_price_changes_what_comes_after_it_only(archive: FileTickArchive) -> None:
    archive.add(euros(1, [10, 11]))
    archive.define(SymbolDefined(1, FEED, "EURUSD", 6))
    archive.add(euros(3, [100, 110]))
    archive.flush(1)
    archive.add(euros(5, [120], at=START + DAY_US))
    archive.flush(2)
    parts = list(archive.read(FEED, "EURUSD", date(2026, 3, 2)))
    assert [(part.digits, part.bid.tolist()) for part in parts] == [(5, [10, 11]), (6, [100, 110])]


def test_a_symbol_nobody_defined_is_refused_whole(archive: FileTickArchive) -> None:
    ticks = euros(1, [10, 11])
    ticks.symbol[1] = 9
    with pytest.raises(KeyError, match="9"):
        archive.add(ticks)
    archive.flush(1)
    assert held(archive) == {}


def test_ticks_the_market_does_not_hold_are_told(
    archive: FileTickArchive, alarms: list[str]
) -> None:
    batches = list(stream(1_000))
    fill(archive, batches[:5])
    assert alarms == []
    fill(archive, batches[6:])
    assert len(alarms) == 1
    assert f"{batches[5].first} to {batches[5].last}" in alarms[0]
    assert held(archive) == expected(batches[:5] + batches[6:])


# --- files -----------------------------------------------------------------------------------
def files_of(home: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in home.rglob("*.parquet")}


def test_a_day_that_is_over_is_one_file_that_never_changes(
    archive: FileTickArchive, tmp_path: Path
) -> None:
    batches = list(stream(3_000))
    fill(archive, batches[:70])
    day = date(2026, 3, 2)
    over = [path for path in files_of(tmp_path) if path.parent.name == day.isoformat()]
    assert len(over) == len(NAMES)
    assert all(path.name.startswith("closed-") for path in over)
    before = {path: path.read_bytes() for path in over}
    fill(archive, batches[70:])
    after = files_of(tmp_path)
    assert {path: after[path] for path in over} == before


def test_a_long_day_is_closed_by_size(archive: FileTickArchive, tmp_path: Path) -> None:
    batches = [euros(first, list(range(first, first + 100))) for first in range(1, 1_001, 100)]
    fill(archive, batches, every=1)
    names = sorted(path.name.split("-")[0] for path in files_of(tmp_path))
    assert names == ["closed"] * 2 + ["part"] * 2
    assert held(archive) == expected(batches)


def test_a_reader_goes_on_when_the_day_is_closed_under_its_hands(
    archive: FileTickArchive, tmp_path: Path, alarms: list[str]
) -> None:
    batches = list(stream(3_000))
    fill(archive, batches[:30], every=5)
    reading = FileTickArchive(tmp_path, alarms.append).read(FEED, "EURUSD", date(2026, 3, 2))
    numbers = next(reading).number.tolist()
    fill(archive, batches[30:])
    numbers += [number for part in reading for number in part.number.tolist()]
    assert numbers == [row[0] for row in expected(batches)["EURUSD", date(2026, 3, 2)]]


@pytest.mark.parametrize("seed", range(30))
def test_a_flipped_bit_anywhere_is_never_read(
    archive: FileTickArchive, tmp_path: Path, seed: int
) -> None:
    batches = list(stream(600))
    fill(archive, batches, every=10)
    chance = random.Random(seed)
    day_files = sorted(path for path in tmp_path.rglob("*-*-*/*") if path.is_file())
    path = chance.choice(day_files)
    content = bytearray(path.read_bytes())
    place = chance.randrange(len(content) * 8)
    content[place // 8] ^= 1 << place % 8
    path.write_bytes(content)
    with pytest.raises(ArchiveDamaged):
        held(archive)


def test_a_file_that_is_gone_is_damage(archive: FileTickArchive, tmp_path: Path) -> None:
    fill(archive, list(stream(600)))
    next(iter(files_of(tmp_path))).unlink()
    with pytest.raises(ArchiveDamaged, match="gone"):
        held(archive)


def test_a_damaged_day_is_told_when_it_is_closed_and_stays_as_it_is(
    archive: FileTickArchive, tmp_path: Path, alarms: list[str]
) -> None:
    batches = list(stream(3_000))
    fill(archive, batches[:10], every=5)
    path = max(files_of(tmp_path), key=lambda path: path.parent.name)
    path.write_bytes(b"?" + path.read_bytes()[1:])
    fill(archive, batches[10:])
    assert len(alarms) == 1
    assert path.exists()
    assert archive.kept().tick == 3_000


def test_one_process_writes(archive: FileTickArchive, tmp_path: Path, alarms: list[str]) -> None:
    batches = list(stream(500))
    fill(archive, batches)
    other = FileTickArchive(tmp_path, alarms.append)
    with pytest.raises(ArchiveUnwritable):
        other.flush(99)
    archive.close()
    other.flush(99)
    assert other.kept().offset == 99
    other.close()


FULL_DISK = """
import resource, sys
from pathlib import Path
from propdesk.ports.tick_archive import ArchiveUnwritable
from tests.storage.test_ticks_are_archived_once_and_for_good import SYMBOLS, stream
from propdesk.storage.tick_archive import FileTickArchive
archive = FileTickArchive(Path(sys.argv[1]), print)
for symbol in SYMBOLS:
    archive.define(symbol)
batches = list(stream(4000))
for ticks in batches[:60]:
    archive.add(ticks)
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), most))
try:
    archive.flush(60)
except ArchiveUnwritable:
    print("full", archive.kept().tick)
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
for ticks in batches[60:]:
    archive.add(ticks)
archive.flush(len(batches))
"""


@pytest.mark.parametrize("limit", [300, 4_000])
def test_a_full_disk_loses_nothing(tmp_path: Path, alarms: list[str], limit: int) -> None:
    run = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path), str(limit)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "full 0\n"
    archive = FileTickArchive(tmp_path, alarms.append)
    assert held(archive) == expected(list(stream(4_000)))
    assert archive.kept().tick == 4_000


WRITER = """
import sys
from pathlib import Path
from tests.storage.test_ticks_are_archived_once_and_for_good import SYMBOLS, stream
from propdesk.storage.tick_archive import FileTickArchive
archive = FileTickArchive(Path(sys.argv[1]), sys.exit, closed_rows=200)
for symbol in SYMBOLS:
    archive.define(symbol)
offset = archive.kept().offset
print("kept", archive.kept().tick, flush=True)
for number, ticks in enumerate(stream(40_000), start=1):
    if number <= offset:
        continue
    archive.add(ticks)
    if number % 4 == 0:
        archive.flush(number)
        print("kept", ticks.last, flush=True)
"""


def kill_and_look(home: Path, alarms: list[str], kills: int, seed: int) -> None:
    chance = random.Random(seed)
    batches = list(stream(40_000))
    for _ in range(kills):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(home)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            first = writer.stdout.readline()
            time.sleep(chance.uniform(0, 0.3))
            writer.kill()
            said = (first + writer.stdout.read()).split("\n")
        durable = int(said[-2].split()[1])
        archive = FileTickArchive(home, alarms.append)
        assert archive.kept().tick >= durable
        found = held(archive)
        for day, rows in expected(batches).items():
            kept = found.get(day, [])
            assert kept == rows[: len(kept)], "in order, none twice, none invented"
            assert len(kept) >= sum(row[0] <= durable for row in rows), "none lost"
    # Whatever was left lying about, the next writer brings it to the same end.
    archive = FileTickArchive(home, alarms.append, closed_rows=200)
    upto = archive.kept().offset + 40
    for offset, ticks in enumerate(batches[:upto], start=1):
        if offset > archive.kept().offset:
            archive.add(ticks)
    archive.flush(upto)
    archive.close()
    assert held(archive) == expected(batches[:upto])
    named = sum(1 for path in home.rglob("*.parquet") if path.is_file())
    assert named == sum(path.read_text().count('"name"') for path in home.rglob("manifest.json"))
    assert alarms == []


def test_a_writer_killed_at_any_moment_loses_and_doubles_nothing(
    tmp_path: Path, alarms: list[str]
) -> None:
    kill_and_look(tmp_path, alarms, kills=5, seed=1)


@pytest.mark.drill
def test_a_writer_killed_two_hundred_times_loses_and_doubles_nothing(
    tmp_path: Path, alarms: list[str]
) -> None:
    kill_and_look(tmp_path, alarms, kills=200, seed=2)
