"""JSON of a calendar, read strictly; a release's row is its number in the list.

It must not know what the releases mean.
"""

import json
from typing import Any

from propdesk.connectors.calendars.template import Document


def parsed(document: Document) -> Any:
    """The whole text as JSON. Raises ``Unreadable`` with the line where it breaks."""
    try:
        return json.loads(document.text.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        raise document.refuse(error.lineno, f"not JSON: {error.msg}") from None
    except (RecursionError, ValueError):
        raise document.refuse(None, "not JSON that a calendar could be") from None


def text_of(release: Any, key: str, *, needed: bool = True) -> str:
    """A field that is a text. Raises ``ValueError`` where it is missing or something else."""
    value = release.get(key) if isinstance(release, dict) else None
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or (needed and not value.strip()):
        raise ValueError(f"the release says no {key!r}")
    return value.strip()
