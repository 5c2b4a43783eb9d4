"""Holding an account by the firm's own will: holds, commands, lines; in the caller's transaction.

The account is locked by the caller. It must not decide who may.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from propdesk.crm.accounts.messages import rights_message, steps_of
from propdesk.crm.accounts.models import AccountEvent, EventKind, Hold, TradingAccount
from propdesk.crm.accounts.what_follows import blocked_by, ends, rights_of, status_of
from propdesk.crm.outbox.actions.enqueue_messages import enqueue_messages
from propdesk.crm.uuid7 import uuid7
from propdesk.ports.platform import Rights


def put_hold(
    account: TradingAccount, reason: str, source: str, rights: Rights, at: datetime
) -> None:
    """Let the trader do no more than ``rights`` while the hold stands; the same again is none."""
    Hold.objects.get_or_create(
        account=account, reason=reason, source=source, lifted_at=None,
        defaults={"id": uuid7(at), "rights": rights, "set_at": at},
    )  # fmt: skip
    _settle(account, f"hold/{reason}/{source}", at)


def lift_hold(account: TradingAccount, reason: str, source: str, at: datetime) -> None:
    """The hold stands no longer; what the status and other holds ask for remains."""
    account.holds.filter(reason=reason, source=source, lifted_at=None).update(lifted_at=at)
    _settle(account, f"lift/{reason}/{source}", at)


def command_steps(
    account: TradingAccount, steps: Iterable[str], cause: str, at: datetime, *, symbol: str = ""
) -> None:
    """Cancel and close on the platform, once for one cause; in one symbol where it is named."""
    messages = steps_of(account, steps, cause, symbol=symbol)
    for each in messages:
        note(account, EventKind.COMMAND, each.name, str(each.key), at, {"cause": cause})
    enqueue_messages(messages, at)


def note(
    account: TradingAccount,
    kind: EventKind,
    word: str,
    source: str,
    at: datetime,
    detail: Mapping[str, object],
) -> None:
    """Add a line to the account's time line."""
    AccountEvent.objects.create(
        account=account, at=at, recorded_at=at, kind=kind, word=word, source=source,
        detail=dict(detail),
    )  # fmt: skip


def note_action(
    account: TradingAccount, action: str, at: datetime, audit: object, detail: Mapping[str, object]
) -> None:
    """A line of what a person did; ``audit`` is the row that says who."""
    note(account, EventKind.ACTION, action, str(audit), at, detail)


def _settle(account: TradingAccount, cause: str, at: datetime) -> None:
    """Command the rights that status and holds leave now, where they are others than before."""
    holds = list(account.holds.filter(lifted_at=None))
    wanted = rights_of(account.status, *(each.rights for each in holds))
    status = status_of(account.status)
    fields = ["rights_wanted"]
    if status is not None and not ends(status):
        account.blocked_by = blocked_by(status, [each.reason for each in holds])
        fields.append("blocked_by")
    changed, account.rights_wanted = wanted != account.rights_wanted, wanted
    account.save(update_fields=fields)
    if not changed:
        return
    # A hold may be put and lifted and put again: the moment tells the commands apart.
    message = rights_message(account, wanted, f"{cause}/{at.isoformat()}")
    enqueue_messages([message], at)
    detail = {"cause": cause, "rights": wanted}
    note(account, EventKind.COMMAND, message.name, str(message.key), at, detail)
