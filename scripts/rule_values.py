"""Writes ``docs/reference/rule_values.csv``: every value of every parameter in RULES.md, T1 to T14.

Run from the repository: ``.venv/bin/python -m scripts.rule_values``. RULES.md is read from the
folder named by PROPDESK_SHARED, or ``shared`` beside the repository.
"""

import csv
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "reference" / "rule_values.csv"
SECTIONS = tuple(f"T{number}" for number in range(1, 15))
MARKS = re.compile(r"\*\*|`")
LISTED_BY_COMMA = {
    ("T3", "enabled_when"),
    ("T6", "unit"),
    ("T12", "preconditions"),
    ("T12", "max"),
    ("T12", "counters_reset"),
    ("T13", "trigger"),
    ("T13", "side_effects"),
}
HEADER = ("section", "parameter", "value")
Row = tuple[str, str, str]


def rules_file() -> Path:
    """Where the rules of the trade are written down."""
    shared = os.environ.get("PROPDESK_SHARED")
    return (Path(shared) if shared else ROOT.parent / "shared") / "RULES.md"


def rows_of(text: str) -> list[Row]:
    """The values in the order of the document, each once."""
    found: dict[Row, None] = {}
    for section in SECTIONS:
        body = re.search(rf"^## {section}\. .*?$(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL)
        if body is None:
            raise ValueError(f"section {section} is missing")
        rows = list(_table(section, body.group(1)))
        for row in rows or _prose(section, body.group(1)):
            found[row] = None
    return list(found)


def _table(section: str, body: str) -> Iterator[Row]:
    lines = [line for line in body.splitlines() if line.startswith("|")]
    for line in lines[2:]:
        plain = line.replace("|P&L|", "absolute P&L")  # bars within a cell are no columns
        cells = [MARKS.sub("", cell).strip() for cell in plain.strip("|").split("|")]
        values = _values(section, cells[0], cells[1])
        yield from ((section, cells[0], value) for value in values if value)
        if not any(values):  # the row names its examples in the third column only
            yield section, cells[0], cells[2] or cells[0]


def _values(section: str, parameter: str, cell: str) -> list[str]:
    """The middle dot divides; a cell without one lists by semicolon, slash or comma."""
    if " · " in cell:
        return [each.strip() for each in cell.split(" · ")]
    marks = r"; | / "
    if (section, parameter) in LISTED_BY_COMMA or section == "T2":
        marks += "|, (?:by )?"
    if parameter == "adjusters":  # its slash is a division
        marks = " or "
    if parameter == "operator":
        marks += "| or "
    return [each.strip() for each in re.split(f"(?:{marks})(?![^(]*\\))", cell)]


def _prose(section: str, body: str) -> Iterator[Row]:
    """A section without a table: what differs between stages, and what a transition does."""
    text = MARKS.sub("", " ".join(body.split())).rstrip(".")
    stages, actions = text.split("Transition actions:")
    for value in stages.split("may flip:")[1].strip(" .").split(", "):
        yield section, "stages", value
    for value in re.split(r"; |, (?=reset-)", actions.strip()):
        yield section, "transition actions", value


def as_csv(rows: list[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    found = rows_of(rules_file().read_text("utf-8"))
    TABLE.write_text(as_csv(found), "utf-8")
    print(f"{len(found)} values")
