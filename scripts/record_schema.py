"""Writes docs/reference/log-records.schema.json: the fields of the log's small records.

With --check it writes nothing and fails when the file is out of date.
"""

import argparse
import sys
from pathlib import Path

from propdesk.wire.record_schema import record_schema_text

FILE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "log-records.schema.json"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    text = record_schema_text()
    if parser.parse_args().check:
        if FILE.read_text("utf-8") == text:
            return 0
        print(f"{FILE.name} is out of date: python -m scripts.record_schema", file=sys.stderr)
        return 1
    FILE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
