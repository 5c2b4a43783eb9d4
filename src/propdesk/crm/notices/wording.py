"""Fill a text in: names in braces become values, and nothing else in it is ever run.

A name nobody knows is refused when a text is kept; a value that is missing then is a dash.
"""

import re
from collections.abc import Collection, Iterator, Mapping

PLACE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
MISSING = "–"


def unknown_names(text: str, known: Collection[str]) -> Iterator[str]:
    """What stands in braces and is none of ``known``, and every brace without a partner."""
    for found in PLACE.finditer(text):
        if not _NAME.match(found[1]) or found[1] not in known:
            yield found[0]
    if re.search(r"[{}]", PLACE.sub("", text)):
        yield "{"


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its values. What is filled in is not looked at again."""
    return PLACE.sub(lambda found: values.get(found[1], "") or MISSING, text)


def one_line(text: str, length_max: int) -> str:
    """As a subject can be: no line breaks, which would begin another header, and cut."""
    plain = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return plain if len(plain) <= length_max else f"{plain[: length_max - 1]}…"
