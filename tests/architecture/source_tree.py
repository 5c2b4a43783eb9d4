"""What the architecture tests look at: the tracked files and the parsed modules of the source."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "propdesk"


@dataclass(frozen=True, slots=True)
class Module:
    """One parsed source file, named as a person would look for it."""

    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        return self.path.relative_to(PACKAGE).as_posix()

    @property
    def floor(self) -> str:
        return self.name.split("/", 1)[0]

    def at(self, node: ast.AST) -> str:
        return f"src/propdesk/{self.name}:{getattr(node, 'lineno', 1)}"


@cache
def modules() -> tuple[Module, ...]:
    found = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
    return tuple(Module(path, ast.parse(path.read_text(encoding="utf-8"))) for path in found)


def walk(*, floors: frozenset[str] | None = None) -> Iterator[tuple[Module, ast.AST]]:
    for module in modules():
        if floors is None or module.floor in floors:
            for node in ast.walk(module.tree):
                yield module, node


@cache
def tracked_files() -> tuple[Path, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(ROOT / name for name in listed.stdout.split("\0") if name)


def dotted(node: ast.expr) -> str:
    """``a.b.c`` of an attribute chain, or an empty text."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else node.attr
    return ""


def imported(node: ast.AST) -> list[str]:
    """The modules that an import statement names, none for any other node."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
        return [node.module]
    return []
