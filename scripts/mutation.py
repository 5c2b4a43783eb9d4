"""Changes the rules and the evaluator in small ways and counts the changes that a test notices.

It works with mutmut in a scratch copy, so the tree stays as it is. With --sample only that many
mutants, drawn with --seed, are tried; with --only those of the named files. A survivor is killed
by a new test or listed with its reason in a file of docs/mutation_survivors/. It must not judge
what the tests judge: what to change and which tests to run stand under [tool.mutmut] in
pyproject.toml.
"""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REASONS = ROOT / "docs" / "mutation_survivors"
COPIED = ("src", "tests", "docs", "scripts", "pyproject.toml")
KILLED_SHARE_MIN_PERCENT = 95
# What mutmut notes for a mutant: 1 and 3 a test failed, 24, 36, 152, 255 and -24 it ran away.
KILLED_CODES = frozenset({1, 3, 24, 36, 152, 255, -24, 37})


@dataclass(frozen=True, slots=True)
class Survivor:
    """A change no test noticed: where, and the line as it became."""

    function: str
    becomes: str


class Scratch:
    """A copy of the project in which mutmut runs."""

    def __init__(self, directory: Path, workers: int, only: Sequence[str] = ()) -> None:
        """Copies the project; ``only`` narrows what is changed to these files of the domain."""
        self._directory = directory
        self._workers = workers
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, directory / name, ignore=shutil.ignore_patterns("__py*"))
            else:
                shutil.copy(source, directory / name)
        if only:
            settings = directory / "pyproject.toml"
            files = [f"src/propdesk/domain/{name}.py" for name in only]
            told = re.sub(
                r"^only_mutate = .*$",
                f"only_mutate = {json.dumps(files)}",
                settings.read_text(),
                flags=re.MULTILINE,
            )
            settings.write_text(told)

    def mutmut(self, *words: str) -> subprocess.CompletedProcess[str]:
        shared = os.environ.get("PROPDESK_SHARED", str(ROOT.parent / "shared"))
        return subprocess.run(
            [sys.executable, "-m", "mutmut", *words],
            cwd=self._directory,
            env={**os.environ, "PROPDESK_SHARED": shared, "COLUMNS": "200"},
            check=False,
            capture_output=True,
            text=True,
        )

    def run(self, *names: str) -> None:
        done = self.mutmut("run", "--max-children", str(self._workers), *names)
        if not self.codes():
            sys.exit(f"mutation: mutmut made no mutants:\n{done.stdout[-3000:]}{done.stderr}")
        if names != NOBODY and all(code is None for code in self.codes().values()):
            sys.exit(f"mutation: the tests fail unchanged:\n{done.stdout[-3000:]}{done.stderr}")

    def try_all(self, names: Sequence[str]) -> dict[str, int | None]:
        """What becomes of these mutants: the nearest tests first, all of them for what survives.

        The evaluator is reached by thousands of tests, and most changes fall by the first few.
        """
        stats = self._directory / "mutants" / "mutmut-stats.json"
        if not stats.exists():
            sys.exit("mutation: the tests fail unchanged")
        whole = stats.read_text()
        stats.write_text(json.dumps(narrowed(json.loads(whole), NEAREST)))
        self.run(*names)
        stats.write_text(whole)
        codes = self.codes()
        alive = [name for name in names if codes[name] not in KILLED_CODES]
        if alive:
            self.run(*alive)
        codes = self.codes()
        return {name: codes[name] for name in names}

    def codes(self) -> dict[str, int | None]:
        """Every mutant with what became of it."""
        found: dict[str, int | None] = {}
        for meta in sorted(self._directory.glob("mutants/**/*.meta")):
            found |= json.loads(meta.read_text())["exit_code_by_key"]
        return found

    def describe(self, name: str) -> Survivor:
        shown = self.mutmut("show", name).stdout.splitlines()
        added = [line[1:].strip() for line in shown if line[:1] == "+" and line[:3] != "+++"]
        function = name.rsplit("__mutmut_", 1)[0].replace("ǁ", ".")
        module, _, last = function.rpartition(".x")
        return Survivor(f"{module}.{last.lstrip('_.')}", " ".join(added))


NOBODY = ("propdesk.nobody__mutmut_0",)
NEAREST = 60


def narrowed(stats: dict[str, Any], most: int) -> dict[str, Any]:
    """The same statistics with at most so many tests for a function: those that reach the fewest
    functions, one of each test's rows before a second of any."""
    reached = stats["tests_by_mangled_function_name"]
    breadth = Counter(test for tests in reached.values() for test in tests)

    def nearest(tests: Sequence[str]) -> list[str]:
        rows: dict[str, list[str]] = {}
        for test in sorted(tests, key=lambda each: (breadth[each], each)):
            rows.setdefault(test.split("[")[0], []).append(test)
        layers = zip_longest(*rows.values())
        return [test for layer in layers for test in layer if test is not None][:most]

    chosen = {function: nearest(tests) for function, tests in reached.items()}
    return {**stats, "tests_by_mangled_function_name": chosen}


def listed(folder: Path = REASONS) -> dict[Survivor, str]:
    """The survivors that are allowed, with the reason of each, from every file of the folder."""
    return {
        Survivor(each["function"], each["becomes"]): each["reason"]
        for file in sorted(folder.glob("*.toml"))
        for each in tomllib.loads(file.read_text())["survivor"]
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, help="how many mutants to try; all without it")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="rules/daily_loss evaluator …"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--at-least",
        type=int,
        default=KILLED_SHARE_MIN_PERCENT,
        help="the share that must be killed, in per cent",
    )
    parser.add_argument("--json", type=Path, help="where the result goes as JSON")
    arguments = parser.parse_args()
    listed()  # a file that cannot be read is said now, not after hours
    with tempfile.TemporaryDirectory(prefix="propdesk-mutants-") as directory:
        scratch = Scratch(Path(directory), arguments.workers, arguments.only)
        scratch.run(*NOBODY)  # makes the mutants and tries none
        names = sorted(scratch.codes())
        if arguments.sample and arguments.sample < len(names):
            names = random.Random(arguments.seed).sample(names, arguments.sample)
        codes = scratch.try_all(names)
        alive = [name for name, code in codes.items() if code not in KILLED_CODES]
        survivors = {name: scratch.describe(name) for name in alive}
    return report(codes, survivors, arguments.json, arguments.at_least)


def report(
    codes: dict[str, int | None],
    survivors: dict[str, Survivor],
    target: Path | None,
    at_least: int,
) -> int:
    """Prints the survivors and the share; 0 when the share holds, 1 when it does not."""
    reasons = listed()
    unexplained = {name: each for name, each in survivors.items() if each not in reasons}
    for each in sorted(unexplained.values(), key=lambda one: one.function):
        print(f"survived without a reason: {each.function}: {each.becomes}")
    killed = len(codes) - len(survivors)
    explained = len(survivors) - len(unexplained)
    counted = len(codes) - explained
    print(
        f"{len(codes)} mutants: {killed} killed, {explained} survived with a listed reason, "
        f"{len(unexplained)} without; at least {at_least} % must be killed"
    )
    if target is not None:
        result = {
            "mutants": len(codes),
            "killed": killed,
            "explained": explained,
            "unexplained": sorted(
                f"{each.function}: {each.becomes}" for each in unexplained.values()
            ),
            "codes": {str(code): count for code, count in Counter(codes.values()).items()},
        }
        target.write_text(json.dumps(result, indent=2) + "\n")
    return 0 if killed * 100 >= at_least * counted else 1


if __name__ == "__main__":
    sys.exit(main())
