"""Made-up accounts in a made-up market: the fake of live accounts, for tests and for looking.

It must not be taken for a judgement: it knows two floors that never trail, and no spread.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from msgspec.structs import replace

from propdesk.domain.instants import MINUTE, format_instant
from propdesk.ports.live_accounts import EngineAway, LiveAccounts
from propdesk.wire.account_figures import AccountFigures, OrderAsked, OrderCheck
from propdesk.wire.live_exposure import ExposurePart, SymbolHeld
from propdesk.wire.live_state import (
    Board,
    BoardRow,
    Curve,
    CurvePoint,
    LiveAccount,
    LiveLimit,
    LiveObjective,
    LivePosition,
    LiveTrade,
    LiveVerdict,
    NearestLimit,
)

CENT = Decimal("0.01")
LATEST_MAX = 20
MINUTES_MAX = 1_440
PROGRAMMES = (
    ("ftmo-2-step", "challenge"),
    ("ftmo-2-step", "verification"),
    ("ftmo-1-step", "challenge"),
    ("ftmo-1-step", "funded"),
)
SIZES = (Decimal(100_000), Decimal(50_000), Decimal(200_000), Decimal(25_000))
DAILY, OVERALL = Decimal("0.05"), Decimal("0.10")
LEVERAGE = 100
DAYS = LiveObjective(rule="minimum_days", required="4", current="2", met=False)
LAST_TRADE = LiveTrade(
    trade="D9", position="P9", symbol="EURUSD", side="buy", lots="0.50",
    closed_at=1_772_438_400_000_000, net="-12.50", peak_margin="540.00",
)  # fmt: skip


@dataclass(slots=True)
class _Symbol:
    price: Decimal
    step: Decimal
    contract: int


@dataclass(frozen=True, slots=True)
class _Position:
    name: str
    symbol: str
    sign: int
    lots: Decimal
    open_price: Decimal


@dataclass(slots=True)
class _Account:
    name: str
    programme: str
    phase: str
    size: Decimal
    balance: Decimal
    day_start: Decimal
    positions: list[_Position]
    status: str = "active"
    at: int = 0
    verdicts: list[LiveVerdict] = field(default_factory=list)
    points: list[CurvePoint] = field(default_factory=list)

    def floors(self) -> tuple[tuple[str, Decimal, Decimal, Decimal], ...]:
        """Rule, base, allowance and floor of each limit."""
        daily, overall = self.size * DAILY, self.size * OVERALL
        return (
            ("daily_loss", self.day_start, daily, self.day_start - daily),
            ("overall_loss", self.size, overall, self.size - overall),
        )


class MadeUpAccounts(LiveAccounts):
    """``count`` accounts that look the same for the same ``seed``; one thread at a time.

    ``away`` is what ``EngineAway`` says while it is set.
    """

    def __init__(self, count: int = 24, *, seed: int = 7, at: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 (a market to look at, no secret)
        self._symbols = {
            "EURUSD": _Symbol(Decimal("1.08420"), Decimal("0.00001"), 100_000),
            "GBPUSD": _Symbol(Decimal("1.27150"), Decimal("0.00001"), 100_000),
            "XAUUSD": _Symbol(Decimal("2643.10"), Decimal("0.01"), 100),
        }
        self.away: str | None = None
        self._at, self._tick = at, 0
        self._latest: list[LiveVerdict] = []
        self._accounts = {
            each.name: each for each in (self._made_up(no) for no in range(1, count + 1))
        }
        for each in self._accounts.values():
            self._note(each, at)

    # -- the market ---------------------------------------------------------------------------
    def move(self, at: int, ticks: int = 1) -> None:
        """Random steps of random symbols, all at ``at``."""
        for _ in range(ticks):
            name = self._random.choice(list(self._symbols))
            symbol = self._symbols[name]
            steps = self._random.choice((-9, -4, -2, -1, 1, 2, 4, 9))
            self.quote(name, symbol.price + steps * symbol.step, at)

    def quote(self, symbol: str, price: Decimal, at: int) -> None:
        """The price of ``symbol`` from now on; every account that holds it is looked at."""
        self._symbols[symbol].price = price
        self._at, self._tick = at, self._tick + 1
        for each in self._accounts.values():
            if any(position.symbol == symbol for position in each.positions):
                self._note(each, at)

    # -- the questions ------------------------------------------------------------------------
    def board(self, *, limit: int = 50, after: str | None = None, search: str = "") -> Board:
        self._answer_or_raise()
        wanted = search.casefold()
        found = [
            each
            for each in sorted(self._accounts.values(), key=self._order)
            if wanted in f"{each.name} {each.programme} {each.phase}".casefold()
        ]
        names = [each.name for each in found]
        first = names.index(after) + 1 if after in names else 0
        page = found[first : first + limit]
        return Board(
            rows=tuple(self._row(each) for each in page),
            accounts=len(self._accounts),
            next=page[-1].name if first + limit < len(found) else None,
            at=self._at,
            tick=self._tick,
            latest=tuple(self._latest),
        )

    def account(self, account: str) -> LiveAccount | None:
        self._answer_or_raise()
        found = self._accounts.get(account)
        if found is None:
            return None
        used = self._margin(found.positions)
        equity = self._equity(found)
        gained, target = found.balance - found.size, found.size / 10
        goal = LiveObjective(
            rule="profit_target", required=_money(target), current=_money(gained),
            met=gained >= target,
        )  # fmt: skip
        return LiveAccount(
            row=self._row(found),
            limits=tuple(
                LiveLimit(
                    rule=rule,
                    base=_money(base),
                    allowance=_money(allowance),
                    floor=_money(floor),
                    room=_money(equity - floor),
                    comparison="touch",
                    locked=False,
                    peak=None,
                )
                for rule, base, allowance, floor in found.floors()
            ),
            objectives=(goal, DAYS),
            positions=tuple(self._position(found, each) for each in found.positions),
            verdicts=tuple(_as_result(each) for each in found.verdicts),
            margin_used=_money(used),
            margin_free=_money(equity - used),
            margin_level=_money(equity * 100 / used) if used else None,
            exposure=_money(self._exposure(found)),
            minute=found.points[-1] if found.points else None,
            trades=(LAST_TRADE,),
            at=self._at,
            tick=self._tick,
        )

    def curve(self, account: str, *, since: int = 0) -> Curve | None:
        self._answer_or_raise()
        found = self._accounts.get(account)
        if found is None:
            return None
        points = tuple(each for each in found.points if each.at >= since)
        return Curve(
            account=account, points=points, since=found.points[0].at if found.points else 0
        )

    def figures(self, account: str) -> AccountFigures | None:  # noqa: ARG002 (nobody judges them)
        self._answer_or_raise()
        return None

    def check_order(self, account: str, order: OrderAsked) -> OrderCheck | None:  # noqa: ARG002
        self._answer_or_raise()
        return None

    def exposure(self, *, begin: int = 0, reporting: str = "USD") -> ExposurePart:
        """All in one part; every price is in dollars, and no other rate is known."""
        self._answer_or_raise()
        rows = tuple(
            _held_in(name, symbol, list(self._accounts.values()), reporting)
            for name, symbol in self._symbols.items()
            if begin == 0
        )
        return ExposurePart(
            rows=tuple(each for each in rows if each.accounts),
            next=None, accounts=len(self._accounts), unknown=0, at=self._at,
        )  # fmt: skip

    # -- how it is made up --------------------------------------------------------------------
    def _answer_or_raise(self) -> None:
        if self.away is not None:
            raise EngineAway(self.away)

    def _made_up(self, number: int) -> _Account:
        chance = self._random
        programme, phase = PROGRAMMES[number % len(PROGRAMMES)]
        size = SIZES[number % len(SIZES)]
        day_start = (size * Decimal(chance.randint(960, 1060)) / 1000).quantize(CENT)
        balance = (day_start + size * Decimal(chance.randint(-30, 15)) / 1000).quantize(CENT)
        account = _Account(f"A{number:03}", programme, phase, size, balance, day_start, [])
        for place in range(chance.randint(0, 3) if number > 1 else 2):
            name = list(self._symbols)[place]
            symbol = self._symbols[name]
            lots = (size / 100_000 * Decimal(chance.randint(5, 40)) / 10).quantize(CENT)
            price = symbol.price + chance.randint(-60, 60) * symbol.step
            sign = chance.choice((1, -1))
            account.positions.append(_Position(f"P{number}{place}", name, sign, lots, price))
        return account

    def _floating(self, position: _Position) -> Decimal:
        symbol = self._symbols[position.symbol]
        moved = (symbol.price - position.open_price) * position.sign
        profit = moved * position.lots * symbol.contract
        return profit.quantize(CENT, rounding=ROUND_HALF_UP)

    def _equity(self, account: _Account) -> Decimal:
        return account.balance + sum(map(self._floating, account.positions), Decimal(0))

    def _margin(self, positions: Iterable[_Position]) -> Decimal:
        held = (
            each.lots * self._symbols[each.symbol].contract * each.open_price for each in positions
        )
        return (sum(held, Decimal(0)) / LEVERAGE).quantize(CENT)

    def _exposure(self, account: _Account) -> Decimal:
        symbols = self._symbols
        return sum(
            (
                each.lots * symbols[each.symbol].contract * symbols[each.symbol].price
                for each in account.positions
            ),
            Decimal(0),
        )

    def _note(self, account: _Account, at: int) -> None:
        """Judge, and keep the minute's extremes."""
        account.at = at
        equity = self._equity(account)
        self._keep_minute(account, at, equity)
        if account.status != "active":
            return
        for rule, _, _, floor in account.floors():
            if equity <= floor:
                self._breach(account, rule, floor, equity, at)
                return

    def _keep_minute(self, account: _Account, at: int, equity: Decimal) -> None:
        minute = at - at % MINUTE
        low = high = equity
        if account.points and account.points[-1].at == minute:
            last = account.points.pop()
            low = min(low, Decimal(last.equity_low or low))
            high = max(high, Decimal(last.equity_high or high))
        (_, _, _, daily), (_, _, _, overall) = account.floors()
        used, worth = _money(self._margin(account.positions)), _money(self._exposure(account))
        point = CurvePoint(
            minute, _money(low), _money(high), _money(daily), _money(overall),
            used, used, worth, worth,
        )  # fmt: skip
        account.points = [*account.points[1 - MINUTES_MAX :], point]

    def _breach(
        self, account: _Account, rule: str, floor: Decimal, equity: Decimal, at: int
    ) -> None:
        verdict = LiveVerdict(
            account=account.name,
            rule=rule,
            outcome="fail",
            at=at,
            observed=_money(equity),
            limit=_money(floor),
            comparison="touch",
        )
        account.status, account.balance, account.positions = "breached", equity, []
        account.verdicts.append(verdict)
        self._latest = [verdict, *self._latest][:LATEST_MAX]

    def correct(self, account: str, why: str) -> None:
        """The last verdict of an account does not hold any more."""
        found = self._accounts[account]
        said = found.verdicts[-1]
        corrected = found.verdicts[-1] = replace(said, corrected=why)
        found.status = "active"
        self._latest = [corrected if each is said else each for each in self._latest]

    def _nearest(self, account: _Account) -> NearestLimit:
        equity = self._equity(account)
        rule, _, allowance, floor = max(account.floors(), key=lambda each: each[3])
        room = equity - floor
        share = (room * 100 / allowance).quantize(CENT, rounding=ROUND_FLOOR)
        return NearestLimit(
            rule=rule, floor=_money(floor), room=_money(room), room_percent=f"{share:f}"
        )

    def _order(self, account: _Account) -> tuple[bool, Decimal, str]:
        share = Decimal(self._nearest(account).room_percent)
        return account.status != "active", share, account.name

    def _row(self, account: _Account) -> BoardRow:
        return BoardRow(
            account=account.name,
            programme=account.programme,
            phase=account.phase,
            size=_money(account.size),
            currency="USD",
            status=account.status,
            balance=_money(account.balance),
            equity=_money(self._equity(account)),
            nearest=self._nearest(account),
            open_positions=len(account.positions),
            at=account.at,
        )

    def _position(self, account: _Account, position: _Position) -> LivePosition:
        return LivePosition(
            position=position.name,
            symbol=position.symbol,
            side="buy" if position.sign > 0 else "sell",
            lots=f"{position.lots:f}",
            open_price=f"{position.open_price:f}",
            price=f"{self._symbols[position.symbol].price:f}",
            floating=_money(self._floating(position)),
            failing_price=self._failing_price(account, position),
            margin=_money(self._margin([position])),
            peak_margin=_money(self._margin([position])),
        )

    def _failing_price(self, account: _Account, position: _Position) -> str:
        """The last price of the symbol that its limit allows no more; one position a symbol."""
        symbol = self._symbols[position.symbol]
        room = Decimal(self._nearest(account).room)
        distance = room / (position.lots * symbol.contract)
        price = symbol.price - position.sign * distance
        rounding = ROUND_FLOOR if position.sign > 0 else ROUND_CEILING
        return f"{price.quantize(symbol.step, rounding=rounding):f}"


