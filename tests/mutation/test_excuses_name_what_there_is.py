"""Every function that docs/mutation_survivors/ excuses a change of is still there to be changed."""

import importlib
from functools import reduce
from types import FunctionType

import pytest
from scripts.mutation import listed


def found(name: str) -> object:
    """What the dotted name stands for; a private function is printed without its underscore."""
    parts = name.split(".")
    split = next(i for i, part in enumerate(parts) if part[:1].isupper() or i == len(parts) - 1)
    module = importlib.import_module(".".join(parts[:split]))
    private = getattr(module, f"_{parts[split]}", None)
    return reduce(getattr, parts[split:], module) if private is None else private


@pytest.mark.parametrize("name", sorted({each.function for each in listed()}))
def test_the_function_is_there(name: str) -> None:
    assert isinstance(found(name), FunctionType), "take the entry out of docs/mutation_survivors/"


@pytest.mark.parametrize("name", ["propdesk.domain.rules.grid.gone", "propdesk.domain.gone.judge"])
def test_what_is_gone_is_noticed(name: str) -> None:
    with pytest.raises((AttributeError, ModuleNotFoundError)):
        found(name)
