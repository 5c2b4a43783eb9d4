"""``python -m propdesk.boot.kernel_cache``: compiles the kernel before the engine needs it.

It must not be needed: where nothing can be kept it says so, and the engine compiles for itself.
"""

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from propdesk.boot.settings import SettingsError, load
from propdesk.engine.book import Book
from propdesk.engine.builds import build_kernel
from propdesk.engine.shapes import FREE, AccountShape, SumShape, TermShape


def main() -> None:
    """``make setup`` calls it; it fails for nothing that ``make run`` will not say better."""
    try:
        warm(load(os.environ).home)
    # numba names no error of its own for a directory in which it cannot write
    except (OSError, RuntimeError, SettingsError) as error:
        sys.stderr.write(f"setup: the engine will compile its kernel when it starts: {error}\n")


def warm(home: Path) -> None:
    """Keep the compiled kernel under ``home``. Raises ``OSError`` and ``RuntimeError``."""
    use_all(build_kernel(home=home))


def use_all(kernel: Any) -> None:
    """Call every function that a book calls: each is compiled when it is called first."""
    book = Book(kernel)
    book.instrument(0, "warm", 0, 1000)
    slot = book.open_slot()
    book.put(slot, AccountShape([SumShape(0)], [TermShape(None, 0, None, (0,))]))
    book.set_bounds(slot, [FREE])
    one = np.ones(1, np.int64)
    book.run(np.zeros(1, np.int32), one, one, one)
    book.silence(0)
    book.settle(slot)
    book.minute_extremes()
    book.close_slot(slot)


if __name__ == "__main__":
    main()