def _money(amount: Decimal) -> str:
    return f"{amount.quantize(CENT):f}"


def _as_result(verdict: LiveVerdict) -> dict[str, str | None]:
    return {
        "rule": verdict.rule,
        "outcome": verdict.outcome,
        "at": format_instant(verdict.at),
        "observed": verdict.observed,
        "limit": verdict.limit,
        "comparison": verdict.comparison,
        "corrected": verdict.corrected,
    }


def _held_in(name: str, symbol: _Symbol, accounts: list[_Account], reporting: str) -> SymbolHeld:
    held = {
        each.name: [one.sign * one.lots for one in each.positions if one.symbol == name]
        for each in accounts
    }
    every = [lots for each in held.values() for lots in each]
    largest = max(held, key=lambda each: abs(sum(held[each], Decimal(0))), default="")
    return SymbolHeld(
        symbol=name, base_currency=name[:3], profit_currency=name[3:], asset_class="forex",
        long_lots=f"{sum((lots for lots in every if lots > 0), Decimal(0)):f}",
        short_lots=f"{-sum((lots for lots in every if lots < 0), Decimal(0)):f}",
        accounts=sum(1 for each in held.values() if each), largest=largest,
        largest_lots=f"{sum(held.get(largest, []), Decimal(0)):f}",
        lot_size=str(symbol.contract), lot_worth=f"{symbol.contract * symbol.price:f}",
        rate="1" if reporting == name[3:] else None,
    )  # fmt: skip
