"""Warn traders of what they may still lose: at 50, 70 and 90 % of a limit's allowance.

Once a day, limit and level; after a higher level no lower one that day. A rule that warns by itself
(``warn_at``) does so at the very tick, and nothing is added to that. It must not judge: the figures
are the engine's, as of their moment.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.messages import notice_message
from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.catalog.models import ProgrammeVersion
from propdesk.crm.catalog.versions import loaded
from propdesk.crm.outbox.actions.enqueue_messages import enqueue_messages
from propdesk.crm.outbox.models import OutboxRow

LEVELS = (50, 70, 90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How near an account is to a limit. Money as the engine writes it."""

    account: str
    rule: str
    level: int
    """The highest of ``LEVELS`` that is used up."""
    left: str
    floor: str
    equity: str
    at: datetime


def warn_of_room(rooms: Sequence[Room], now: datetime) -> int:
    """How many warnings are on their way. Accounts that are not the firm's are passed over."""
    with transaction.atomic():
        accounts = {
            each.engine_account: each
            for each in TradingAccount.objects.filter(
                engine_account__in={room.account for room in rooms}, ended_at__isnull=True
            )
        }
        by_rule = _warning_by_rule(accounts.values())
        mine = [
            room
            for room in rooms
            if room.account in accounts and (room.account, room.rule) not in by_rule
        ]
        keys = {
            key: (room, level)
            for room in mine
            for level in LEVELS
            if level >= room.level
            for key in [_key(accounts[room.account], room, level)]
        }
        told = set(OutboxRow.objects.filter(key__in=keys).values_list("key", flat=True))
        quiet = {id(keys[key][0]) for key in told}
        due = [room for room in mine if id(room) not in quiet]
        enqueue_messages(
            [
                notice_message(
                    accounts[room.account], "room",
                    {
                        "rule": room.rule, "level": room.level, "left": room.left,
                        "limit": room.floor, "observed": room.equity,
                        "at": room.at.isoformat(),
                    },
                    _key(accounts[room.account], room, room.level),
                )
                for room in due
            ],
            now,
        )  # fmt: skip
    return len(due)


def _warning_by_rule(accounts: Collection[TradingAccount]) -> set[tuple[str, str]]:
    """Of which accounts which rules say by themselves how near they are."""
    bought = ProgrammeVersion.objects.filter(sha256__in={each.sha256 for each in accounts})
    rulebooks = {each.sha256: loaded(each).rulebook for each in bought}
    return {
        (each.engine_account, terms.name)
        for each in accounts
        if each.sha256 in rulebooks
        for phase in rulebooks[each.sha256].phases
        if phase.name == each.phase
        for terms in phase.rules
        if getattr(terms, "warn_at", ())
    }


def _key(account: TradingAccount, room: Room, level: int) -> UUID:
    return key_of(str(account.pk), "room", room.rule, f"{room.at:%Y-%m-%d}", str(level))
