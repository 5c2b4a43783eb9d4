"""``make vectors FILE=…``: the last line is ``N right, N wrong, N not understood``."""

import sys
from collections import Counter
from pathlib import Path

from propdesk.boot.vectors import translators
from propdesk.boot.vectors.families import FAMILIES
from propdesk.boot.vectors.runner import counts, run


def main(arguments: list[str]) -> int:
    """Exit 0 when every example came out right, 1 when not, 2 for a file that holds none."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m propdesk.boot.vectors FILE\n")
        return 2
    file = Path(arguments[0])
    try:
        outcomes = list(run(file))
    except OSError as failed:
        sys.stderr.write(f"{file.name}: {failed.strerror}\n")
        return 2
    except ValueError as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    for each in outcomes:
        if each.verdict != "right":
            sys.stdout.write(f"{each.verdict}: {each.name} ({each.family}): {each.why}\n")
    via = Counter(each.via for each in outcomes if each.verdict == "right")
    sys.stdout.write(
        f"{len(FAMILIES)} families in {len(translators.MODULES)} modules; right through the "
        f"evaluator: {via['evaluator']}, through a rule's function: {via['function']}\n"
    )
    found = counts(outcomes)
    sys.stdout.write(
        f"{found['right']} right, {found['wrong']} wrong, "
        f"{found['not understood']} not understood\n"
    )
    return 0 if found["right"] == len(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
