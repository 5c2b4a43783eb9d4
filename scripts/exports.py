"""Writes docs/reference/exports.md: every export that is read, as its reader describes itself.

With --check it writes nothing and fails when the page is out of date.
"""

import argparse
import sys
from pathlib import Path

from propdesk.connectors.readers.registry import all_readers

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "exports.md"
HEAD = """\
# Exports that are read

Written by `scripts/exports.py` from the readers themselves. A file is known by its content, never
by its name. [Another one](../how-to/write-a-reader.md) is one folder.

| reader | export | in | how to get it |
|---|---|---|---|
"""
CONTAINERS = {
    "page": "web page",
    "workbook": "workbook",
    "table": "CSV or TSV",
    "lines": "JSON Lines",
}


def page() -> str:
    """The whole page."""
    return HEAD + "".join(
        f"| `{reader.name}` | {reader.title} | "
        f"{', '.join(CONTAINERS[each] for each in sorted(reader.containers))} | {reader.export} |\n"
        for reader in all_readers()
    )


def main() -> int:
    """Exit status 1 where --check finds the page out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/reference/exports.md is out of date: run python scripts/exports.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
