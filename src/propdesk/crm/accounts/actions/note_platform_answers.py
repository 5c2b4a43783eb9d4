"""Note what a platform answered: time lines, confirmed rights, accounts that are open now.

Called in the transaction in which the answered rows of the outbox are settled.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from propdesk.crm.accounts.enrolling import enrolment_of
from propdesk.crm.accounts.field_encryption import encrypted
from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.kill_switches import hold_new
from propdesk.crm.accounts.locks import locked
from propdesk.crm.accounts.many_rows import write_events
from propdesk.crm.accounts.messages import credentials_notice, notice_message
from propdesk.crm.accounts.models import (
    NOT_JUDGED,
    AccountEvent,
    Case,
    CaseKind,
    EventKind,
    PlatformCredentials,
    TradingAccount,
)
from propdesk.crm.outbox.actions.enqueue import enqueue
from propdesk.crm.outbox.actions.enqueue_messages import Message, enqueue_messages
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.instants import datetime_of
from propdesk.ports.platform import Answer, Command, CreateAccount, Rights, SetRights


@dataclass(frozen=True, slots=True)
class Noted:
    """An answered row and what becomes of it: done, tried again, or given up."""

    row: OutboxRow
    command: Command
    answer: Answer
    fate: Literal["done", "again", "given_up"]


def note_platform_answers(answers: Sequence[Noted], now: datetime) -> None:
    """Write what was answered, in the caller's transaction."""
    accounts = locked(each.row.account for each in answers)
    events: list[AccountEvent] = []
    messages: list[Message] = []
    for each in answers:
        account = accounts.get(each.row.account)
        if account is None:
            continue
        if _worth_a_line(each):
            events.append(_event(account, each, now))
        if each.fate == "done":
            _done(account, each, now)
        else:
            messages += _alarms(account, each, now)
    write_events(events)
    _confirm_rights(accounts, answers)
    enqueue_messages(messages, now)


def _worth_a_line(noted: Noted) -> bool:
    """A market that stays shut is told once, not at every attempt."""
    return noted.fate != "again" or noted.row.refusals == 0


def detail_of(noted: Noted) -> dict[str, object]:
    """What the line of an answer says beside the command's name."""
    answer = noted.answer
    detail: dict[str, object] = {"fate": noted.fate, "attempts": noted.row.attempts}
    if answer.reason is not None:
        detail |= {"reason": answer.reason, "detail": answer.detail, "left": list(answer.left)}
    if isinstance(noted.command, SetRights):
        detail["rights"] = noted.command.rights
    return detail


def _event(account: TradingAccount, noted: Noted, now: datetime) -> AccountEvent:
    return AccountEvent(
        account=account,
        at=datetime_of(noted.answer.at),
        recorded_at=now,
        kind=EventKind.ANSWER,
        word=noted.row.command,
        detail=detail_of(noted),
        source=str(noted.row.key),
    )


# --- done ------------------------------------------------------------------------------------
def _done(account: TradingAccount, noted: Noted, now: datetime) -> None:
    if isinstance(noted.command, CreateAccount) and account.opened_at is None:
        _opened(account, noted.answer, now)


def _confirm_rights(accounts: Mapping[str, TradingAccount], answers: Iterable[Noted]) -> None:
    confirmed: dict[Rights, list[UUID]] = defaultdict(list)
    for each in answers:
        account = accounts.get(each.row.account)
        if account is not None and each.fate == "done" and isinstance(each.command, SetRights):
            confirmed[each.command.rights].append(account.pk)
    for rights, ids in confirmed.items():
        TradingAccount.objects.filter(pk__in=ids).update(rights=rights)


def _opened(account: TradingAccount, answer: Answer, now: datetime) -> None:
    if answer.account != account.login:  # the platform chooses logins: that is its name now
        account.login = account.engine_account = answer.account
        enqueue(enrolment_of(account), now)
    account.opened_at = datetime_of(answer.at)
    account.save(update_fields=["login", "engine_account", "opened_at"])
    hold_new(account, now)
    if account.status != NOT_JUDGED and answer.credentials is not None:
        enqueue_messages([credentials_notice(account)], now)
    if answer.credentials is not None:
        PlatformCredentials.objects.create(
            account=account,
            password=encrypted(answer.credentials.password),
            investor_password=encrypted(answer.credentials.investor_password),
            stored_at=now,
        )


# --- not done --------------------------------------------------------------------------------
def _alarms(account: TradingAccount, noted: Noted, now: datetime) -> Iterable[Message]:
    """The desk is told once of a market that is shut, and of each command that is given up."""
    if noted.fate == "again" and not noted.answer.left:
        return
    notice = "market_shut" if noted.fate == "again" else "command_failed"
    detail = {
        "command": noted.row.command,
        "reason": str(noted.answer.reason),
        "left": list(noted.answer.left),
    }
    key = key_of(account.engine_account, "notice", notice, str(noted.row.key))
    yield notice_message(account, notice, detail, key)
    if noted.fate == "given_up":
        Case.objects.get_or_create(
            account=account,
            kind=CaseKind.ENFORCEMENT,
            source=str(noted.row.key),
            defaults={"id": uuid7(now), "opened_at": now, "detail": detail},
        )
