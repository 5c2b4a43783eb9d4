"""House rules that no linter knows. Each message names what to write instead."""

import ast
import re
import sys

import pytest

from tests.architecture.source_tree import (
    PACKAGE,
    ROOT,
    dotted,
    imported,
    modules,
    tracked_files,
    walk,
)

VAGUE_NAMES = {
    "base",
    "common",
    "core",
    "helper",
    "helpers",
    "manager",
    "managers",
    "misc",
    "service",
    "services",
    "util",
    "utils",
}
CLOCK_CALLS = re.compile(
    r"(^|\.)(datetime\.(now|today|utcnow)|date\.today|time\.(time|time_ns)|timezone\.now)$"
)
LINES_MAX = 400

# Imports inside functions, each with its reason. Keep it short: a hidden import is a hidden arrow.
IMPORTS_IN_FUNCTIONS: dict[str, str] = {
    "boot/bench_enforcement.py": "models can be imported only when Django is set up",
    "boot/bench_web.py": "models can be imported only when Django is set up",
    "boot/commands/audit.py": "models can be imported only when Django is set up",
    "boot/commands/demo.py": "models can be imported only when Django is set up",
    "boot/commands/openapi.py": "models can be imported only when Django is set up",
    "boot/commands/people.py": "models can be imported only when Django is set up",
    "boot/clerk_process.py": "models can be imported only when Django is set up",
    "boot/courier_process.py": "models can be imported only when Django is set up",
    "boot/projector_process.py": "models can be imported only when Django is set up",
    "boot/one_machine.py": "models can be imported only when Django is set up",
    "web/apps.py": "models can be imported only when Django is set up",
}

# Files longer than LINES_MAX, each with the reason why its parts are better read together.
LONG_FILES: dict[str, str] = {
    "domain/evaluator.py": "the order of evaluation is read as one page; its parts have left it",
    "domain/rules/activity_days.py": "one rule, one file: eight ways of counting one day",
    "domain/rules/daily_loss.py": "one rule, one file: six anchors of one floor",
    "domain/rules/exposure.py": "one rule, one file: every unit and sum of one limit",
    "domain/rules/news.py": "one rule, one file: every effect of one window",
    "domain/rules/overall_loss.py": "one rule, one file: four movements of one floor",
    "domain/valuation.py": "a definition and its compiled forms, compared line by line",
    "engine/kernel.py": "the compiler takes one module, whose functions call each other",
}

# Modules that read the clock outside boot, each with its reason.
CLOCK_READERS: dict[str, str] = {
    "web/received.py": "a request's time of arrival is known only where it arrives",
}


def offences(found: list[str], instead: str) -> None:
    assert not found, f"{instead}\n  " + "\n  ".join(found)


def test_a_module_is_named_for_what_is_in_it() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in (*PACKAGE.rglob("*"), *(ROOT / "tests").rglob("*"))
        if (path.suffix == ".py" or path.is_dir()) and path.stem in VAGUE_NAMES
    ]
    offences(found, "Name the module for what is in it (money.py, rolls.py), not for its kind:")


def test_no_binary_float_in_the_domain() -> None:
    found = [
        module.at(node)
        for module, node in walk(floors=frozenset({"domain"}))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float | complex))
        or (isinstance(node, ast.Call) and dotted(node.func) in {"float", "complex"})
    ]
    offences(found, "Write Decimal('0.1') or Fraction(1, 10); no binary float decides anything:")


def test_the_domain_imports_the_standard_library_only() -> None:
    allowed = sys.stdlib_module_names | {"propdesk"}
    found = [
        f"{module.at(node)} imports {name}"
        for module, node in walk(floors=frozenset({"domain"}))
        for name in imported(node)
        if name.split(".", 1)[0] not in allowed
    ]
    offences(found, "Ask for a value as a parameter; only the floors above know libraries:")


def test_only_the_wiring_reads_the_clock() -> None:
    found = [
        module.at(node)
        for module, node in walk()
        if module.floor != "boot"
        and module.name not in CLOCK_READERS
        and isinstance(node, ast.Call)
        and CLOCK_CALLS.search(dotted(node.func))
    ]
    offences(found, "Take the time as a parameter (`now`, `at`); only boot reads the clock:")


def test_only_commands_print() -> None:
    found = [
        module.at(node)
        for module, node in walk()
        if not module.name.startswith("boot/commands/")
        and isinstance(node, ast.Call)
        and dotted(node.func) == "print"
    ]
    offences(found, "Return the text, or log it with structlog; only boot/commands prints:")


def test_no_import_hides_in_a_function() -> None:
    found = []
    for module in modules():
        if module.name in IMPORTS_IN_FUNCTIONS:
            continue
        for function in ast.walk(module.tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                found += [
                    module.at(node)
                    for node in ast.walk(function)
                    if isinstance(node, ast.Import | ast.ImportFrom)
                ]
    offences(
        found,
        "Move the import to the top, or the code to its own module; where neither will do, "
        "add the module to IMPORTS_IN_FUNCTIONS with the reason:",
    )


def test_a_source_file_fits_in_one_head() -> None:
    found = [
        f"src/propdesk/{module.name}: {lines} lines"
        for module in modules()
        if module.name not in LONG_FILES
        and (lines := len(module.path.read_text(encoding="utf-8").splitlines())) > LINES_MAX
    ]
    offences(
        found,
        f"Divide the file by its nouns; {LINES_MAX} lines are the most. Where its parts are better "
        "read together, add it to LONG_FILES with the reason:",
    )


def test_every_module_says_what_it_is() -> None:
    found = [
        f"src/propdesk/{module.name}"
        for module in modules()
        if ast.get_docstring(module.tree) is None and module.tree.body
    ]
    offences(found, "Say in one sentence what the module is, and in one what it must not do:")


def test_every_package_is_declared_by_an_init_file() -> None:
    found = [
        str(directory.relative_to(ROOT))
        for directory in {path.parent for path in PACKAGE.rglob("*.py")}
        if not (directory / "__init__.py").exists()
    ]
    offences(found, "Add an __init__.py with a docstring; import-linter sees no other package:")


# The words are put together here so that this file does not hold them itself.
MACHINE_PATHS = ["/" + "work/", "/" + "root/", "/" + "home/" + "user", "/opt/" + "py" + "pi"]
REGISTRY_HOSTS = [
    "py" + "pi.org",
    "python" + "hosted",
    "registry." + "npm" + "js",
    "deb." + "debian",
    "security." + "debian",
]


@pytest.mark.parametrize(
    ("needles", "instead"),
    [
        (MACHINE_PATHS, "Name a path relative to the repository or to PROPDESK_HOME:"),
        (REGISTRY_HOSTS, "Name packages, not the hosts that serve them; the client knows those:"),
    ],
    ids=["machine paths", "registry hosts"],
)
def test_tracked_files_name_no(needles: list[str], instead: str) -> None:
    pattern = re.compile("|".join(map(re.escape, needles)))
    found = []
    for path in tracked_files():
        if not path.is_file() or path.suffix in {".svg", ".png", ".ico", ".woff2", ".gz", ".zip"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [
            f"{path.relative_to(ROOT)}:{text[: match.start()].count(chr(10)) + 1}: {match[0]}"
            for match in pattern.finditer(text)
        ]
    offences(found, instead)


def test_the_allow_lists_hold_nothing_that_is_gone() -> None:
    names = {module.name for module in modules()}
    found = sorted((IMPORTS_IN_FUNCTIONS.keys() | CLOCK_READERS.keys() | LONG_FILES.keys()) - names)
    offences(found, "Remove the entry: its module is gone:")
