"""``python -m propdesk.boot.kernel_cache``: compiles the kernel before the engine needs it.

It must not be needed: where nothing can be kept it says so, and the engine compiles for itself.
"""

import os
import sys

from propdesk.boot.engine_process import rulebook_of
from propdesk.boot.engine_worker import Firm
from propdesk.boot.settings import SettingsError, load
from propdesk.boot.warming import warm
from propdesk.engine.builds import build_kernel
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.conditions import CelConditions


def main() -> None:
    """``make setup`` calls it; it fails for nothing that ``make run`` will not say better."""
    try:
        kernel = build_kernel(home=load(os.environ).home)
        warm(Firm(kernel, load_catalogue(None), rulebook_of, CelConditions()), _say)
    # numba names no error of its own for a directory in which it cannot write
    except (OSError, RuntimeError, SettingsError) as error:
        _say(str(error))


def _say(what: str) -> None:
    sys.stderr.write(f"setup: the engine will compile its kernel when it starts: {what}\n")


if __name__ == "__main__":
    main()
