"""The floor plan of a reader: what it is called, what it accepts, how it knows its files.

A reader must not open files, judge, or repair what does not reconcile: it refuses.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from propdesk.connectors.column_map import ColumnMap
from propdesk.connectors.sheet import Container, Sheet
from propdesk.connectors.statement import Accounts, Statement
from propdesk.domain.instruments import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a person may say beside the file.

    ``zone`` is the clock of times without one. ``account``, ``currency`` and ``size`` (the
    balance the account was opened with) are used only where an export does not tell them.
    ``columns`` are those of a table no reader knows.
    """

    zone: tzinfo
    catalogue: Catalogue
    account: str | None = None
    currency: str | None = None
    size: Decimal | None = None
    columns: ColumnMap | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One export of one platform.

    ``name`` is the folder's, ``title`` is for people, ``export`` says in one sentence how to get
    the file out of the platform. ``recognise`` is pure and cheap and sees every sheet of the
    ``containers``; no two readers may recognise the same. ``read`` raises ``Unreadable``, or
    ``ValueError`` inside ``at_row``.
    """

    name: str
    title: str
    export: str
    containers: frozenset[Container]
    recognise: Callable[[Sheet], bool]
    read: Callable[[Sheet, Options], Statement | Accounts]
