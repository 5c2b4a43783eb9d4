"""What the engine answers about its accounts: the board, one account, its curve.

It asks the evaluators, so the cost follows the questions. It changes nothing that is judged.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from types import MappingProxyType

from propdesk.domain.account import Account
from propdesk.domain.account_days import note_floors
from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.exact import exactly
from propdesk.domain.failing_prices import FailingPrice
from propdesk.domain.judging import Figure, LimitLine
from propdesk.domain.position_sizes import held_in, margin_of
from propdesk.engine.account_search import AccountSearch, programme_of
from propdesk.engine.desk import Desk
from propdesk.engine.exposure_told import exposure_part
from propdesk.engine.live_margins import (
    MINUTES_TOLD,
    NOT_TOLD,
    MinuteMargins,
    margin_now,
    trades_of,
)
from propdesk.engine.live_verdicts import rounded, verdict_rows
from propdesk.engine.minutes import EquityMinute, Minutes
from propdesk.engine.partition import Place
from propdesk.engine.rehearsal import check_of, figures_of
from propdesk.engine.rejudging_changes import Withdrawn
from propdesk.engine.seats import Seat
from propdesk.ports.live_accounts import LiveAccounts
from propdesk.wire.account_figures import AccountFigures, OrderAsked, OrderCheck
from propdesk.wire.figures_json import money, plain
from propdesk.wire.live_exposure import ExposurePart
from propdesk.wire.live_state import (
    Board,
    BoardRow,
    Curve,
    CurvePoint,
    EquityTold,
    LiveAccount,
    LiveLimit,
    LiveObjective,
    LivePosition,
    LiveVerdict,
    NearestLimit,
)
from propdesk.wire.log_records import EngineRecord, VerdictCorrected, VerdictSaid

LATEST_MAX = 20
OVER = frozenset({"breached", "passed", "expired"})
LOOKED_AT_MAX = 500
"""So many accounts, the nearest by their bounds, are looked at exactly for one answer: the engine
judges nothing meanwhile. Those behind them are found by searching for their name."""


class LiveAnswers(LiveAccounts):
    """Answers from a desk. Belongs to the thread that drives the partition."""

    def __init__(
        self,
        desk: Desk,
        place: Place,
        minutes: Minutes,
        withdrawn: Mapping[str, Sequence[Withdrawn]] = MappingProxyType({}),
    ) -> None:
        self._desk = desk
        self._place = place
        self._minutes = minutes
        self._withdrawn = withdrawn
        self._margins = MinuteMargins(desk.exposures)
        self._search = AccountSearch(desk.seats, desk.rulebooks)
        self._latest: deque[VerdictSaid] = deque(maxlen=LATEST_MAX)
        self._corrected: dict[str, str] = {}  # of the latest, by id: why it does not hold

    def note(self, said: EngineRecord) -> None:
        """Remember the newest verdicts."""
        if isinstance(said, VerdictSaid):
            if any(each.id == said.id for each in self._latest):
                return  # said again behind a start
            self._latest.appendleft(said)
            kept = {each.id for each in self._latest}
            self._corrected = {name: why for name, why in self._corrected.items() if name in kept}
        elif isinstance(said, VerdictCorrected):
            if said.replaced_by == said.id:
                self._corrected.pop(said.id, None)  # it holds, with the figures it has now
            elif any(each.id == said.id for each in self._latest):
                self._corrected[said.id] = said.why

    def board(self, *, limit: int = 50, after: str | None = None, search: str = "") -> Board:
        found = islice(self._found(search), LOOKED_AT_MAX)
        rows = [(_order(row), row) for seat in found if (row := self._row(seat)) is not None]
        rows.sort(key=lambda each: each[0])
        if after is not None:
            begin = next((i + 1 for i, (_, row) in enumerate(rows) if row.account == after), 0)
            rows = rows[begin:]
        page = [row for _, row in rows[:limit]]
        return Board(
            rows=tuple(page),
            accounts=len(self._desk.seats),
            next=page[-1].account if len(rows) > limit else None,
            at=self._place.at,
            tick=self._place.tick,
            latest=tuple(self._verdict(each) for each in self._latest),
        )

    def account(self, account: str) -> LiveAccount | None:
        seat = self._desk.seats.get(account)
        row = None if seat is None else self._row(seat)
        if seat is None or row is None:
            return None
        self._minutes.watch(seat.slot)
        result = self._desk.result(account)
        digits = result.digits
        return LiveAccount(
            row=row,
            limits=tuple(_limit(each, digits) for each in result.limits),
            objectives=tuple(
                LiveObjective(
                    rule=each.rule,
                    required=str(plain(each.required, digits)),
                    current=None if each.current is None else str(plain(each.current, digits)),
                    met=each.met,
                )
                for each in result.objectives
            ),
            positions=self._positions(result, seat.evaluator.account),
            verdicts=verdict_rows(result.verdicts, self._withdrawn.get(account, ()), digits),
            at=self._place.at,
            tick=self._place.tick,
            minute=self._running(seat),
            trades=trades_of(seat.evaluator.account),
            **margin_now(seat.evaluator.account),
        )

    def curve(self, account: str, *, since: int = 0) -> Curve | None:
        seat = self._desk.seats.get(account)
        if seat is None or seat.evaluator.account is None:
            return None
        held = seat.evaluator.account
        self._minutes.watch(seat.slot)
        minutes = list(self._minutes.of(seat.slot, since))
        untold = max(0, len(minutes) - MINUTES_TOLD)
        points = [
            self._point(seat, held, minute, has_margin=number >= untold)
            for number, minute in enumerate(minutes)
        ]
        return Curve(account=account, points=tuple(points), since=self._minutes.since)

    def figures(self, account: str) -> AccountFigures | None:
        return figures_of(self._desk, self._place, account)

    def check_order(self, account: str, order: OrderAsked) -> OrderCheck | None:
        return check_of(self._desk, self._place, account, order)

    def exposure(self, *, begin: int = 0, reporting: str = "USD") -> ExposurePart:
        seats = self._desk.seats
        return exposure_part(seats.values(), len(seats), begin, reporting, self._place.at)

    def _running(self, seat: Seat) -> CurvePoint | None:
        minute = self._minutes.running(seat.slot)
        held = seat.evaluator.account
        if minute is None or held is None:
            return None
        return self._point(seat, held, minute, has_margin=True)

    def _point(
        self, seat: Seat, held: Account, minute: EquityMinute, *, has_margin: bool
    ) -> CurvePoint:
        at, digits = minute.at, held.situation.digits
        daily, overall = _floors(seat.evaluator, held, at)
        told = self._margins.of(seat.slot, at, held.situation) if has_margin else NOT_TOLD
        return CurvePoint(
            at,
            _minor(minute.low, digits),
            _minor(minute.high, digits),
            money(daily, digits),
            money(overall, digits),
            *told,
            equity=_told(minute),
        )

    def _verdict(self, said: VerdictSaid) -> LiveVerdict:
        digits = self._digits(said.account)
        return LiveVerdict(
            account=said.account,
            rule=said.rule,
            outcome=said.outcome,
            at=said.at,
            observed=rounded(said.observed, digits),
            limit=rounded(said.limit, digits),
            comparison=said.comparison,
            corrected=self._corrected.get(said.id),
        )

    def _found(self, search: str) -> Iterator[Seat]:
        """The accounts that are searched for, the nearest first where they are many."""
        desk = self._desk
        if not search:
            yield from desk.by_nearness(LOOKED_AT_MAX)
            return
        names, programmes = self._search.find(search)
        if not programmes and len(names) <= LOOKED_AT_MAX:
            yield from (desk.seats[name] for name in names)
            return
        named = set(names)
        for seat in desk.by_nearness(len(desk.seats)):
            if seat.name in named or programme_of(seat) in programmes:
                yield seat

    # -- rows
    def _row(self, seat: Seat) -> BoardRow | None:
        if seat.evaluator.account is None:
            return None
        self._desk.bring_up(seat)
        evaluator, account = seat.evaluator, seat.evaluator.account
        situation = account.situation
        _look(account, evaluator.event_no)
        equity = situation.equity
        limits = [line for each in evaluator.judges if (line := each.limit()) is not None]
        return BoardRow(
            account=seat.name,
            programme=evaluator.rulebook.title or seat.enrolled.rulebook,
            phase=seat.enrolled.phase,
            size=str(money(situation.size, situation.digits)),
            currency=situation.currency,
            status=evaluator.status(),
            balance=str(money(situation.balance, situation.digits)),
            equity=None if equity is None else money(equity.low, situation.digits),
            nearest=_nearest(limits, situation.digits),
            open_positions=len(situation.positions),
            at=max(account.at, self._place.ticked_at) if situation.positions else account.at,
        )

    def _positions(self, result: Evaluation, account: Account | None) -> tuple[LivePosition, ...]:
        if account is None:
            return ()
        worst: dict[str, FailingPrice] = {}
        for each in result.failing_prices:  # the price nearest to the present one
            before = worst.get(each.symbol)
            if before is None or abs(each.price - each.now) < abs(before.price - before.now):
                worst[each.symbol] = each
        found = []
        for position in result.positions:
            name = account.catalogue.get(position.symbol).symbol
            prices = account.worth.prices.get(name)
            failing = worst.get(name)
            price = None
            if prices is not None:
                price = f"{prices[0] if position.side == 'buy' else prices[2]:f}"
            floating = position.floating
            held = account.book.find(position.position)
            used = None if held is None else margin_of(held_in(held), account.situation)
            found.append(
                LivePosition(
                    position=position.position,
                    symbol=position.symbol,
                    side=position.side,
                    lots=f"{position.lots:f}",
                    open_price=f"{position.open_price:f}",
                    price=price,
                    floating=None if floating is None else money(floating.low, result.digits),
                    failing_price=None if failing is None else f"{failing.price:f}",
                    margin=None if used is None else money(used[0], result.digits),
                    peak_margin=money(account.peak_margins.get(position.position), result.digits),
                )
            )
        return tuple(found)

    def _digits(self, account: str) -> int:
        seat = self._desk.seats.get(account)
        held = None if seat is None else seat.evaluator.account
        return 2 if held is None else held.situation.digits


def _look(account: Account, event_no: int) -> None:
    """Bring what limits are told from up to the present. Whether the account was known when it
    was last asked is its judges', and stays."""
    was_known = account.was_known
    with exactly():
        account.refresh(event_no, account.situation.cause)
    account.was_known = was_known


