"""What can go wrong with the embedded database, and what the caller does about it.

EmbeddedPostgresError
├── HomeInUse       another Propdesk runs on this home: stop it, or use another home
├── HomeUnusable    the place or the machine cannot hold a database: the message says what to mend
└── DatabaseFailed  PostgreSQL itself refused or died: show the tail of its log, do not go on
"""


class EmbeddedPostgresError(Exception):
    """The embedded database cannot be used; the message is fit to be shown to a person."""


class HomeInUse(EmbeddedPostgresError):
    """Another living process holds this home."""


class HomeUnusable(EmbeddedPostgresError):
    """The directory, the user or the binaries do not allow a database here."""


class DatabaseFailed(EmbeddedPostgresError):
    """A PostgreSQL program ended with an error or did not become ready."""
