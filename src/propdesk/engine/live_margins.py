"""What live answers say of margin and gross exposure: now, minute by minute, and of trades.

It works out nothing that is judged, and what is not known it says so.
"""

from collections import OrderedDict
from collections.abc import Iterable
from fractions import Fraction

from propdesk.domain.account import Account
from propdesk.domain.margin import free_margin, margin_level
from propdesk.domain.position_sizes import Range, gross_exposure, held_in, margin_of
from propdesk.domain.situation import Situation
from propdesk.engine.exposures import Exposures
from propdesk.wire.figures_json import money
from propdesk.wire.live_state import LiveTrade

TRADES_MAX = 20
MINUTES_TOLD = 120
"""So many of the newest minutes have their margin told: each costs the engine its positions."""
REMEMBERED_MAX = 20_000
Told = tuple[str | None, str | None, str | None, str | None]
NOT_TOLD: Told = (None, None, None, None)


class MinuteMargins:
    """Between which values an account's margin and exposure were. Whole minutes are remembered."""

    def __init__(self, exposures: Exposures) -> None:
        self._exposures = exposures
        self._told: OrderedDict[tuple[int, int], Told] = OrderedDict()

    def of(self, slot: int, minute: int, situation: Situation) -> Told:
        """Least and greatest margin used, least and greatest exposure."""
        told = self._told.get((slot, minute))
        if told is None:
            found = self._exposures.of(slot, minute, situation)
            digits = situation.digits
            told = (*_ends(found.margin, digits), *_ends(found.exposure, digits))
            if minute != self._exposures.minute:
                self._told[slot, minute] = told
                if len(self._told) > REMEMBERED_MAX:
                    self._told.popitem(last=False)
        return told


def margin_now(account: Account | None) -> dict[str, str | None]:
    """Margin used and free, its level in per cent, and what all positions are worth; None what is
    not known or has no meaning."""
    names = ("margin_used", "margin_free", "margin_level", "exposure")
    told: dict[str, str | None] = dict.fromkeys(names)
    if account is None:
        return told
    situation = account.situation
    held = [held_in(each) for each in situation.positions.values()]
    exposure = _sum(gross_exposure(each, situation) for each in held)
    told["exposure"] = money(exposure, situation.digits)
    used = _sum(margin_of(each, situation) for each in held)
    if situation.leverage is None or situation.equity is None or used is None:
        return told
    equity, digits = situation.equity.low, situation.digits
    level = margin_level(equity, used)
    told["margin_used"] = money(used, digits)
    told["margin_free"] = money(free_margin(equity, used), digits)
    told["margin_level"] = None if level is None else money(level, 2)
    return told


def trades_of(account: Account | None) -> tuple[LiveTrade, ...]:
    """The newest trades, newest first."""
    if account is None:
        return ()
    digits = account.situation.digits
    return tuple(
        LiveTrade(
            trade=each.id,
            position=each.position,
            symbol=each.symbol,
            side=each.side,
            lots=f"{each.lots:f}",
            closed_at=each.closed_at,
            net=str(money(each.net, digits)),
            peak_margin=money(each.peak_margin, digits),
        )
        for each in reversed(account.situation.trades[-TRADES_MAX:])
    )


def _sum(sizes: Iterable[Range | None]) -> Fraction | None:
    """The lower ends added up: with ticks both are one; None where one is not known."""
    whole = Fraction(0)
    for each in sizes:
        if each is None:
            return None
        whole += each[0]
    return whole


def _ends(found: Range | None, digits: int) -> tuple[str | None, str | None]:
    return (None, None) if found is None else (money(found[0], digits), money(found[1], digits))