def _told(minute: EquityMinute) -> EquityTold:
    if minute.low is None:
        return "unknown"
    return "exact" if minute.exact else "between"


def _minor(amount: int | None, digits: int) -> str | None:
    return None if amount is None else f"{Decimal(amount).scaleb(-digits):f}"


def _floors(
    evaluator: Evaluator, account: Account, at: int
) -> tuple[Decimal | None, Decimal | None]:
    """The floors in force during the trading day of a moment."""
    situation = account.situation
    if at >= situation.day.day.start:
        # Nothing else writes the running day's where nobody samples the account.
        note_floors(account, evaluator.judges)
        return situation.day.daily_floor, situation.day.overall_floor
    for record in reversed(situation.days):
        if record.day.start <= at:
            return record.daily_floor, record.overall_floor
    return None, None


def _nearest(limits: Iterable[LimitLine], digits: int) -> NearestLimit | None:
    found: tuple[Decimal, LimitLine] | None = None
    for line in limits:
        if line.room is None or not line.allowance:
            continue
        percent = Decimal(100) * _decimal(line.room) / _decimal(line.allowance)
        if found is None or percent < found[0]:
            found = (percent, line)
    if found is None:
        return None
    percent, line = found
    return NearestLimit(
        rule=line.rule,
        floor=str(money(line.floor, digits)),
        room=str(money(line.room, digits)),
        room_percent=f"{percent.quantize(Decimal('0.01'), ROUND_HALF_UP):f}",
    )


def _decimal(figure: Figure) -> Decimal:
    return (
        Decimal(figure.numerator) / Decimal(figure.denominator)
        if not isinstance(figure, Decimal)
        else figure
    )


def _order(row: BoardRow) -> tuple[bool, Decimal, str]:
    """Nearest to a breach first; those whose phase is over come last."""
    percent = Decimal("Infinity") if row.nearest is None else Decimal(row.nearest.room_percent)
    return row.status in OVER, percent, row.account


def _limit(line: LimitLine, digits: int) -> LiveLimit:
    return LiveLimit(
        rule=line.rule,
        base=str(money(line.base, digits)),
        allowance=str(money(line.allowance, digits)),
        floor=str(money(line.floor, digits)),
        room=money(line.room, digits),
        comparison=line.comparison,
        locked=line.locked,
        peak=money(line.peak, digits),
    )
