"""What the log and the engine say of who traded in a window: asked before an incident is written.

What cannot be asked is said in words; it must not be taken for "nobody".
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from propdesk.crm.accounts.models import StreamPosition
from propdesk.crm.incidents.finding import Found, Scope, Traded, Window, find, running_in
from propdesk.crm.incidents.traded import TooMuch, traded
from propdesk.domain.instants import micros_of
from propdesk.ports.event_log import EventLogError
from propdesk.ports.live_accounts import EngineAway
from propdesk.web.live import source
from propdesk.web.log_source import reading

ASKED_MAX: Final = 500
"""So many running accounts the engine is asked for; about a second."""


def found_in(scope: Scope, window: Window, now: datetime) -> Found:
    """Whom an incident of this scope and window concerned."""
    return find(scope, window, traded_in(scope, window, now), now)


def traded_in(scope: Scope, window: Window, now: datetime) -> Traded:
    """Who dealt or held something; with ``lacks`` for what could not be asked."""
    lacks: list[str] = []
    holding = list(_open_now(scope, window, now, lacks))
    began_at, last = micros_of(window.began_at), micros_of(window.last(now))
    try:
        with reading() as reader:
            touched = traded(reader, _partitions(), began_at, last, scope.symbol, open_now=holding)
    except TooMuch:
        lacks.append(_("The log behind that moment is too long for one look: deals are missing."))
    except EventLogError:
        lacks.append(_("The event log could not be read: deals are missing."))
    else:
        return Traded(touched, " ".join(lacks))
    return Traded({name: {"position"} for name, _position in holding}, " ".join(lacks))


def _partitions() -> list[int]:
    streams = StreamPosition.objects.values_list("stream", flat=True)
    numbers = (stream.rpartition("/")[2] for stream in streams)
    return sorted({int(each) for each in numbers if each.isdecimal()})


def _open_now(
    scope: Scope, window: Window, now: datetime, lacks: list[str]
) -> Iterator[tuple[str, str]]:
    """The positions that the accounts of the scope hold now, in its symbol."""
    rows = running_in(scope, window, now).filter(ended_at=None).order_by("id")
    names = list(rows.values_list("engine_account", flat=True)[: ASKED_MAX + 1])
    if len(names) > ASKED_MAX:
        lacks.append(
            _("More than %(most)s accounts run: open positions of the others are missing.")
            % {"most": ASKED_MAX}
        )
    try:
        for name in names[:ASKED_MAX]:
            live = source.accounts().account(name)
            for each in () if live is None else live.positions:
                if not scope.symbol or each.symbol == scope.symbol:
                    yield name, each.position
    except EngineAway:
        lacks.append(_("The engine does not answer: positions that are open now are missing."))
