"""A YAML file as plain values that still know their line.

Reads the narrow YAML a rulebook needs: mappings, lists and scalars; numbers become exact
decimals, times and dates stay text (``17:00`` is never 1020), ``on`` is a word. It must not know
what a rulebook is, and it never builds an object a file names.
"""

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn, TypeAlias

import yaml

BYTES_MAX = 256 * 1024
DEPTH_MAX = 24
Path: TypeAlias = tuple[str | int, ...]
_INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"[+-]?(0|[1-9][0-9]*)\.[0-9]+\Z")
# A few characters that stand for a gigabyte of digits.
_HUGE = re.compile(r"[+-]?[0-9.]+[eE][+-]?[0-9]{3,}\Z")
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "True": True,
    "false": False,
    "False": False,
}
_TEXT_TAG = "tag:yaml.org,2002:str"
_TAGS = {
    f"tag:yaml.org,2002:{each}"
    for each in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map", "merge", "value")
}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with a file: where, at which path, and a sentence."""

    line: int
    path: Path
    sentence: str

    def told(self, file: str) -> str:
        """``file:line: path: sentence``."""
        return f"{file}:{self.line}: {self.told_alone()}"

    def told_alone(self) -> str:
        """``path: sentence``."""
        where = dotted(self.path)
        return f"{where}: {self.sentence}" if where else self.sentence


@dataclass(slots=True)
class Document:
    """The values of a file and the line on which each stands."""

    value: Any
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line_of(self, path: Path) -> int:
        """The line of the value at ``path``, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def at(self, path: Path, sentence: str) -> Problem:
        """A problem with the value at ``path``."""
        return Problem(self.line_of(path), path, sentence)


def dotted(path: Path) -> str:
    """``phases[0].rules[2].allowance``: a path as a person writes it."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


class _Loader(yaml.SafeLoader):
    """Composes nodes; refuses what could make a small file a large value."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            self._refuse("anchors and aliases are not allowed; write the value out")
        self.depth += 1
        if self.depth > DEPTH_MAX:
            self._refuse(f"more than {DEPTH_MAX} levels of nesting")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _refuse(self, sentence: str) -> NoReturn:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        raise yaml.MarkedYAMLError(problem=sentence, problem_mark=event.start_mark)


def read_yaml(content: bytes) -> Document:
    """The document in ``content``. What is wrong with it is in ``problems``; nothing is raised."""
    if len(content) > BYTES_MAX:
        return _refused(1, f"the file is larger than {BYTES_MAX // 1024} KiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _refused(line, "the file is not UTF-8 text")
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return _refused(1 if mark is None else mark.line + 1, _yaml_sentence(error))
    except yaml.YAMLError as error:  # a character YAML forbids
        return _refused(1, f"this is no YAML: {str(error).splitlines()[0]}")
    if node is None:
        return _refused(1, "the file is empty")
    document = Document(None)
    document.value = _value(node, (), document)
    document.problems.sort()
    return document


def _refused(line: int, sentence: str) -> Document:
    return Document(None, problems=[Problem(line, (), sentence)])


def _yaml_sentence(error: yaml.MarkedYAMLError) -> str:
    parts = [part for part in (error.problem, error.context) if part]
    return f"this is no YAML: {', '.join(parts)}" if parts else "this is no YAML"


def _value(node: yaml.Node, path: Path, document: Document) -> Any:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if node.tag not in _TAGS:
        document.problems.append(document.at(path, f"the tag {node.tag!r} is not allowed"))
        return None
    if isinstance(node, yaml.MappingNode):
        return dict(_members(node, path, document))
    if isinstance(node, yaml.SequenceNode):
        return [_value(each, (*path, number), document) for number, each in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        if not _HUGE.match(str(node.value)):
            return _scalar(node)
        document.problems.append(document.at(path, "is no number; write its digits out"))
    return None


def _members(
    node: yaml.MappingNode, path: Path, document: Document
) -> Iterator[tuple[Hashable, Any]]:
    seen: set[Hashable] = set()
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            document.problems.append(Problem(line, path, "a key must be a word or a number"))
            continue
        key: Hashable = _scalar(key_node)
        inside = (*path, key_node.value)
        if _HUGE.match(key_node.value):
            document.problems.append(Problem(line, path, f"{key_node.value!r} is no number"))
            continue
        if key in seen:
            document.problems.append(Problem(line, inside, "is written twice"))
            continue
        seen.add(key)
        if key_node.value == "<<":
            document.problems.append(Problem(line, inside, "merge keys are not allowed"))
            continue
        document.lines[inside] = line
        yield key_node.value, _value(value_node, inside, document)


def _scalar(node: yaml.ScalarNode) -> Any:
    text = str(node.value)
    if node.style is not None or node.tag == _TEXT_TAG:  # quoted, a block, or tagged as text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text) if len(text) < 40 else text
    return Decimal(text) if _DECIMAL.match(text) else text
