"""A moment as a clock shows it: without a zone, so that a template writes it as it is.

It must not be reckoned with: an hour may come twice.
"""

from datetime import datetime

from propdesk.domain.clock import zone_of


def on_clock(at: datetime, zone: str) -> datetime:
    """``at`` on the clock of a zone. Raises ``UnknownZone``."""
    return at.astimezone(zone_of(zone)).replace(tzinfo=None)
