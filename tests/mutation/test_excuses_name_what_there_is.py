"""Every change that docs/mutation_survivors/ excuses is still one that the mutation run makes."""

import importlib
import inspect
from collections import defaultdict
from collections.abc import Callable
from difflib import unified_diff
from functools import reduce
from types import FunctionType

import libcst
import pytest
from mutmut.mutation.diff_apply import read_mutant_function, read_original_function
from mutmut.mutation.file_mutation import mutate_file_contents
from scripts.mutation import listed

EXCUSED: dict[str, set[str]] = defaultdict(set)
for survivor in listed():
    EXCUSED[survivor.function].add(survivor.becomes)


def found(name: str) -> object:
    """What the dotted name stands for; a private function is printed without its underscore."""
    parts = name.split(".")
    split = next(i for i, part in enumerate(parts) if part[:1].isupper() or i == len(parts) - 1)
    module = importlib.import_module(".".join(parts[:split]))
    private = getattr(module, f"_{parts[split]}", None)
    return reduce(getattr, parts[split:], module) if private is None else private


def changes(function: Callable[..., object]) -> set[str]:
    """The changes made to it, in the words in which the run prints a survivor."""
    source = inspect.getsource(function)
    made = mutate_file_contents("x.py", f"class X:\n{source}" if source[:1] == " " else source)
    module = libcst.parse_module(made.code)
    words = set()
    for name in made.mutant_names:
        before, after = (
            libcst.Module([read(module, f"x.{name}")]).code.strip().split("\n")
            for read in (read_original_function, read_mutant_function)
        )
        lines = list(unified_diff(before, after, lineterm=""))[2:]
        words.add(" ".join(line[1:].strip() for line in lines if line[:1] == "+"))
    return words


@pytest.mark.parametrize("name", sorted(EXCUSED))
def test_the_change_is_still_made(name: str) -> None:
    function = found(name)
    assert isinstance(function, FunctionType), "take the entry out of docs/mutation_survivors/"
    gone = EXCUSED[name] - changes(function)
    assert not gone, "take these entries out of docs/mutation_survivors/"


def answer(asked: bool) -> int:
    return 42 if asked else 0


def test_the_words_are_those_of_the_run() -> None:
    assert "return 43 if asked else 0" in changes(answer)
    assert "return 42 if asked else 0" not in changes(answer)


@pytest.mark.parametrize("name", ["propdesk.domain.rules.grid.gone", "propdesk.domain.gone.judge"])
def test_what_is_gone_is_noticed(name: str) -> None:
    with pytest.raises((AttributeError, ModuleNotFoundError)):
        found(name)
