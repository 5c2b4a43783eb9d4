"""An event at another time: every time in it moves by the same span, nothing else changes."""

from dataclasses import replace

from propdesk.domain.events import Bar, Event, Quote
from propdesk.domain.instants import parse_instant
from propdesk.wire.event_shapes import SHAPES

_TIMES = {
    shape.value: tuple(field.name for field in shape.fields if field.read is parse_instant)
    for shape in SHAPES
}


def shifted(event: Event, by: int) -> Event:
    """The event ``by`` microseconds later; a time that is not told stays so."""
    if by == 0:
        return event
    moved = {
        name: at + by for name in _TIMES[type(event)] if (at := getattr(event, name)) is not None
    }
    if isinstance(event, Quote | Bar):
        return event._replace(**moved)
    return replace(event, **moved)
