"""The event log in PostgreSQL, behind ``ports.event_log``.

It must not know what a record means.
"""

from propdesk.storage.event_log.postgres_log import PostgresLog

__all__ = ["PostgresLog"]
