"""The platforms on which the firm's own pages trade: the wiring provides them once.

It must not know how one is reached. A server that was not provided is away.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, TypeAlias

from django.utils.translation import gettext as _

from propdesk.ports.platform import Platform, PlatformAway
from propdesk.ports.platform_trading import PlatformTrading


class TradingPlatform(Platform, PlatformTrading, Protocol):
    """A platform that can be read and traded on."""


Commission: TypeAlias = Callable[[str, str], Decimal | None]
"""What a lot pays with every fill, by the account's group and the symbol; None: not known."""


@dataclass(frozen=True, slots=True)
class Traded:
    """One server, and what it costs to trade there."""

    platform: TradingPlatform
    commission: Commission


_provided: dict[str, Traded] = {}


def provide(server: str, traded: Traded) -> None:
    """From now on accounts of ``server`` are traded there."""
    _provided[server] = traded


def withdraw(server: str) -> None:
    """Nobody trades there any more."""
    _provided.pop(server, None)


def every_platform() -> tuple[Traded, ...]:
    """Those that were provided, in that order."""
    return tuple(_provided.values())


def trades_here(server: str) -> bool:
    """Whether the pages trade on this server at all."""
    return server in _provided


def traded(server: str) -> Traded:
    """Raises ``PlatformAway`` for a server on which these pages do not trade."""
    found = _provided.get(server)
    if found is None:
        raise PlatformAway(_("these pages do not trade on this server"))
    return found
