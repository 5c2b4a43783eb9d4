"""The firm's rows of a benchmark's accounts, and when what was commanded of them was done.

Imported where Django is set up. It must not measure, nor command anything.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from propdesk.boot.bench_house import BenchFailed
from propdesk.boot.bench_load import Crowd, Load
from propdesk.boot.courier_to_platforms import HOLD
from propdesk.crm.accounts.models import AccountEvent, StreamPosition, TradingAccount
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


@dataclass(slots=True)
class Enforced:
    """When what was commanded of an account got where, in microseconds. ``projected`` is when the
    transaction began that commanded it, ``done`` the platform's time of the last command."""

    projected: int
    claimed: int = 0
    done: int = 0
    confirmed: int = 0


def enforced(accounts: Collection[str]) -> dict[str, Enforced]:
    """Of each account. Raises ``BenchFailed`` where one of its commands is missing."""
    found: dict[str, Enforced] = {}
    done: dict[str, set[str]] = {}
    rows = OutboxRow.objects.filter(destination=Destination.PLATFORM, command__in=COMMANDS)
    for account, command, created_at, until, at in rows.values_list(
        "account", "command", "created_at", "claimed_until", "delivered_at"
    ):
        if account not in accounts or at is None:
            continue
        done.setdefault(account, set()).add(command)
        one = found.setdefault(account, Enforced(micros_of(created_at)))
        one.projected = min(one.projected, micros_of(created_at))
        if until is not None:  # the last claim of it was that long before
            one.claimed = max(one.claimed, micros_of(until - HOLD))
        one.confirmed = max(one.confirmed, micros_of(at))
    short = [name for name in accounts if done.get(name, set()) != COMMANDS]
    if short:
        raise BenchFailed(f"{short[0]} was only {sorted(done.get(short[0], ()))}")
    answers = AccountEvent.objects.filter(kind="answer", word__in=COMMANDS)
    for account, at in answers.values_list("account__engine_account", "at"):
        if account in found:
            found[account].done = max(found[account].done, micros_of(at))
    return found
