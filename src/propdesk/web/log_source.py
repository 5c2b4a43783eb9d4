"""From where the pages of this process read the event log: the wiring provides it once.

It must not know how the log is kept.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from propdesk.ports.event_log import LogUnavailable, Reader

_provided: list[Callable[[], Reader] | None] = [None]


def provide(open_reader: Callable[[], Reader] | None) -> None:
    """From now on every page of this process that needs the log opens it so; None: there is
    none."""
    _provided[0] = open_reader


@contextmanager
def reading() -> Iterator[Reader]:
    """A reader for the time of one look. Raises ``LogUnavailable``."""
    open_reader = _provided[0]
    if open_reader is None:
        raise LogUnavailable(_("no event log is connected to these pages"))
    reader = open_reader()
    try:
        yield reader
    finally:
        reader.close()
