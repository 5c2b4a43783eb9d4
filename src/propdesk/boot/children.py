"""The processes beside the web server: started, watched, begun again, and ended with it.

It must not know what they do. One that ends by itself is begun again after a pause that grows.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

PAUSE_S_FIRST, PAUSE_S_LAST = 0.2, 5.0
STEADY_S = 10.0
"""One that ran so long is begun again without a pause."""
STOP_S_MAX = 8.0
LOOK_S = 0.1


@dataclass(slots=True)
class _Child:
    name: str
    module: str
    process: "subprocess.Popen[bytes] | None" = None
    begun: float = 0.0
    pause_s: float = PAUSE_S_FIRST
    due: float = 0.0


class Children:
    """Runs each module as ``python -m``, in this process's environment, while it is entered."""

    def __init__(self, modules: Sequence[tuple[str, str]], tell: Callable[[str], None]) -> None:
        self._children = [_Child(name, module) for name, module in modules]
        self._tell = tell
        self._over = threading.Event()
        # The kernel ends a child with the thread that started it: this one lives until the end.
        self._thread = threading.Thread(target=self._watch, name="children", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.is_set():
            for child in self._children:
                self._look_after(child, time.monotonic())
            self._over.wait(LOOK_S)
        self._stop()

    def _look_after(self, child: _Child, now: float) -> None:
        if child.process is not None:
            code = child.process.poll()
            if code is None:
                return
            steady = now - child.begun >= STEADY_S
            child.pause_s = PAUSE_S_FIRST if steady else min(child.pause_s * 2, PAUSE_S_LAST)
            child.due = now + child.pause_s
            child.process = None
            self._tell(f"{child.name} ended ({code}) and is begun again")
        if now >= child.due:
            child.begun = now
            child.process = subprocess.Popen([sys.executable, "-m", child.module])  # noqa: S603

    def _stop(self) -> None:
        running = [each.process for each in self._children if each.process is not None]
        for process in running:
            process.terminate()
        until = time.monotonic() + STOP_S_MAX
        for process in running:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
