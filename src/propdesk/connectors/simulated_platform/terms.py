"""What a group's accounts trade on: currency, leverage, costs, and when they are closed out.

Values only. All money is in the group's currency.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from propdesk.domain.exact import ZERO
from propdesk.domain.market_hours import Weekday
from propdesk.ports.platform import GroupCard


@dataclass(frozen=True, slots=True)
class Swap:
    """Points of the price a lot earns (or pays) for each night it is held."""

    long: Decimal
    short: Decimal


@dataclass(frozen=True, slots=True)
class GroupTerms:
    """One group.

    ``commission_per_lot`` is paid with every fill; ``commissions`` names what differs by asset
    class. ``swaps`` is by symbol; what is not named costs nothing. ``triple_day`` is the day whose
    night counts three: the weekend's value date. ``swap_booked``: ``daily`` puts it into the
    balance at the rollover, so that deals and adjustments explain equity at every moment;
    ``at_close`` keeps it with the position until the deal that closes it, as MT5 does.
    ``margin_call`` and ``stop_out`` are levels in per cent of the margin. ``slippage_points`` is
    the most an order by the market is filled worse, ``requotes_per_mille`` how many such orders
    are refused. ``played_by`` names the mix of simulated traders that play the group's accounts;
    empty: nobody does.
    """

    name: str
    currency: str = "USD"
    leverage: Decimal = Decimal(100)
    netting: bool = False
    commission_per_lot: Decimal = Decimal("3.00")
    commissions: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    swaps: Mapping[str, Swap] = field(default_factory=lambda: MappingProxyType({}))
    triple_day: Weekday = "wed"
    swap_booked: Literal["daily", "at_close"] = "daily"
    margin_call: Decimal = Decimal(100)
    stop_out: Decimal = Decimal(50)
    slippage_points: int = 0
    requotes_per_mille: int = 0
    played_by: str = ""
    target_percent: Decimal = Decimal(10)
    """What its simulated traders try to earn, in per cent of the opening balance."""

    def commission(self, asset_class: str, lots: Decimal) -> Decimal:
        """What a fill pays, negative, not rounded yet."""
        return -self.commissions.get(asset_class, self.commission_per_lot) * lots

    def card(self) -> GroupCard:
        return GroupCard(self.name, self.currency, self.leverage, self.netting)


_NO_COMMISSION = MappingProxyType({"indices": ZERO, "energies": ZERO, "crypto": ZERO})
_SWAPS = MappingProxyType(
    {
        "EURUSD": Swap(Decimal("-7.0"), Decimal("2.5")),
        "GBPUSD": Swap(Decimal("-4.0"), Decimal("-2.0")),
        "AUDUSD": Swap(Decimal("-3.0"), Decimal("-1.0")),
        "USDJPY": Swap(Decimal("9.0"), Decimal("-18.0")),
        "USDCAD": Swap(Decimal("2.0"), Decimal("-7.0")),
        "XAUUSD": Swap(Decimal("-40.0"), Decimal("15.0")),
        "NAS100": Swap(Decimal("-250.0"), Decimal("40.0")),
        "GER40": Swap(Decimal("-200.0"), Decimal("30.0")),
        "BTCUSD": Swap(Decimal("-1500.0"), Decimal("-300.0")),
    }
)


def _group(name: str, currency: str = "USD", *, netting: bool = False) -> GroupTerms:
    return GroupTerms(
        name, currency, netting=netting, commissions=_NO_COMMISSION, swaps=_SWAPS
    )  # fmt: skip


def _played(name: str, target: int) -> GroupTerms:
    return GroupTerms(
        name,
        commissions=_NO_COMMISSION,
        swaps=_SWAPS,
        played_by="default",
        target_percent=Decimal(target),
    )


DEFAULT_GROUPS: Sequence[GroupTerms] = (
    _group("usd-hedging"),
    _group("usd-netting", netting=True),
    _group("eur-hedging", "EUR"),
    _played("played-phase-1", 10),
    _played("played-phase-2", 5),
)
