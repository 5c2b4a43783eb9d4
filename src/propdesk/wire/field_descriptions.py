"""What each field of the domain's dataclasses means: the text that follows it in the source.

The schema, the public rulebook and the checks read it, so a field is described once. It must not
describe what has no docstring.
"""

import ast
import inspect
import itertools
import textwrap
from dataclasses import fields, is_dataclass
from functools import cache


@cache
def descriptions_of(shape: type) -> dict[str, str]:
    """The attribute docstrings of a dataclass and of what it inherits from, by field."""
    found: dict[str, str] = {}
    for each in reversed(shape.__mro__):
        if is_dataclass(each):
            found |= _docstrings(each)
    return {name.name: found[name.name] for name in fields(shape) if name.name in found}


@cache
def _docstrings(shape: type) -> dict[str, str]:
    """The text that follows each annotated field in the source of a class."""
    written = ast.parse(textwrap.dedent(inspect.getsource(shape))).body[0]
    if not isinstance(written, ast.ClassDef):
        return {}
    found: dict[str, str] = {}
    for member, following in itertools.pairwise(written.body):
        if not isinstance(member, ast.AnnAssign) or not isinstance(member.target, ast.Name):
            continue
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            found[member.target.id] = inspect.cleandoc(str(following.value.value))
    return found
