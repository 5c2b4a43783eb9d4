"""What leaves the database about an account: commands to its platform and notices, as bytes.

It must not enqueue them: an action does, in its own transaction.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias
from uuid import UUID

import msgspec

from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.outbox.actions.enqueue_messages import Message
from propdesk.crm.outbox.models import Destination
from propdesk.ports import platform
from propdesk.ports.platform import Command

NAMES: Mapping[str, type[Command]] = {
    "create_account": platform.CreateAccount,
    "set_group": platform.SetGroup,
    "set_rights": platform.SetRights,
    "set_leverage": platform.SetLeverage,
    "close_all": platform.CloseAll,
    "cancel_all": platform.CancelAll,
    "adjust": platform.AdjustBalance,
    "halt_symbol": platform.HaltSymbol,
}
_NAME_OF = {value: name for name, value in NAMES.items()}
_JSON = msgspec.json.Encoder(enc_hook=str)
AUDIENCES: Mapping[str, tuple[str, ...]] = {
    "breach": ("trader", "risk"),
    "verdict_held": ("trader", "risk"),
    "correction": ("risk",),
    "case": ("risk",),
    "command_failed": ("risk",),
    "market_shut": ("risk",),
    "kill_switch": ("risk",),
}
Detail: TypeAlias = Mapping[str, Any]


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    server: str
    command: dict[str, Any]


def command_message(account: TradingAccount, command: Command, key: UUID) -> Message:
    """A command to the account's platform. Its own key is written by whoever delivers it."""
    return _command(account.engine_account, account.server, command, key)


def halt_message(server: str, symbol: str, key: UUID, *, is_halted: bool) -> Message:
    """A command about a symbol to a whole server; those about one symbol go in their order."""
    command = platform.HaltSymbol("", symbol, is_halted)
    return _command(f"{server}/{symbol}", server, command, key)


def _command(lane: str, server: str, command: Command, key: UUID) -> Message:
    fields = msgspec.to_builtins(command)
    del fields["key"]
    return Message(
        destination=Destination.PLATFORM,
        account=lane,
        name=_NAME_OF[type(command)],
        body=_JSON.encode(_Written(server, fields)),
        key=key,
    )


def command_in(name: str, body: bytes, key: str) -> tuple[str, Command]:
    """The server and the command that ``body`` holds, under ``key``. Raises ``ValueError``."""
    written = msgspec.json.decode(body, type=_Written)
    if name not in NAMES:
        raise ValueError(f"{name!r} is no command to a platform")
    command = msgspec.convert({**written.command, "key": key}, NAMES[name], strict=False)
    return written.server, command


def notice_message(account: TradingAccount, notice: str, detail: Detail, key: UUID) -> Message:
    """A notice: to the trader, to the firm's risk desk, or both. Texts are made of it later."""
    body = {
        "notice": notice,
        "to": AUDIENCES.get(notice, ("trader",)),
        "account": str(account.id),
        "person": str(account.person),
        **detail,
    }
    return Message(
        destination=Destination.NOTICE,
        account=account.engine_account,
        name=notice,
        body=_JSON.encode(body),
        key=key,
    )


def credentials_notice(account: TradingAccount) -> Message:
    """That the platform has opened the account and the engine judges it: whichever comes last,
    and once, whatever the account is called by then."""
    key = key_of(str(account.pk), "notice", "credentials_ready")
    return notice_message(account, "credentials_ready", {}, key)


def notice_in(body: bytes) -> dict[str, Any]:
    """A notice as it was put together."""
    return msgspec.json.decode(body, type=dict[str, Any])


def steps_of(
    account: TradingAccount, steps: Iterable[str], cause: str, *, symbol: str = ""
) -> list[Message]:
    """Cancelling and closing on the platform, in this order, each with its key; of one symbol
    where it is named."""
    made: list[Message] = []
    for step in steps:
        command: Command = (
            platform.CancelAll("", account.login, symbol=symbol)
            if step == "cancel_all"
            else platform.CloseAll("", account.login, comment=cause[:32], symbol=symbol)
        )
        made.append(command_message(account, command, key_for(account, cause, step)))
    return made


def rights_message(account: TradingAccount, rights: platform.Rights, cause: str) -> Message:
    """What the trader may do from here on."""
    command = platform.SetRights("", account.login, rights)
    return command_message(account, command, key_for(account, cause, f"rights/{rights}"))


def key_for(account: TradingAccount, cause: str, step: str) -> UUID:
    """The key of one step that follows from one cause, for ever."""
    return key_of(account.engine_account, cause, step)
