"""Whom a kill switch concerns, and what is done to them: rows of the caller's transaction."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from propdesk.crm.accounts.holding import command_steps, lift_hold, put_hold
from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.locks import locked_ids
from propdesk.crm.accounts.messages import halt_message
from propdesk.crm.accounts.models import KillSwitch, SwitchAction, SwitchScope, TradingAccount
from propdesk.crm.outbox.actions.enqueue_messages import enqueue_messages
from propdesk.crm.outbox.actions.enqueue_notice import RISK, tell
from propdesk.ports.platform import Rights

REASON = "kill_switch"
_STEPS = {
    SwitchAction.NO_NEW_ORDERS: (),
    SwitchAction.CANCEL: ("cancel_all",),
    SwitchAction.CLOSE: ("cancel_all", "close_all"),
}
AT_ONCE = 1_000


def concerned(scope: str, target: str) -> QuerySet[TradingAccount]:
    """The open accounts of a scope: what would be touched, for the preview and for the switch."""
    running = TradingAccount.objects.filter(opened_at__isnull=False, ended_at__isnull=True)
    match scope:
        case SwitchScope.PROGRAMME:
            return running.filter(rulebook=target)
        case SwitchScope.GROUP:
            return running.filter(group=target)
        case SwitchScope.ACCOUNT:
            return running.filter(engine_account=target)
    return running


def hold_all(switch: KillSwitch, accounts: Iterable[UUID], at: datetime) -> None:
    """Let the traders close and no more, or halt the symbol; cancel and close as it says."""
    steps = _STEPS[SwitchAction(switch.action)]
    symbol = switch.target if switch.scope == SwitchScope.SYMBOL else ""
    if symbol:
        _halt(switch, at, is_halted=True)
    for part in _parts(accounts if steps or not symbol else ()):
        for account in locked_ids(part):
            if not symbol:
                put_hold(account, REASON, str(switch.pk), Rights.CLOSE_ONLY, at)
            command_steps(account, steps, f"{REASON}/{switch.pk}", at, symbol=symbol)


def release_all(switch: KillSwitch, at: datetime) -> None:
    """Give back what this switch took; other holds, and another switch over its symbol, remain."""
    if switch.scope == SwitchScope.SYMBOL:
        others = KillSwitch.objects.filter(
            scope=SwitchScope.SYMBOL, target=switch.target, lifted_at=None
        )
        if not others.exclude(pk=switch.pk).exists():
            _halt(switch, at, is_halted=False)
        return
    held = TradingAccount.objects.filter(
        holds__reason=REASON, holds__source=str(switch.pk), holds__lifted_at=None
    )
    for part in _parts(held.order_by("id").values_list("id", flat=True)):
        for account in locked_ids(part):
            lift_hold(account, REASON, str(switch.pk), at)


def hold_new(account: TradingAccount, at: datetime) -> None:
    """What is opened while a switch stands over it is held from the beginning."""
    standing = KillSwitch.objects.filter(lifted_at=None).exclude(scope=SwitchScope.SYMBOL)
    for switch in standing.order_by("set_at"):
        if concerned(switch.scope, switch.target).filter(pk=account.pk).exists():
            put_hold(account, REASON, str(switch.pk), Rights.CLOSE_ONLY, at)


def tell_of_switch(switch: KillSwitch, change: str, reason: str, at: datetime) -> None:
    """The desk is told that it was set or lifted, whoever did it."""
    detail = {
        "switch": str(switch.pk), "change": change, "action": switch.action,
        "scope": switch.scope, "target": switch.target, "accounts": switch.accounts,
        "reason": reason,
    }  # fmt: skip
    tell(REASON, key_of(REASON, str(switch.pk), change), at, to=(RISK,), detail=detail)


def _halt(switch: KillSwitch, at: datetime, *, is_halted: bool) -> None:
    """Say it to every server that has accounts. One that has no such command refuses it, and that
    stands in the work queue."""
    servers = TradingAccount.objects.filter(ended_at__isnull=True).values_list("server", flat=True)
    word = "halt" if is_halted else "release"
    enqueue_messages(
        [
            halt_message(
                server, switch.target, key_of(server, REASON, str(switch.pk), word),
                is_halted=is_halted,
            )
            for server in sorted(set(servers.distinct().order_by()))
        ],
        at,
    )  # fmt: skip


def _parts(ids: Iterable[UUID]) -> Iterable[list[UUID]]:
    every = list(ids)
    for first in range(0, len(every), AT_ONCE):
        yield every[first : first + AT_ONCE]
