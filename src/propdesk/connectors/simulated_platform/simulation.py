"""The market runs and the traders trade: ticks and rounds of decisions in one order.

A function of the books, the market and the seed: however it is divided into calls, and wherever it
was killed between two, the same happens. What a trader is like follows from the order in which the
firm's persons got their first accounts, never from what they are called: a name is chance. It must
not read a clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Protocol

from propdesk.connectors.simulated_platform.accounts import Account
from propdesk.connectors.simulated_platform.books import Books
from propdesk.connectors.simulated_platform.charts import Charts
from propdesk.connectors.simulated_platform.facts import Decided
from propdesk.connectors.simulated_platform.fills import drawn
from propdesk.connectors.simulated_platform.order_desk import trade
from propdesk.connectors.simulated_platform.quoting import quote
from propdesk.connectors.simulated_platform.rollover import pass_time
from propdesk.connectors.simulated_platform.traders.mix import player_of
from propdesk.connectors.simulated_platform.traders.seen import (
    Held,
    Nature,
    Profile,
    Seen,
    Signal,
    SymbolSeen,
    Targets,
    side_of,
)
from propdesk.domain.events import Quote
from propdesk.domain.instants import HOUR, MINUTE, datetime_of
from propdesk.domain.instruments import CalculationMode
from propdesk.ports.platform import Rights

ROUND = 5 * MINUTE
SIGNAL_EVERY, SIGNAL_LASTS = 2 * HOUR, 15 * MINUTE
SIGNAL_SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "XAUUSD")
MOVE_SHARE_LEAST = 0.0002
"""The least a quarter hour is taken to move, as a share of the price: before there are bars."""
NATURE_STEPS = 1000
DAILY_LOSS, OVERALL_LOSS = 0.05, 0.10
"""What the traders believe they may lose, as shares of the size."""


def person_of(place: int) -> str:
    """What chance knows the person by who got his first account behind ``place`` others."""
    return f"T{place}"


class Market(Protocol):
    """Where prices come from."""

    def ticks(self, after: int) -> Iterator[Quote]: ...

    def releases(self, day: date) -> list[int]: ...

    def heads(self, symbol: str, at: int, price: float) -> int: ...


@dataclass(frozen=True, slots=True)
class _Player:
    profile: Profile
    targets: Targets
    offset: int
    """In which of the rounds of his own step he decides."""
    nature: Nature


@dataclass(slots=True)
class Simulation:
    """Mutable: it walks the market. Make it before the books recover, so that its charts follow.

    ``symbols`` are those the traders look at. ``players`` are persons (owners of accounts) who are
    played by a profile or a mix whatever group their accounts are in.
    """

    books: Books
    market: Market
    symbols: tuple[str, ...]
    players: dict[str, str] = field(default_factory=dict)
    charts: Charts = field(default_factory=Charts)
    _players: dict[str, _Player | None] = field(default_factory=dict)
    _persons: dict[str, str] = field(default_factory=dict)
    """By owner: what chance knows him by, in the order of the persons' first accounts."""
    _ticks: Iterator[Quote] | None = None
    _next: Quote | None = None

    def __post_init__(self) -> None:
        self.books.on_tick = self.charts.see

    def advance(self, until: int, *, ticks_max: int = 1_000_000) -> bool:
        """Let everything up to ``until`` happen. False: there is more, ``ticks_max`` were made."""
        if self._ticks is None:
            self._ticks = self.market.ticks(self.books.market_at)
            self._next = next(self._ticks, None)
        for _ in range(ticks_max):
            tick = self._next
            if tick is None or tick.at > until:
                break
            self._decide_until(tick.at)
            pass_time(self.books, tick.at)
            quote(self.books, tick.symbol, tick.bid, tick.ask, tick.at)
            self._next = next(self._ticks, None)
        else:
            return False
        self._decide_until(until)
        if self.books.market_at:
            pass_time(self.books, until)
        return True

    def skip_to(self, at: int) -> None:
        """Nobody watched the market until ``at``: it goes on from there, and nobody traded."""
        if at <= self.books.market_at:
            return
        self._ticks = self.market.ticks(at)
        self._next = next(self._ticks, None)
        pass_time(self.books, at)
        self.books.emit(Decided(at // ROUND * ROUND))

    def repeat_quotes(self, at: int, silence: int) -> None:
        """Quote again what was not quoted for ``silence`` microseconds, as platforms do: a price
        that stands still is no silence of the feed."""
        for symbol in self.symbols:
            chart, last = self.charts.by_symbol.get(symbol), self.books.prices.last.get(symbol)
            if chart is not None and last is not None and at - chart.seen_at >= silence:
                quote(self.books, symbol, *last, at)

    # -- rounds ------------------------------------------------------------------------------
    def _decide_until(self, at: int) -> None:
        """Every round before ``at`` that was not held yet."""
        books = self.books
        begun = max(books.decided_at, books.market_at // ROUND * ROUND) if books.market_at else 0
        while begun and (due := begun + ROUND) <= at:
            begun = due
            if due <= books.decided_at:
                continue
            self._round(due)

    def _round(self, at: int) -> None:
        pass_time(self.books, at)
        seen_by: dict[str, dict[str, SymbolSeen]] = {}
        common = self._release(at), self._signal(at)
        for account in [*self.books.accounts.values()]:
            player = self._player(account)
            if player is None or account.rights is not Rights.TRADE:
                continue
            if (at // MINUTE + player.offset) % player.profile.every_min:
                continue
            if account.currency not in seen_by:
                seen_by[account.currency] = self._symbols(account.currency, at)
            if not seen_by[account.currency]:
                continue
            seen = self._seen(account, player, at, seen_by[account.currency], *common)
            chance = Random(f"{self.books.seed}/{account.id}/{at}")  # noqa: S311 - no secret
            for request in player.profile.decide(seen, chance):
                trade(self.books, request, at)
        self.books.emit(Decided(at))

    def _player(self, account: Account) -> _Player | None:
        """Who plays an account; a person plays all of his alike."""
        if account.id not in self._players:
            group = self.books.group_of(account)
            who = account.owner or account.id
            # Asked in the order in which accounts were made, whoever plays them.
            number = self._persons.setdefault(who, person_of(len(self._persons)))
            mix = self.players.get(who) or group.played_by
            if not mix:
                self._players[account.id] = None
            else:
                profile = player_of(mix, number, self.books.seed)
                rounds = profile.every_min * MINUTE // ROUND
                offset = drawn(self.books, f"offset/{account.id}") % rounds * (ROUND // MINUTE)
                self._players[account.id] = _Player(
                    profile,
                    _targets(account, float(group.target_percent)),
                    offset,
                    self._nature(number),
                )
        return self._players[account.id]

    def _nature(self, who: str) -> Nature:
        """What he is like on all his accounts."""
        drawn_from = (drawn(self.books, f"{name}/{who}") for name in ("eye", "nerve", "habit"))
        return Nature(*(each % NATURE_STEPS / NATURE_STEPS for each in drawn_from))

    # -- what is seen ------------------------------------------------------------------------
    def _symbols(self, currency: str, at: int) -> dict[str, SymbolSeen]:
        found: dict[str, SymbolSeen] = {}
        for symbol in self.symbols:
            last, chart = self.books.prices.last.get(symbol), self.charts.by_symbol.get(symbol)
            if last is None or chart is None or not self.books.is_open(symbol, at):
                continue
            instrument = self.books.catalogue.get(symbol)
            worth = self.books.prices.worth(instrument.profit_currency, currency)
            if worth is None or instrument.mode is CalculationMode.CRYPTO_INVERSE:
                continue
            bid, ask = float(last[0]), float(last[1])
            found[symbol] = SymbolSeen(
                bid,
                ask,
                instrument.digits,
                chart.closes,
                max(chart.move, bid * MOVE_SHARE_LEAST, 2 * (ask - bid)),
                float(instrument.point_value()) * float(worth),
                self.market.heads(symbol, at, (bid + ask) / 2),
            )
        return found

    def _seen(
        self,
        account: Account,
        player: _Player,
        at: int,
        symbols: dict[str, SymbolSeen],
        release_at: int | None,
        signal: Signal | None,
    ) -> Seen:
        valuing = self.books.valuing
        held = tuple(
            Held(
                each.id,
                each.symbol,
                each.side,
                each.lots,
                each.open_price,
                each.opened_at,
                float(valuing.profit(account, each) or 0),
            )
            for each in account.positions.values()
        )
        balance = float(account.balance)
        return Seen(
            account=account.id,
            at=at,
            balance=balance,
            equity=balance + sum(each.profit for each in held),
            day_start=float(account.day_start),
            positions=held,
            orders=tuple(account.orders),
            last_profits=tuple(float(each) for each in account.last_profits),
            trades_today=account.trades_today,
            symbols=symbols,
            targets=player.targets,
            release_at=release_at,
            signal=signal,
            nature=player.nature,
        )

    def _release(self, at: int) -> int | None:
        """The next release within an hour."""
        releases = self.market.releases(datetime_of(at).date())
        return next((each for each in releases if at < each <= at + HOUR), None)

    def _signal(self, at: int) -> Signal | None:
        """What the signal service says now: something every two hours, for a quarter of one. It
        knows no more than a coin does."""
        number = at // SIGNAL_EVERY
        symbol = SIGNAL_SYMBOLS[drawn(self.books, f"signal/{number}") % len(SIGNAL_SYMBOLS)]
        if at % SIGNAL_EVERY >= SIGNAL_LASTS or symbol not in self.charts.by_symbol:
            return None
        return Signal(number, symbol, side_of(drawn(self.books, f"side/{number}") % 2 or -1))


def _targets(account: Account, percent: float) -> Targets:
    size = float(account.size)
    return Targets(size, size * percent / 100, size * DAILY_LOSS, size * OVERALL_LOSS)
