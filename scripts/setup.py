"""Makes .venv and installs a lock into it, and does nothing when that has been done.

It runs on the bare Python of the machine, so it must not import anything but the standard library.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
LOCKS = {"run": ROOT / "requirements/run.txt", "dev": ROOT / "requirements/dev.txt"}
OLDEST_PYTHON = (3, 11)


def fingerprint(which: str) -> str:
    """Of all that decides what stands in the environment: the lock, the project, the place."""
    # The tables of the tools decide nothing that pip installs.
    project = (ROOT / "pyproject.toml").read_text().split("[tool.", 1)[0]
    place = str(ROOT)  # scripts in .venv/bin name their interpreter's full path
    parts = (LOCKS[which].read_text(), project, place)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def stamp(which: str) -> Path:
    return ENVIRONMENT / f".propdesk-{which}"


def is_done(which: str) -> bool:
    # The development lock holds everything the other one does, so its stamp serves both.
    candidates = ("run", "dev") if which == "run" else ("dev",)
    return PYTHON.exists() and any(
        stamp(each).exists() and stamp(each).read_text() == fingerprint(each) for each in candidates
    )


def make_environment() -> None:
    works = (
        PYTHON.exists()
        and not subprocess.run(
            [PYTHON, "-c", f"import pip, sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"],
            check=False,
            capture_output=True,
        ).returncode
    )
    if works:
        return
    if ENVIRONMENT.exists():
        shutil.rmtree(ENVIRONMENT)
    print("setup: making .venv", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=False)
    if made.returncode:
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        sys.exit(
            "setup: this Python cannot make a virtual environment. On Debian and Ubuntu install "
            "the package python3-venv; elsewhere install a Python with the modules venv and "
            "ensurepip, or name one: make PYTHON=/path/to/python3 setup"
        )


def install(which: str) -> None:
    print(f"setup: installing requirements/{which}.txt (once; later calls are quick)", flush=True)
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
    ]
    environment = {**os.environ, "PIP_NO_INPUT": "1"}
    # Hashes decide what is installed; no build of foreign source, no dependency outside the lock.
    locked = [*pip, "--require-hashes", "--only-binary=:all:", "-r", LOCKS[which]]
    this_project = [*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT]
    for command in (locked, this_project):
        if subprocess.run(command, check=False, env=environment).returncode:
            sys.exit("setup: pip could not install the locked requirements; see its message above")


def compile_kernel() -> None:
    """So that the first start need not. Without it the engine does it itself: it may fail."""
    print("setup: compiling the engine's kernel", flush=True)
    subprocess.run([PYTHON, "-m", "propdesk.boot.kernel_cache"], check=False)


def main() -> None:
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        sys.exit(f"setup: Python {wanted} or newer is needed, this is {sys.version.split()[0]}")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", choices=sorted(LOCKS))
    which = parser.parse_args().which
    if is_done(which):
        return
    with (ROOT / ".setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes at once: the second waits and finds it done
        if is_done(which):
            return
        make_environment()
        install(which)
        stamp(which).write_text(fingerprint(which))
        compile_kernel()
    print("setup: done", flush=True)


if __name__ == "__main__":
    main()
