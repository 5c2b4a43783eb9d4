"""What every event log must do, whatever it is made of.

A log's test file inherits ``LogConformance`` and gives the fixture ``make_log``: a function that
opens the same empty log again and again, with small segments. ``KillConformance`` is for logs
that another process can open.
"""

import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from propdesk.ports.event_log import (
    APPEND_BYTES_MAX,
    KEY_CHARACTERS_MAX,
    Entry,
    EventLog,
    EventLogError,
    Fenced,
    KeyReused,
    OffsetGone,
    Reader,
    Record,
    Writer,
)

SEGMENT_RECORDS = 10
"""What ``make_log`` must set: so small that most tests cross segments."""
PATIENCE_S = 30.0
WAKE_MS_MAX = 50.0

MakeLog = Callable[[], EventLog]


def entries(stream: str, first: int, last: int) -> list[Entry]:
    return [Entry(stream, f"k{number}", b"body %d" % number) for number in range(first, last + 1)]


def read_all(reader: Reader, stream: str, after: int = 0) -> list[Record]:
    found: list[Record] = []
    while records := reader.read(stream, found[-1].offset if found else after):
        found += records
    return found


def numbers(records: list[Record]) -> list[int]:
    return [record.offset for record in records]


@contextmanager
def working(work: Callable[[], None]) -> Iterator[threading.Thread]:
    """A thread that works beside the test; its error is the test's."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again in the test
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    yield thread
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    if errors:
        raise errors[0]


class LogConformance:
    """Inherit it in a class named ``Test…`` and give ``make_log``."""

    @pytest.fixture
    def make_log(self) -> MakeLog:
        raise NotImplementedError

    @pytest.fixture
    def log(self, make_log: MakeLog) -> EventLog:
        return make_log()

    @pytest.fixture
    def reader(self, log: EventLog) -> Iterator[Reader]:
        reader = log.reader()
        yield reader
        reader.close()

    @pytest.fixture
    def writer(self, log: EventLog) -> Iterator[Writer]:
        writer = log.writer(["a", "b"], "first")
        yield writer
        writer.close()

    # --- order and offsets ------------------------------------------------------------------
    def test_an_unwritten_stream_is_empty(self, reader: Reader) -> None:
        assert (reader.first("a"), reader.last("a")) == (0, 0)
        assert list(reader.read("a", 0)) == []

    def test_a_stream_taken_over_and_not_written_is_empty(
        self, log: EventLog, reader: Reader
    ) -> None:
        log.writer(["a"], "me").close()
        assert (reader.first("a"), reader.last("a")) == (0, 0)
        assert list(reader.read("a", 0)) == []

    def test_what_was_appended_is_read_as_it_was_given(
        self, writer: Writer, reader: Reader
    ) -> None:
        given = [
            Entry("a", "one", b""),
            Entry("a", "Schlüssel/2 'quoted' \\ {x,y}", bytes(range(256))),
            Entry("a", "k" * KEY_CHARACTERS_MAX, b"\x00\xff"),
        ]
        assert list(writer.append(given)) == [1, 2, 3]
        found = read_all(reader, "a")
        assert [(r.stream, r.offset, r.key, r.body) for r in found] == [
            (entry.stream, number, entry.key, entry.body)
            for number, entry in enumerate(given, start=1)
        ]
        assert all(type(record.body) is bytes for record in found)

    def test_offsets_go_on_across_appends_and_segments(
        self, writer: Writer, reader: Reader
    ) -> None:
        offsets: list[int] = []
        for first, last in [(1, 1), (2, 9), (10, 35), (36, 36), (37, 41)]:
            offsets += writer.append(entries("a", first, last))
        assert offsets == list(range(1, 42))
        found = read_all(reader, "a")
        assert numbers(found) == offsets
        assert [record.key for record in found] == [f"k{number}" for number in offsets]
        assert (reader.first("a"), reader.last("a")) == (1, 41)

    def test_each_stream_counts_for_itself_in_one_append(
        self, writer: Writer, reader: Reader
    ) -> None:
        mixed = [
            Entry("b", "x", b"1"),
            Entry("a", "x", b"2"),
            Entry("b", "y", b"3"),
            Entry("a", "z", b"4"),
            Entry("b", "z", b"5"),
        ]
        assert list(writer.append(mixed)) == [1, 1, 2, 2, 3]
        assert [record.body for record in read_all(reader, "a")] == [b"2", b"4"]
        assert [record.body for record in read_all(reader, "b")] == [b"1", b"3", b"5"]

    def test_an_append_of_nothing_writes_nothing(self, writer: Writer, reader: Reader) -> None:
        assert list(writer.append([])) == []
        assert reader.last("a") == 0

    def test_the_time_of_the_append_does_not_fall(self, writer: Writer, reader: Reader) -> None:
        for number in range(1, 6):
            writer.append(entries("a", number, number))
        times = [record.appended_at for record in read_all(reader, "a")]
        assert times == sorted(times)
        assert times[0] > 0

    def test_reading_starts_behind_any_offset(self, writer: Writer, reader: Reader) -> None:
        writer.append(entries("a", 1, 12))
        writer.append(entries("a", 13, 25))
        for after in range(27):
            assert numbers(read_all(reader, "a", after)) == list(range(after + 1, 26))

    def test_a_log_opened_again_goes_on(self, make_log: MakeLog, writer: Writer) -> None:
        writer.append(entries("a", 1, 12))
        writer.close()
        again = make_log()
        second = again.writer(["a"], "second")
        assert list(second.append(entries("a", 12, 13))) == [12, 13]
        second.close()

    # --- keys -------------------------------------------------------------------------------
    @pytest.mark.parametrize("distance", [0, 5, 25])
    def test_the_same_entry_again_has_its_old_offset(
        self, writer: Writer, reader: Reader, distance: int
    ) -> None:
        writer.append(entries("a", 1, 3))
        for number in range(4, 4 + distance):
            writer.append(entries("a", number, number))
        assert list(writer.append(entries("a", 1, 3))) == [1, 2, 3]
        assert reader.last("a") == 3 + distance

    def test_old_and_new_entries_in_one_append(self, writer: Writer, reader: Reader) -> None:
        writer.append(entries("a", 1, 12))
        given = [*entries("a", 12, 14), *entries("a", 2, 2), *entries("a", 15, 15)]
        assert list(writer.append(given)) == [12, 13, 14, 2, 15]
        assert [record.key for record in read_all(reader, "a", 11)] == ["k12", "k13", "k14", "k15"]

    def test_the_same_entry_twice_in_one_append_is_there_once(
        self, writer: Writer, reader: Reader
    ) -> None:
        given = [*entries("a", 1, 2), *entries("a", 1, 1), *entries("a", 3, 3)]
        assert list(writer.append(given)) == [1, 2, 1, 3]
        assert reader.last("a") == 3

    def test_a_key_is_unique_in_its_stream_only(self, writer: Writer) -> None:
        assert list(writer.append([Entry("a", "k", b"1"), Entry("b", "k", b"2")])) == [1, 1]

    @pytest.mark.parametrize("distance", [0, 25])
    def test_a_key_with_another_body_is_refused_and_nothing_is_written(
        self, writer: Writer, reader: Reader, distance: int
    ) -> None:
        writer.append(entries("a", 1, 3))
        for number in range(4, 4 + distance):
            writer.append(entries("a", number, number))
        given = [Entry("b", "new", b""), *entries("a", 98, 99), Entry("a", "k2", b"other")]
        with pytest.raises(KeyReused) as refused:
            writer.append(given)
        assert (refused.value.stream, refused.value.key) == ("a", "k2")
        assert (reader.last("a"), reader.last("b")) == (3 + distance, 0)
        assert list(writer.append(entries("a", 98, 98))) == [4 + distance]

    def test_a_key_with_two_bodies_in_one_append_is_refused(
        self, writer: Writer, reader: Reader
    ) -> None:
        with pytest.raises(KeyReused):
            writer.append([Entry("a", "k", b"1"), Entry("a", "k", b"2")])
        assert reader.last("a") == 0

    @pytest.mark.parametrize(
        "entry",
        [
            Entry("c", "k", b""),
            Entry("a", "", b""),
            Entry("a", "nul\0", b""),
            Entry("a", "half \ud800", b""),
            Entry("a", "k" * (KEY_CHARACTERS_MAX + 1), b""),
            Entry("a", "k", b"x" * (APPEND_BYTES_MAX + 1)),
        ],
        ids=[
            "a stream of somebody else",
            "no key",
            "NUL",
            "half a letter",
            "a long key",
            "too many bytes",
        ],
    )
    def test_what_is_no_entry_is_refused(
        self, writer: Writer, reader: Reader, entry: Entry
    ) -> None:
        with pytest.raises(ValueError, match=r"."):
            writer.append([Entry("a", "good", b""), entry])
        assert reader.last("a") == 0

    @pytest.mark.parametrize("names", [[], [""], ["a b"], ["a", "/x"], ["x" * 49]])
    def test_what_is_no_name_of_a_stream_is_refused(self, log: EventLog, names: list[str]) -> None:
        with pytest.raises(ValueError, match="stream"):
            log.writer(names, "me")

    # --- the fence --------------------------------------------------------------------------
    def test_the_epoch_rises_with_each_take_over(self, log: EventLog, writer: Writer) -> None:
        second = log.writer(["b", "c"], "second")
        third = log.writer(["a"], "third")
        assert writer.epoch < second.epoch < third.epoch
        second.close()
        third.close()

    def test_an_old_writer_is_fenced_and_writes_nothing(
        self, log: EventLog, writer: Writer, reader: Reader
    ) -> None:
        writer.append(entries("a", 1, 2))
        second = log.writer(["a"], "second")
        for _ in range(2):
            with pytest.raises(Fenced):
                writer.append([*entries("b", 1, 1), *entries("a", 3, 3)])
        assert (reader.last("a"), reader.last("b")) == (2, 0)
        assert list(second.append(entries("a", 3, 3))) == [3]
        second.close()

    def test_even_a_known_entry_is_fenced(self, log: EventLog, writer: Writer) -> None:
        writer.append(entries("a", 1, 1))
        second = log.writer(["a"], "second")
        with pytest.raises(Fenced):
            writer.append(entries("a", 1, 1))
        second.close()

    def test_a_take_over_amid_appends_leaves_what_was_acknowledged(
        self, log: EventLog, writer: Writer, reader: Reader
    ) -> None:
        acknowledged: list[int] = []

        def write_for_ever() -> None:
            for number in range(1, 100_000):
                acknowledged.extend(writer.append(entries("a", number, number)))

        def write_until_fenced() -> None:
            with pytest.raises(Fenced):
                write_for_ever()

        with working(write_until_fenced):
            reader.wait({"a": 20}, PATIENCE_S)
            second = log.writer(["a"], "second")
            tail = reader.last("a")
        assert acknowledged == list(range(1, tail + 1))
        assert list(second.append([Entry("a", "mine", b"")])) == [tail + 1]
        second.close()

    def test_of_many_writers_the_last_one_stays(self, log: EventLog, reader: Reader) -> None:
        """Threads take the stream over again and again; each acknowledged entry is there once."""
        acknowledged: dict[str, int] = {}

        def contend(who: int) -> None:
            for turn in range(8):
                writer = log.writer(["a"], f"writer {who}")
                try:
                    for number in range(8):
                        key = f"{who}-{turn}-{number}"
                        acknowledged[key] = writer.append([Entry("a", key, b"")])[0]
                except Fenced:
                    continue
                finally:
                    writer.close()

        with working(lambda: contend(1)), working(lambda: contend(2)), working(lambda: contend(3)):
            pass
        found = read_all(reader, "a")
        assert numbers(found) == list(range(1, len(found) + 1))
        assert {r.key: r.offset for r in found} == acknowledged

    # --- readers ----------------------------------------------------------------------------
    def test_readers_beside_the_writer_see_every_record_once(
        self, log: EventLog, writer: Writer
    ) -> None:
        def follow() -> None:
            reader = log.reader()
            tail = 0
            while tail < 300:
                assert reader.wait({"a": tail}, PATIENCE_S)
                for record in reader.read("a", tail):
                    assert (record.offset, record.key) == (tail + 1, f"k{tail + 1}")
                    tail += 1
            reader.close()

        with working(follow), working(follow), working(follow):
            at = random.Random(7)
            number = 1
            while number <= 300:
                last = min(300, number + at.randrange(7))
                writer.append(entries("a", number, last))
                number = last + 1

    def test_a_read_keeps_to_its_bytes_but_gives_at_least_one(
        self, writer: Writer, reader: Reader
    ) -> None:
        writer.append([Entry("a", f"k{number}", b"x" * 100) for number in range(8)])
        sizes = {limit: len(reader.read("a", 0, bytes_max=limit)) for limit in (1, 199, 200, 799)}
        assert sizes == {1: 1, 199: 1, 200: 2, 799: 7}

    def test_a_body_of_a_megabyte(self, writer: Writer, reader: Reader) -> None:
        bodies = [random.Random(seed).randbytes(1_048_576) for seed in range(3)]
        for number, body in enumerate(bodies):
            writer.append([Entry("a", str(number), body)])
        assert [record.body for record in read_all(reader, "a")] == bodies
        assert len(reader.read("a", 0, bytes_max=2_200_000)) == 2
        assert list(writer.append([Entry("a", "1", bodies[1])])) == [2]

    # --- waiting ----------------------------------------------------------------------------
    def test_waiting_ends_at_once_where_there_is_something(
        self, writer: Writer, reader: Reader
    ) -> None:
        writer.append(entries("b", 1, 2))
        assert reader.wait({"a": 0, "b": 1}, 0)
        assert reader.wait({"b": 0}, PATIENCE_S)

    def test_waiting_in_vain_ends_after_its_time(self, writer: Writer, reader: Reader) -> None:
        writer.append(entries("a", 1, 1))
        begun = time.monotonic()
        assert not reader.wait({"a": 1, "never": 0}, 0.15)
        assert 0.15 <= time.monotonic() - begun < 5

    def test_another_stream_or_a_known_entry_wakes_nobody(
        self, writer: Writer, reader: Reader
    ) -> None:
        writer.append(entries("a", 1, 1))

        def disturb() -> None:
            writer.append(entries("b", 1, 1))
            writer.append(entries("a", 1, 1))

        with working(disturb):
            assert not reader.wait({"a": 1}, 0.3)

    def test_a_stream_can_be_waited_for_before_anybody_writes_it(
        self, log: EventLog, reader: Reader
    ) -> None:
        def write() -> None:
            writer = log.writer(["late"], "me")
            writer.append(entries("late", 1, 1))
            writer.close()

        with working(write):
            assert reader.wait({"late": 0}, PATIENCE_S)
        assert numbers(read_all(reader, "late")) == [1]

    def test_a_waiting_reader_wakes_within_milliseconds(
        self, log: EventLog, writer: Writer
    ) -> None:
        woken: list[float] = []
        asleep = threading.Semaphore(0)
        awake = threading.Semaphore(0)

        def sleep() -> None:
            reader = log.reader()
            for tail in range(20):
                asleep.release()
                assert reader.wait({"a": tail}, PATIENCE_S)
                woken.append(time.monotonic())
                awake.release()
            reader.close()

        took: list[float] = []
        with working(sleep):
            for number in range(1, 21):
                assert asleep.acquire(timeout=PATIENCE_S)
                time.sleep(0.01)  # so that it really sleeps
                writer.append(entries("a", number, number))
                told = time.monotonic()
                assert awake.acquire(timeout=PATIENCE_S)
                took.append((woken[-1] - told) * 1000)
        assert statistics.median(took) < WAKE_MS_MAX, took

    # --- retention --------------------------------------------------------------------------
    def test_retention_removes_whole_segments_only(self, log: EventLog, reader: Reader) -> None:
        writer = log.writer(["a", "b"], "me")
        for number in range(1, 36):
            writer.append([*entries("a", number, number), *entries("b", number, number)])
        assert log.retain("a", 10) == 0
        assert log.retain("a", 25) == 20
        assert (reader.first("a"), reader.last("a")) == (21, 35)
        assert (reader.first("b"), reader.last("b")) == (1, 35)
        assert log.retain("a", 25) == 0
        assert log.retain("a", 1000) == 10  # the newest segment always stays
        assert (reader.first("a"), reader.last("a")) == (31, 35)
        assert list(writer.append(entries("a", 36, 36))) == [36]
        writer.close()

    def test_what_retention_removed_is_gone_and_the_rest_is_read(
        self, log: EventLog, writer: Writer, reader: Reader
    ) -> None:
        for number in range(1, 36):
            writer.append(entries("a", number, number))
        assert len(read_all(reader, "a")) == 35  # so that the reader knows the old segments
        log.retain("a", 21)
        for after in (0, 19):
            with pytest.raises(OffsetGone):
                reader.read("a", after)
        assert numbers(read_all(reader, "a", 20)) == list(range(21, 36))
        fresh = log.reader()
        with pytest.raises(OffsetGone):
            fresh.read("a", 0)
        fresh.close()

    def test_a_removed_key_may_be_used_again(self, log: EventLog, writer: Writer) -> None:
        for number in range(1, 22):
            writer.append(entries("a", number, number))
        log.retain("a", 21)
        assert list(writer.append([Entry("a", "k1", b"other"), *entries("a", 21, 21)])) == [22, 21]

    def test_retention_of_an_unknown_stream_removes_nothing(self, log: EventLog) -> None:
        assert log.retain("never", 10) == 0

    def test_retention_beside_writer_and_reader_disturbs_neither(
        self, log: EventLog, writer: Writer, reader: Reader
    ) -> None:
        def write() -> None:
            for number in range(1, 301):
                assert list(writer.append(entries("a", number, number))) == [number]

        tail = 0
        with working(write):
            while tail < 300:
                assert reader.wait({"a": tail}, PATIENCE_S)
                records = reader.read("a", tail)
                assert numbers(list(records)) == list(range(tail + 1, tail + 1 + len(records)))
                tail = records[-1].offset
                log.retain("a", tail)
        assert reader.first("a") > 250

    # --- durability -------------------------------------------------------------------------
    def test_the_log_says_how_durable_it_is(self, log: EventLog) -> None:
        found = log.durability()
        assert "fsync" in found
        assert all(type(value) is str for value in found.values())

    def test_every_error_of_a_log_has_one_root(self) -> None:
        assert issubclass(Fenced, EventLogError)
        assert issubclass(KeyReused, EventLogError)


CHILD = """
import sys
from propdesk.ports.event_log import Entry
from tests.storage.event_log.conformance import killed_entries
log = {opening}
start, seed = int(sys.argv[1]), int(sys.argv[2])
writer = log.writer(["a", "b"], "child")
for given in killed_entries(seed, start):
    offsets = writer.append(given)
    print(*(f"{{e.stream}}:{{e.key}}:{{o}}" for e, o in zip(given, offsets)), flush=True)
