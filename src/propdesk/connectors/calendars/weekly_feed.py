"""What a version of the weekly feed is, in whatever form it came: all of its week.

The week is Sunday to Saturday in New York, also where the times are written on another clock; so
every form of one week is a version of the same.
"""

from collections.abc import Sequence

from propdesk.connectors.calendars.template import Document, Entry, Listing, moments_of
from propdesk.connectors.calendars.weeks import whole_weeks
from propdesk.domain.clock import zone_of

_CLOCK = "America/New_York"


def week_listing(
    document: Document, entries: Sequence[Entry], notes: tuple[str, ...] = ()
) -> Listing:
    """The releases as one version of the feed."""
    zone = zone_of(_CLOCK)
    return Listing(
        document=document.name,
        series="weekly feed",
        entries=entries,
        zone=zone,
        received_at=document.received_at,
        complete=whole_weeks(moments_of(entries), zone),
        notes=notes,
    )
