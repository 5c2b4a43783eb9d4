"""A trader's request to his platform: written down, sent, and its answer written down.

The platform does a key once, so the same request may be sent again where no answer came. It must
not decide what a rule allows: the platform has the rights, the engine judges.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import QuerySet

from propdesk.crm.accounts.holding import note
from propdesk.crm.accounts.locks import locked_ids
from propdesk.crm.accounts.models import AccountEvent, EventKind, TradingAccount
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.ports.platform import Rights
from propdesk.ports.platform_trading import PlatformTrading, TradeAnswer, TradeRequest

OPENING = frozenset({Rights.TRADE.value})
REDUCING = frozenset({Rights.TRADE.value, Rights.CLOSE_ONLY.value})


def sent(
    action: str,
    account: UUID,
    request: Callable[[str, datetime], TradeRequest],
    *,
    key: UUID,
    needs: frozenset[str],
    platform: PlatformTrading,
    by: Actor,
    at: datetime,
) -> TradeAnswer:
    """Send what ``request`` makes of the account's login and of when it was first asked for, once
    for one key.

    Raises ``ActionRefused`` for an account that is not open, is held, or another request under
    the key; and ``PlatformAway``: it may have been done, and may be sent again with its key.
    """
    with transaction.atomic():
        row = _locked(account)
        require(by, action, of=row.person)
        before = _said(row, EventKind.ACTION, key).first()
        # The platform knows a key by its content: sent again, it is asked as of the first time.
        asked = request(row.login, at if before is None else before.at)
        if before is None:
            _write_down(action, row, asked, key=key, needs=needs, by=by, at=at)
        elif (before.word, before.detail) != (action, _detail(asked)):
            raise ActionRefused("key_reused", "This page has sent something else already.")
    answer = platform.trade(asked)
    with transaction.atomic():
        row = _locked(account)
        if not _said(row, EventKind.ANSWER, key).exists():
            word = "done" if answer.reason is None else answer.reason.value
            detail = {
                name: value
                for name, value in msgspec.to_builtins(answer, str_keys=True).items()
                if value not in {None, ""}
            }
            note(row, EventKind.ANSWER, word, str(key), at, detail)
    return answer


def was_sent(account: TradingAccount, key: UUID) -> bool:
    """Whether a request with this key was written down: sending it again does nothing new."""
    return _said(account, EventKind.ACTION, key).exists()


def _locked(account: UUID) -> TradingAccount:
    found = locked_ids([account])
    if not found:
        raise ActionRefused("no_account", "There is no such account.")
    return found[0]


def _write_down(
    action: str,
    row: TradingAccount,
    asked: TradeRequest,
    *,
    key: UUID,
    needs: frozenset[str],
    by: Actor,
    at: datetime,
) -> None:
    detail = _detail(asked)
    if row.opened_at is None or row.ended_at is not None:
        raise ActionRefused("not_open", "This account does not trade.")
    if row.rights_wanted not in needs:
        raise ActionRefused("held", "The account is locked; see why on its page.")
    # After this point the request is sent.
    record(by=by, action=action, object_type="account", object_id=row.pk, at=at, after=detail)
    note(row, EventKind.ACTION, action, str(key), at, detail)


def _said(row: TradingAccount, kind: EventKind, key: UUID) -> QuerySet[AccountEvent]:
    return row.events.filter(kind=kind, source=str(key))


def _detail(asked: TradeRequest) -> Mapping[str, object]:
    """The request without its key, its account and when it was asked for."""
    told = msgspec.to_builtins(asked)
    hidden = {"key", "account", "requested_at", "client", "comment"}
    return {name: value for name, value in told.items() if name not in hidden and value is not None}
