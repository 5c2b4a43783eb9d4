"""The event file of this project, JSON Lines; it may hold several accounts and all quotes."""

from propdesk.connectors.readers.events.log import read_event_log
from propdesk.connectors.readers.template import Reader
from propdesk.connectors.sheet import Sheet


def _recognise(sheet: Sheet) -> bool:
    return '"type"' in sheet.first_words()


READER = Reader(
    name="events",
    title="event file (JSON Lines)",
    export="Write one event a line as docs/reference/events.md describes.",
    containers=frozenset({"lines"}),
    recognise=_recognise,
    read=read_event_log,
)
