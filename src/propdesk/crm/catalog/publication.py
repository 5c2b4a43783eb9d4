"""The way of a published rulebook to the engine: a row of the outbox, in the same transaction."""

from datetime import datetime

from propdesk.crm.outbox.actions.enqueue import enqueue
from propdesk.domain.instants import micros_of
from propdesk.wire.log_records import RulebookPublished
from propdesk.wire.rulebook_file import LoadedRulebook


def announce(loaded: LoadedRulebook, at: datetime) -> None:
    """Put the rulebook on its way into every partition of the log, ahead of its accounts."""
    enqueue(RulebookPublished(loaded.sha256, loaded.canonical, micros_of(at)), at)
