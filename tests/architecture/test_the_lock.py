"""The locked requirements: each with a hash, none with an address, in step with the project."""

import re
import sys
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.source_tree import ROOT, imported, walk

LOCKS = ["run", "dev"]
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?==(?P<version>[^ ;\\]+)", re.MULTILINE)


def lock_text(which: str) -> str:
    return (ROOT / "requirements" / f"{which}.txt").read_text()


def pins(which: str) -> set[tuple[str, str]]:
    found = PIN.finditer(lock_text(which))
    return {(canonicalize_name(pin["name"]), pin["version"]) for pin in found}


@pytest.mark.parametrize("which", LOCKS)
def test_no_address_stands_in_a_lock(which: str) -> None:
    assert "://" not in lock_text(which), "run make lock: a lock holds versions and hashes only"
    assert "--index" not in lock_text(which)


@pytest.mark.parametrize("which", LOCKS)
def test_every_pin_has_a_hash(which: str) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", lock_text(which).strip())
    without = [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]
    assert len(entries) >= 10
    assert not without, f"run make lock: no hash for {without}"


def test_the_development_lock_holds_the_other() -> None:
    missing = pins("run") - pins("dev")
    assert not missing, f"run make lock: the development lock differs in {sorted(missing)}"


def test_the_locks_satisfy_the_project_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    wanted = {
        "run": [*project["project"]["dependencies"], *groups["build"]],
        "dev": [text for text in groups["dev"] if isinstance(text, str)],
    }
    for which, texts in wanted.items():
        locked: dict[str, set[str]] = {}
        for name, version in pins(which):
            locked.setdefault(name, set()).add(version)
        for requirement in map(Requirement, texts):
            versions = locked.get(canonicalize_name(requirement.name), set())
            assert any(requirement.specifier.contains(version) for version in versions), (
                f"run make lock: {requirement} is not satisfied by requirements/{which}.txt"
            )


def test_the_source_imports_nothing_that_only_developers_have() -> None:
    distributions = metadata.packages_distributions()
    own = sys.stdlib_module_names | {"propdesk"}
    running = {name for name, _ in pins("run")}
    found = sorted(
        {
            f"{module.at(node)} imports {name}"
            for module, node in walk()
            for name in imported(node)
            if (top := name.split(".", 1)[0]) not in own
            and not {canonicalize_name(each) for each in distributions.get(top, [])} & running
        }
    )
    assert not found, "Add it to [project] dependencies and run make lock:\n  " + "\n  ".join(found)
