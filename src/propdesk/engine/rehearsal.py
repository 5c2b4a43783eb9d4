"""What the engine tells of an account beside its live state: its result in full, and what is ahead.

What is ahead is tried out on a copy of the account's evaluator, with a market of its own. It must
not change anything that is judged, and no copy is kept.
"""

from collections.abc import Hashable, Iterator
from decimal import Decimal

from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import TimePassed
from propdesk.domain.exact import parse_decimal
from propdesk.domain.judging import LimitLine
from propdesk.domain.pre_trade import Intended, NotRehearsed, Rehearsal, rehearse
from propdesk.domain.rules.news import NewsJudge
from propdesk.domain.worth import Market
from propdesk.engine.desk import Desk
from propdesk.engine.evaluator_state import Shared, pack, unpack
from propdesk.engine.partition import Place
from propdesk.engine.recovery import shared_of
from propdesk.engine.seats import Seat
from propdesk.wire.account_figures import (
    AccountFigures,
    ComingEnd,
    ComingFloor,
    ComingNews,
    FailsAt,
    LimitAhead,
    OrderAsked,
    OrderCheck,
    RuleSays,
)
from propdesk.wire.figures_json import money
from propdesk.wire.result_json import to_result

NEWS_MAX = 20


def figures_of(desk: Desk, place: Place, account: str) -> AccountFigures | None:
    """Everything that is judged of an account, and its floors after the next reset; None where
    there is none of this name, or it is not open."""
    seat = desk.seats.get(account)
    if seat is None or seat.evaluator.account is None:
        return None
    evaluation = desk.result(account)
    loaded = desk.rulebooks.of(seat.enrolled)
    situation = seat.evaluator.account.situation
    result = to_result(evaluation, loaded)
    del result["series"]
    return AccountFigures(
        result=result,
        zone=loaded.rulebook.clock.zone,
        resets_at=situation.day.day.end,
        coming=() if seat.evaluator.over else tuple(_coming(_copy_of(seat, desk))),
        news=tuple(_news(seat.evaluator))[:NEWS_MAX],
        prices={
            name: (f"{prices[0]:f}", f"{prices[2]:f}")
            for name, prices in sorted(desk.instruments.prices.items())
        },
        at=place.at,
        ends=() if seat.evaluator.over else tuple(_ends(seat.evaluator)),
    )


def check_of(desk: Desk, place: Place, account: str, asked: OrderAsked) -> OrderCheck | None:
    """What an order would do; None where there is no such account, or it is not open."""
    seat = desk.seats.get(account)
    if seat is None or seat.evaluator.account is None:
        return None
    desk.bring_up(seat)
    try:
        found = rehearse(_copy_of(seat, desk), _intended(asked), place.at)
    except NotRehearsed as why:
        return OrderCheck(outlook="unknown", why=str(why), at=place.at)
    return _written(found, seat.evaluator.account.situation.digits, place.at)


# -- a copy -----------------------------------------------------------------------------------
class _Apart(Shared):
    """Names as they are shared, but for the market, which is the copy's own."""

    def __init__(self, shared: Shared, market: Market) -> None:
        super().__init__({})
        self._shared = shared
        self._own = {"market": market, "prices": market.prices, "silent": market.silent}

    def named(self, name: Hashable) -> object:
        return self._own[name] if name in self._own else self._shared.named(name)


def _copy_of(seat: Seat, desk: Desk) -> Evaluator:
    """The account's evaluator as of now, to be spoiled."""
    shared = shared_of(seat.enrolled, desk)
    shown = desk.instruments.market
    market = Market(dict(shown.prices), set(shown.silent))
    return unpack(pack(seat.unattended, shared), _Apart(shared, market)).evaluator


# -- what is ahead ----------------------------------------------------------------------------
def _coming(copy: Evaluator) -> Iterator[ComingFloor]:
    account = copy.account
    if account is None:  # pragma: no cover - asked only of open accounts
        return
    copy.feed([TimePassed(account.situation.day.day.end)])
    account.refresh(copy.event_no, account.situation.cause)
    digits = account.situation.digits
    for line in _lines(copy):
        yield ComingFloor(
            rule=line.rule,
            floor=str(money(line.floor, digits)),
            allowance=str(money(line.allowance, digits)),
            room=money(line.room, digits),
        )


def _lines(evaluator: Evaluator) -> list[LimitLine]:
    return [line for each in evaluator.judges if (line := each.limit()) is not None]


def _ends(evaluator: Evaluator) -> Iterator[ComingEnd]:
    for judge in evaluator.judges:
        at = judge.ends_at()
        if at is not None:
            yield ComingEnd(rule=judge.terms.name, kind=judge.terms.rule, at=at)


def _news(evaluator: Evaluator) -> Iterator[ComingNews]:
    """The windows that have not ended, in the order in which they begin."""
    account = evaluator.account
    if account is None:  # pragma: no cover - asked only of open accounts
        return
    held = sorted({each.symbol for each in account.situation.positions.values()})
    for judge in evaluator.judges:
        if not isinstance(judge, NewsJudge) or judge.free:
            continue
        windows = judge.windows
        for event in windows.ahead(account.at):
            yield ComingNews(
                title=event.title,
                release_at=event.release_at,
                begins=event.release_at - windows.before,
                ends=event.release_at + windows.after,
                rule=judge.terms.name,
                restricts=judge.terms.restricts,
                symbols=tuple(each for each in held if windows.concern(event, each)),
            )


# -- the order --------------------------------------------------------------------------------
def _intended(asked: OrderAsked) -> Intended:
    return Intended(
        symbol=asked.symbol,
        side=asked.side,
        lots=_figure("lots", asked.lots),
        kind=asked.kind,
        price=None if asked.price is None else _figure("price", asked.price),
        stop=None if asked.stop is None else _figure("stop", asked.stop),
        target=None if asked.target is None else _figure("target", asked.target),
        commission_per_lot=_figure("commission", asked.commission_per_lot),
    )


def _figure(name: str, text: str) -> Decimal:
    try:
        return parse_decimal(text)
    except ValueError as wrong:
        raise NotRehearsed(f"{name}: {wrong}") from wrong


def _written(found: Rehearsal, digits: int, at: int) -> OrderCheck:
    return OrderCheck(
        outlook=found.outlook,
        at=at,
        fill=f"{found.fill:f}",
        loss=money(found.loss, digits),
        limits=tuple(
            LimitAhead(
                rule=each.rule,
                floor=str(money(each.floor, digits)),
                room=money(each.room, digits),
                worst=money(each.worst, digits),
                over=money(-each.worst, digits)
                if each.is_broken and each.worst is not None
                else None,
            )
            for each in found.limits
        ),
        says=tuple(
            RuleSays(
                rule=each.rule,
                outcome=each.outcome,
                observed=money(each.observed, digits),
                limit=money(each.limit, digits),
            )
            for each in found.verdicts
        ),
        failing=tuple(
            FailsAt(rule=each.rule, symbol=each.symbol, side=each.side, price=f"{each.price:f}")
            for each in found.failing
        ),
        margin_used=money(found.margin_used, digits),
        margin_free=money(found.margin_free, digits),
        margin_level=money(found.margin_level, 2),
    )
