"""The builds of the kernel: compiled, compiled with every index checked, or plain Python.

The compiled one is kept under a directory that names all it depends on, because numba's own cache
looks only at the file of the function it compiles. It must not read the environment.
"""

import hashlib
from collections.abc import Callable, Sequence
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

import numba
from llvmlite import binding

from propdesk.engine import (
    index_bounds,
    index_layout,
    index_log,
    index_run,
    index_settling,
    index_zones,
    kernel,
    kernel_answers,
    layout,
)

INDEX = (index_log, index_bounds, index_settling, index_zones, index_run)
"""The modules of the trigger index; each calls the kernel and those before it."""
ANSWERS = (kernel_answers,)
"""What is asked of the rows; it calls the kernel and the index's proofs."""
SOURCES = (kernel, layout, index_layout, *INDEX, *ANSWERS)

CALLED = frozenset(
    {
        *("run", "fall_silent", "fill", "put_in", "take_out", "rearm", "settle", "release"),
        *("half_away", "value_of", "prices_of"),
        *("begin_prices", "end_minute", "keep_minutes", "rooms", "equity_of", "equity_between"),
        *("run_index", "silence_index", "forget_price", "note_again", "queue_up"),
        *("bring_up_many", "bring_up_everybody", "wake_many"),
    }
)
"""What Python calls. For every other function to be called so would be a third of the compiling."""


class Build(StrEnum):
    """How the kernel runs."""

    COMPILED = "compiled"
    CHECKED = "checked"
    """Compiled; an index outside its array raises. For tests."""
    PLAIN = "plain"
    """The functions as they are written. For tests that change them."""


def cache_key() -> str:
    """The name of a directory of compiled kernels: application, numba, processor, sources."""
    hashed = hashlib.sha256()
    for module in SOURCES:
        assert module.__file__ is not None  # noqa: S101 - both are files of this package
        hashed.update(Path(module.__file__).read_bytes())
    features = "".join(sorted(binding.get_host_cpu_features().flatten()))
    processor = hashlib.sha256(features.encode()).hexdigest()[:12]
    words = (
        metadata.version("propdesk"),
        f"numba{numba.__version__}",
        f"{binding.get_host_cpu_name()}-{processor}",
        hashed.hexdigest()[:16],
    )
    return "_".join(words)


def build_kernel(build: Build = Build.COMPILED, home: Path | None = None) -> Any:
    """The functions of the kernel and of its index in this build, as attributes.

    ``home`` is where compiled kernels are kept from run to run; None keeps none.
    """
    modules = (kernel, *INDEX, *ANSWERS)
    if build is Build.PLAIN:
        return linked(modules, lambda function: function)
    if build is Build.CHECKED:
        # Never kept: numba does not tell a checked kernel in its cache from an unchecked one.
        return _compiled(modules, boundscheck=True)
    if home is None:
        return _compiled(modules)
    directory = home / "kernels" / cache_key()
    directory.mkdir(parents=True, exist_ok=True)
    numba.config.CACHE_DIR = str(directory)  # type: ignore[attr-defined]
    return _compiled(modules, cache=True)


def _compiled(modules: Sequence[ModuleType], **options: bool) -> SimpleNamespace:
    """Only those ``CALLED`` are attributes, and only they are compiled for Python to call."""
    njit: Callable[..., Any] = numba.njit  # its types know nothing of wrappers
    called = njit(error_model="numpy", **options)
    inner = njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True, **options)
    found = linked(modules, lambda each: (called if each.__name__ in CALLED else inner)(each))
    return SimpleNamespace(**{name: vars(found)[name] for name in CALLED & vars(found).keys()})


def linked(
    modules: Sequence[ModuleType], compile_: Callable[[FunctionType], Any]
) -> SimpleNamespace:
    """The functions of modules, compiled to call each other; the modules stay as they are.

    What one imports from another is found by its name among those compiled before it.
    """
    done: dict[str, Any] = {}
    for module in modules:
        names: dict[str, Any] = dict(vars(module))
        for name, found in vars(module).items():
            if not isinstance(found, FunctionType):
                continue
            if found.__module__ == module.__name__:
                copy = FunctionType(found.__code__, names, name, found.__defaults__)
                names[name] = done[name] = compile_(copy)
            else:
                names[name] = done[name]
    return SimpleNamespace(**done)


PLAIN = build_kernel(Build.PLAIN)
"""The functions as they are written."""
