"""What an error of the database means to the user of the log.

It must not turn a fault of ours into one that waiting would cure.
"""

import psycopg

from propdesk.ports.event_log import EventLogError, LogUnavailable

FENCED = "LG001"
KEY_REUSED = "LG002"


def unavailable(error: psycopg.Error) -> EventLogError | psycopg.Error:
    """``LogUnavailable`` where the database is away, busy, full or a stand-by; else the error."""
    if isinstance(error, psycopg.OperationalError | psycopg.errors.ReadOnlySqlTransaction):
        return LogUnavailable(f"the event log does not answer: {error}")
    return error
