"""A rulebook on its way into the catalogue: read at the door, every error with its line and path.

It must not write; the actions do.
"""

import re
from datetime import date

from propdesk.wire.rulebook_file import (
    LoadedRulebook,
    RulebookRefused,
    load_rulebook,
    parse_rulebook,
)
from propdesk.wire.rulebook_publication import preset_text
from propdesk.wire.rulebook_yaml import Problem, read_yaml

FILE = "rulebook.yaml"


def read_draft(text: str, slug: str) -> LoadedRulebook:
    """The rulebook of ``text``, which bears the programme's name.

    Raises ``RulebookRefused`` with every problem.
    """
    content = text.encode("utf-8", "surrogatepass")
    loaded = parse_rulebook(content, FILE)
    if loaded.rulebook.name != slug:
        document = read_yaml(content)
        sentence = f"must be {slug!r}, the programme's own, not {loaded.rulebook.name!r}"
        raise RulebookRefused(FILE, [document.at(("name",), sentence)])
    if not loaded.rulebook.sizes:
        raise RulebookRefused(FILE, [Problem(1, ("sizes",), "a programme sells at least one size")])
    return loaded


def preset_draft(preset: str, slug: str, title: str, effective_from: date) -> str:
    """A preset's file under the programme's own name, as its first version.

    Raises ``Unreadable`` where there is no such preset.
    """
    load_rulebook(preset)
    text = preset_text(preset).decode()
    return renamed(text, name=slug, title=title, version="1", effective_from=effective_from)


def renamed(text: str, *, name: str, title: str, version: str, effective_from: date) -> str:
    """The file with other identifying values, everything else as it was written."""
    for key, value in (
        ("name", name),
        ("title", _quoted(title)),
        ("version", _quoted(version)),
        ("effective_from", effective_from.isoformat()),
    ):
        line = f"{key}: {value}"
        written = re.search(rf"(?m)^{key}:.*$", text)
        if written is None:
            text = f"{line}\n{text}"
        else:
            text = text[: written.start()] + line + text[written.end() :]
    return text


def _quoted(text: str) -> str:
    # A YAML text in double quotes knows only these two characters as its own.
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
