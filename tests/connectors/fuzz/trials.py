"""One file through one door, held against what was promised of every file.

Promised: a history or one sentence; no longer than 2 s of the processor for each megabyte; no
more memory than ten times the file. Both have a constant added, because what a reader needs once
(code pages to guess among, the catalogue, tables of the XML parser) does not shrink with the file,
and because 20,000 trades take 12 MB however small the file is that they come in.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

CPU_S_PER_MB, CPU_S_ADDED = 2.0, 1.0
BESIDE_OTHERS = 3
"""How much slower a core may be that others use as well: the same file was seen to take 1.4 s on
a quiet machine and 2.4 s on another. What grows faster than its file is beyond it all the same."""
MEMORY_TIMES, MEMORY_ADDED = 10, 16_000_000
PARQUET_ADDED = 32_000_000
"""What its library takes of its own, for pools and threads, at the first file it reads."""
SENTENCE_LENGTH_MAX = 1_000
_ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: its end, the sentence, processor seconds, bytes of memory."""

    end: str
    said: str
    cpu_s: float
    memory: int


class Trials:
    """A process that reads one file after another, each in a child of its own."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="propdesk-fuzz-")
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.connectors.fuzz.trial_server"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._bare = 0

    def __enter__(self) -> Self:
        # What a child has before it reads anything worth counting.
        self._bare = self.run("statement", "bare.csv", b"nothing, in it\n").memory
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        stdin, stdout = self._server.stdin, self._server.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.close()
        self._server.wait(timeout=60)
        stdout.close()
        self._folder.cleanup()

    def run(self, door: str, name: str, content: bytes) -> Outcome:
        """Read ``content`` as a file called ``name``."""
        path = Path(self._folder.name) / name
        path.write_bytes(content)
        cpu_s = BESIDE_OTHERS * cpu_s_max(len(content))
        order = {"door": door, "path": str(path), "cpu_s_max": cpu_s}
        stdin, stdout = self._server.stdin, self._server.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        told = json.loads(stdout.readline())
        path.unlink()
        return Outcome(told["end"], told["said"], told["cpu_s"], max(told["rss"] - self._bare, 0))


def cpu_s_max(size: int) -> float:
    return CPU_S_ADDED + CPU_S_PER_MB * size / 1_000_000


def memory_max(size: int, name: str = "") -> int:
    more = PARQUET_ADDED if name.endswith(".parquet") else 0
    return MEMORY_ADDED + more + MEMORY_TIMES * size


def broken_promises(outcome: Outcome, name: str, size: int) -> list[str]:
    """What of the promise this outcome does not keep."""
    found = []
    if outcome.end not in {"read", "refused"}:
        found.append(f"it {outcome.end}: {outcome.said}")
    if outcome.end == "refused" and not is_one_sentence(outcome.said, name):
        found.append(f"not one sentence that names the file: {outcome.said[:300]!r}")
    if outcome.cpu_s > BESIDE_OTHERS * cpu_s_max(size):
        found.append(f"{outcome.cpu_s:.2f} s for {size:,} bytes")
    if outcome.memory > memory_max(size, name):
        found.append(f"{outcome.memory:,} bytes of memory for {size:,}")
    return found


def is_one_sentence(said: str, name: str) -> bool:
    """Begins with the file's name, is one printable line, and is short enough to be read.

    What is wrong inside an archive of many is told with the name of that file.
    """
    inside = name.endswith(".tar.gz") and not said.startswith(name)
    return (
        (inside or said.startswith(name))
        and len(said) > (0 if inside else len(name)) + 2
        and len(said) <= SENTENCE_LENGTH_MAX
        and all(letter.isprintable() for letter in said)
    )
