"""When an account was paid last, as far as the firm's own commands tell: it reads and decides.

Whoever pays tells the engine so (``PayoutMoved``), in the transaction of the payment; that row is
what is looked at. Payments of which the firm commanded nothing are not known here.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from propdesk.crm.outbox.models import OutboxRow
from propdesk.domain.events import PayoutMoved
from propdesk.domain.instants import datetime_of
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import Moment

PROMISED = frozenset({"approved", "paid"})
"""From approval on the trader counts on it."""


def last_paid(engine_accounts: Iterable[str]) -> Mapping[str, datetime]:
    """By the account's name, the moment of its newest payout; one that has none is missing."""
    names = set(engine_accounts)
    if not names:
        return {}
    rows = OutboxRow.objects.filter(command=PayoutMoved.__name__, account__in=names)
    found: dict[str, datetime] = {}
    for name, body in rows.values_list("account", "body"):
        for at in _moments(bytes(body)):
            found[name] = max(at, found.get(name, at))
    return found


def _moments(body: bytes) -> Iterable[datetime]:
    record = decode(body)
    for event in record.events if isinstance(record, Moment) else ():
        if isinstance(event, PayoutMoved) and event.step in PROMISED:
            yield datetime_of(event.at)
