"""What a firm's business amounts to, as rows that another run of the same life must have too.

Names and numbers that chance gave (identifiers, tokens, secrets) are left out, or stand as a dot;
so is the hour of the machine. Moments are the firm's own and stay. It must not decide anything.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from propdesk.connectors.simulated_platform.platform import SimulatedPlatform
from propdesk.crm.accounts.models import AccountEvent, AccountVerdict, Case, TradingAccount
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.crm.documents.models import Certificate
from propdesk.crm.ledger.models import Posting
from propdesk.crm.notices.models import Alert, Delivery, InboxMessage, Notice
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.purchases.models import Order, OrderChange
from propdesk.ports.event_log import EventLog
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import MARKET, events_of, verdicts_of

Content = Mapping[str, Sequence[str]]
CHANCE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|tp_[0-9a-f]{24}"
    r"|card-of-\w+|/verify/[\w-]+"
)
"""Identifiers, a test payment's name and what follows from it, a certificate's code."""


def business_content(log: EventLog, platform: SimulatedPlatform) -> Content:
    """By subject, the rows in an order that no identifier decides."""
    return {
        "orders": _rows(_orders()),
        "order changes": _rows(_order_changes()),
        "phases": _rows(_phases()),
        "accounts": _rows(_accounts()),
        "verdicts": _rows(_verdicts()),
        "ledger": sorted(_rows(_postings())),
        "time lines": _rows(_time_lines()),
        "commands": _rows(_commands()),
        "cases": sorted(_rows(_cases())),
        "notices": sorted(_rows(_notices())),
        "inbox": sorted(_rows(_inbox())),
        "deliveries": sorted(_rows(_deliveries())),
        "alerts": sorted(_rows(_alerts())),
        "certificates": sorted(_rows(_certificates())),
        "audit": sorted(_rows(_audit())),
        "platform": [*_snapshots(platform)],
        "log": [*_log(log)],
    }


def digests(content: Content) -> dict[str, tuple[int, str]]:
    """Of each subject how many rows, and one number of all of them."""
    return {
        name: (len(rows), sha256("\n".join(rows).encode()).hexdigest())
        for name, rows in content.items()
    }


def _rows(found: Iterable[Sequence[Any]]) -> list[str]:
    return [CHANCE.sub("·", repr(tuple(map(_plain, row)))) for row in found]


def _plain(value: object) -> object:
    return sorted(value.items()) if isinstance(value, dict) else str(value)


def _orders() -> Any:
    return Order.objects.order_by("reference").values_list(
        "reference", "key", "person__email", "version__programme__slug", "size", "currency",
        "list_minor", "discount_minor", "tax_minor", "total_minor", "state", "created_at",
        "expires_at", "provisioned_at", "coupon__code",
    )  # fmt: skip


def _order_changes() -> Any:
    return OrderChange.objects.order_by("order__reference", "id").values_list(
        "order__reference", "old", "new", "reason", "at"
    )


def _phases() -> Any:
    return EnrolmentPhase.objects.order_by("account__login").values_list(
        "account__login", "enrolment__person__email", "enrolment__state", "enrolment__state_at",
        "number", "attempt", "name", "stage", "started_at", "ended_at", "outcome",
    )  # fmt: skip


def _accounts() -> Any:
    return TradingAccount.objects.order_by("login").values_list(
        "login", "engine_account", "created_at", "opened_at", "group", "size", "rulebook",
        "version", "sha256", "phase", "opening_balance", "status", "status_at", "ended_at",
        "blocked_by", "blocked_why", "log_stream", "log_offset", "rights_wanted", "rights",
    )  # fmt: skip


def _verdicts() -> Any:
    return AccountVerdict.objects.order_by("offset", "tick", "account__login", "id").values_list(
        "id", "account__login", "phase", "rule", "outcome", "at", "observed", "limit",
        "comparison", "basis", "evidence", "offset", "tick", "replaces",
    )  # fmt: skip


def _postings() -> Any:
    return Posting.objects.values_list(
        "entry__reference", "entry__about", "entry__what", "entry__at", "account__kind",
        "account__detail", "currency", "amount_minor",
    )  # fmt: skip


def _time_lines() -> Any:
    return AccountEvent.objects.order_by("account__login", "id").values_list(
        "account__login", "at", "recorded_at", "kind", "word", "detail", "source"
    )


def _commands() -> Any:
    """What was commanded, in the order it was; the notices stand by themselves."""
    rows = OutboxRow.objects.exclude(destination="notice").order_by("id")
    return rows.values_list(
        "destination", "account", "command", "created_at", "attempts", "refusals",
        "delivered_at", "given_up_at",
    )  # fmt: skip


def _cases() -> Any:
    return Case.objects.values_list("account__login", "kind", "source", "opened_at", "detail")


def _notices() -> Any:
    return Notice.objects.values_list("kind", "at", "taken_at", "account", "detail")


def _inbox() -> Any:
    return InboxMessage.objects.values_list("notice__account", "kind", "at", "subject", "text")


def _deliveries() -> Any:
    return Delivery.objects.values_list(
        "notice__account", "kind", "channel", "address", "subject", "text", "state", "created_at"
    )


def _alerts() -> Any:
    return Alert.objects.values_list(
        "kind", "severity", "account", "subject", "text", "raised_at", "last_at", "times"
    )


def _certificates() -> Any:
    return Certificate.objects.values_list(
        "reference", "kind", "account__login", "phase", "programme", "size", "achieved_at",
        "issued_at", "holder",
    )  # fmt: skip


def _audit() -> Any:
    return AuditRow.objects.values_list("at", "role", "process", "action", "before", "after")


def _snapshots(platform: SimulatedPlatform) -> Iterable[str]:
    for card in platform.accounts():
        yield CHANCE.sub("·", repr(platform.snapshot(card.account)))


def _log(log: EventLog) -> Iterable[str]:
    """Every record of the engine's streams, whole. An account is told with its owner, who is named
    by chance; a tick is told by numbers alone."""
    reader = log.reader()
    for stream in (MARKET, events_of(0), verdicts_of(0)):
        after = 0
        while records := reader.read(stream, after):
            for each in records:
                said = each.body.hex() if stream == MARKET else repr(decode(each.body))
                told = sha256(CHANCE.sub("·", said).encode()).hexdigest()
                yield CHANCE.sub("·", f"{stream} {each.offset} {each.key} {told}")
            after = records[-1].offset
    reader.close()
