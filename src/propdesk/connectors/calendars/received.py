"""When a version of a calendar was received, as far as the name of its file tells.

It must not look at the file system's times: they say when a copy was made.
"""

import re

from propdesk.domain.instants import parse_instant

_STAMP = re.compile(
    r"(?<!\d)(\d{4})-?(\d\d)-?(\d\d)[T_](\d\d)[-:.]?(\d\d)(?:[-:.]?(\d\d))?Z(?![A-Za-z])"
)


def received_in(name: str) -> int | None:
    """The moment in a name such as ``20260803T045733Z_week.json``; None where there is none.

    Only a full time in UTC is taken. Raises ``ValueError`` for one that is no time.
    """
    found = _STAMP.search(name)
    if found is None:
        return None
    year, month, day, hour, minute, second = found.groups(default="00")
    return parse_instant(f"{year}-{month}-{day}T{hour}:{minute}:{second}Z")
