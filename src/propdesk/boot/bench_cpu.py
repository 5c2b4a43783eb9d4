"""How much processor time a process and all below it have had, whatever else the machine does.

It must not measure by the clock.
"""

import os
from collections.abc import Iterator
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_AFTER_NAME = 2
"""The fields of ``/proc/PID/stat`` behind the name begin with the third one."""
_PARENT, _TIMES = 4 - _AFTER_NAME - 1, slice(14 - _AFTER_NAME - 1, 18 - _AFTER_NAME - 1)


def spent_s(root: int) -> float:
    """Seconds of processor time of ``root``, of what runs below it and of what ended there."""
    return sum(ticks for _, ticks in _tree(root)) * TICK_S


def _tree(root: int) -> Iterator[tuple[int, int]]:
    """Each process with its own ticks and those of children it has waited for."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdecimal():
            fields = _fields(path / "stat")
            if fields:
                parents[int(path.name)] = int(fields[_PARENT])
                ticks[int(path.name)] = sum(map(int, fields[_TIMES]))
    for process, spent in ticks.items():
        above = process
        while above not in {root, 0}:
            above = parents.get(above, 0)
        if above == root:
            yield process, spent


def _fields(stat: Path) -> list[str]:
    """Behind the name, which may hold anything; none where the process is gone."""
    try:
        return stat.read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