"""


def killed_entries(seed: int, start: int) -> Iterator[list[Entry]]:
    """The appends of a writer that is going to be killed, endless; the same for the same seed."""
    at = random.Random(seed)
    number = start
    while True:
        size = at.choice((1, 1, 3, 20))
        yield [
            Entry(at.choice("ab"), f"n{number + each}", at.randbytes(at.choice((5, 300, 5000))))
            for each in range(size)
        ]
        number += size


class KillConformance:
    """Inherit it and give ``make_log`` and ``opening``: the Python expression that opens it."""

    @pytest.fixture
    def make_log(self) -> MakeLog:
        raise NotImplementedError

    @pytest.fixture
    def opening(self) -> str:
        raise NotImplementedError

    def test_a_killed_writer_leaves_what_it_acknowledged(
        self, make_log: MakeLog, opening: str
    ) -> None:
        kill_writers(make_log(), opening, seeds=range(20))

    @pytest.mark.drill
    def test_two_hundred_killed_writers(self, make_log: MakeLog, opening: str) -> None:
        kill_writers(make_log(), opening, seeds=range(1000, 1200))


def kill_writers(log: EventLog, opening: str, *, seeds: range) -> None:
    """Writers one after the other on the same streams, each killed amid its appends."""
    acknowledged: list[tuple[str, str, int]] = []
    for turn, seed in enumerate(seeds):
        acknowledged += _kill_one(opening, start=turn * 1_000_000, seed=seed)
    assert len(acknowledged) > len(seeds)
    writer = log.writer(["a", "b"], "after")
    for stream in ("a", "b"):
        reader = log.reader()
        found = read_all(reader, stream)
        reader.close()
        assert numbers(found) == list(range(1, len(found) + 1))
        keys = [int(record.key[1:]) for record in found]
        assert keys == sorted(set(keys)), "each once, in the order of the appends"
        there = {record.key: record.offset for record in found}
        said = {key: offset for name, key, offset in acknowledged if name == stream}
        assert {key: there.get(key) for key in said} == said
    writer.close()


def _kill_one(opening: str, *, start: int, seed: int) -> list[tuple[str, str, int]]:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(opening=opening), str(start), str(seed)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert child.stdout is not None
    lines = [child.stdout.readline()]
    time.sleep(random.Random(seed).uniform(0, 0.05))
    child.send_signal(signal.SIGKILL)
    lines += child.stdout.read().splitlines(keepends=True)
    child.stdout.close()
    assert child.wait(PATIENCE_S) == -signal.SIGKILL
    told = [word for line in lines if line.endswith("\n") for word in line.split()]
    assert told, "the writer was to be killed after its first append"
    return [(name, key, int(offset)) for name, key, offset in (w.split(":") for w in told)]
