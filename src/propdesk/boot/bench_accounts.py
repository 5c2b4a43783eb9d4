"""The firm's rows of a benchmark's accounts, and when what was commanded of them was done.

Imported where Django is set up. It must not measure, nor command anything.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from propdesk.boot.bench_house import BenchFailed
from propdesk.boot.bench_load import Crowd, Load
from propdesk.crm.accounts.models import StreamPosition, TradingAccount
from propdesk.crm.outbox.models import Destination, OutboxRow
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.instants import micros_of
from propdesk.ports.platform import Rights
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.log_records import AccountEnrolled

COMMANDS = frozenset({"cancel_all", "close_all", "set_rights"})
ROWS_AT_ONCE = 5_000


def keep(load: Load) -> None:
    """A row for every account, as it is when its platform opened it."""
    now = datetime.now(UTC)
    rows = []
    for records in Crowd(load, load_catalogue(None)).begin(micros_of(now)):
        enrolled = records[0]
        if not isinstance(enrolled, AccountEnrolled):
            raise BenchFailed("an account of the load does not begin with its enrolment")
        rows.append(
            TradingAccount(
                id=uuid7(now), engine_account=enrolled.account, person=uuid7(now), created_at=now,
                server="simulated", login=enrolled.account, group="usd-hedging", currency="USD",
                size=Decimal(enrolled.size), rulebook=enrolled.rulebook, version=enrolled.version,
                sha256=enrolled.sha256, phase=enrolled.phase, stage="evaluation",
                opening_balance=Decimal(enrolled.size), opened_at=now,
            )
        )  # fmt: skip
    TradingAccount.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)


def are_read_to(offset: int) -> bool:
    """Whether the projector has read the verdicts' stream so far."""
    return StreamPosition.objects.filter(offset__gte=offset).exists()


def ended() -> int:
    """How many accounts are breached, and may only be looked at, as their platform confirmed."""
    return TradingAccount.objects.filter(status="breached", rights=Rights.READ_ONLY).count()


def confirmed_at(due: Mapping[str, int]) -> dict[str, int]:
    """When the last of an account's commands was noted as done, in microseconds.

    Raises ``BenchFailed`` where one of the three is missing.
    """
    last: dict[str, int] = {}
    done: dict[str, set[str]] = {}
    rows = OutboxRow.objects.filter(destination=Destination.PLATFORM, command__in=COMMANDS)
    for account, command, at in rows.values_list("account", "command", "delivered_at"):
        if account in due and at is not None:
            done.setdefault(account, set()).add(command)
            last[account] = max(last.get(account, 0), micros_of(at))
    short = [name for name in due if done.get(name, set()) != COMMANDS]
    if short:
        raise BenchFailed(f"{short[0]} was only {sorted(done.get(short[0], ()))}")
    return last
