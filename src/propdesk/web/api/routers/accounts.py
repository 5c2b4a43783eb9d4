"""Accounts: where each stands by the log, what it is worth now, and what was said of it."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from propdesk.crm.accounts.actions.show_credentials import show_credentials
from propdesk.crm.accounts.models import (
    AccountEvent,
    AccountVerdict,
    EventKind,
    TradingAccount,
)
from propdesk.crm.api_keys.models import Scope
from propdesk.domain.instants import format_instant
from propdesk.web.api.caller import Caller, caller_of
from propdesk.web.api.declaring import Repeated, doing, reading
from propdesk.web.api.entry import own
from propdesk.web.api.paging import Page, PageAsked, page
from propdesk.web.api.problems import NotFound
from propdesk.web.api.words import EXAMPLE_AT, Id, Instant, MoneyOut, sum_out
from propdesk.web.live import source
from propdesk.web.received import received_at
from propdesk.wire.live_state import LiveAccount

router = Router()
READ = Scope.ACCOUNTS_READ
TOLD_TO_TRADERS = (EventKind.VERDICT, EventKind.STATUS, EventKind.CORRECTION, EventKind.NOTICE)
"""What is between the desk, the engine and the platform is the desk's."""


class AccountOut(Schema):
    """An account, as the log was read last: ``log_offset`` says how far."""

    id: Id
    name: str = Field(examples=["7000123"], description="By which log and platform name it.")
    person: Id
    server: str = Field(examples=["sim-1"])
    login: str = Field(examples=["7000123"])
    programme: str = Field(examples=["two-step"])
    version: str
    phase: str = Field(examples=["challenge"])
    stage: str = Field(examples=["evaluation"])
    size: MoneyOut
    opening_balance: MoneyOut
    status: str = Field(examples=["active"], description="Empty: the engine has said nothing yet.")
    blocked_by: str = Field(examples=[""])
    rights: str = Field(examples=["trade"])
    created_at: Instant
    opened_at: Instant | None
    status_at: Instant | None
    ended_at: Instant | None
    replaces: Id | None
    log_offset: int


class LimitOut(Schema):
    """A limit now: what may still be lost before it breaks."""

    rule: str = Field(examples=["overall_loss"])
    floor: str = Field(examples=["90000.00"])
    room: str | None = Field(examples=["8120.50"])
    allowance: str = Field(examples=["10000.00"])
    comparison: str = Field(examples=["touch"])
    locked: bool


class ObjectiveOut(Schema):
    """An objective and how far it is."""

    rule: str = Field(examples=["profit_target"])
    required: str = Field(examples=["10000.00"])
    current: str | None = Field(examples=["2150.75"])
    met: bool | None


class PositionOut(Schema):
    """An open position."""

    position: str
    symbol: str = Field(examples=["EURUSD"])
    side: str = Field(examples=["buy"])
    lots: str = Field(examples=["1.5"])
    open_price: str = Field(examples=["1.08512"])
    price: str | None
    floating: str | None
    failing_price: str | None = Field(description="Where the account is out if only this moves.")


class StateOut(Schema):
    """What an account is worth now; sums are in ``currency``. Null is: not known."""

    account: Id
    at: str = Field(examples=[EXAMPLE_AT], description="The last moment that concerned it.")
    judged_to: str = Field(examples=[EXAMPLE_AT], description="The newest moment judged at all.")
    status: str = Field(examples=["active"])
    currency: str = Field(examples=["USD"])
    balance: str = Field(examples=["100000.00"])
    equity: str | None = Field(examples=["99120.50"])
    margin_used: str | None
    margin_free: str | None
    limits: list[LimitOut]
    objectives: list[ObjectiveOut]
    positions: list[PositionOut]


class LineOfTime(Schema):
    """A line of the time line."""

    id: int = Field(examples=[4711])
    at: Instant
    kind: str = Field(examples=["verdict"])
    word: str = Field(examples=["fail"])
    detail: dict[str, Any] = Field(examples=[{"rule": "overall_loss"}])


class VerdictOut(Schema):
    """A verdict with its evidence."""

    id: str
    phase: str
    rule: str = Field(examples=["daily_loss"])
    outcome: str = Field(examples=["fail"])
    at: Instant
    observed: str = Field(examples=["94980.10"])
    limit: str = Field(examples=["95000.00"])
    comparison: str = Field(examples=["touch"])
    basis: str = Field(examples=["equity"])
    evidence: dict[str, Any]
    replaces: str


class TradeOut(Schema):
    """A closed position, or a part of one."""

    trade: str
    position: str
    symbol: str = Field(examples=["EURUSD"])
    side: str = Field(examples=["buy"])
    lots: str = Field(examples=["1.5"])
    closed_at: str = Field(examples=[EXAMPLE_AT])
    net: str = Field(examples=["-120.50"])


class TradesOut(Schema):
    """The newest trades, newest first: twenty at most, as the engine keeps them."""

    currency: str
    items: list[TradeOut]


class CredentialsOut(Schema):
    """How to get into the platform. It is told once."""

    server: str
    login: str
    password: str
    investor_password: str


@reading(router, "/accounts", "accounts_list", own(READ), Page[AccountOut])
def list_accounts(
    request: HttpRequest, asked: PageAsked, person: UUID | None = None
) -> Page[AccountOut]:
    """One's accounts; everybody's, or one person's, to staff. Newest first."""
    found = seen_by(caller_of(request))
    if person is not None:
        found = found.filter(person=person)
    rows, following = page(found, ("id",), asked)
    return Page[AccountOut](items=[account_out(each) for each in rows], next=following)


@reading(router, "/accounts/{uuid:id}", "accounts_read", own(READ), AccountOut)
def read_account(request: HttpRequest, id: UUID) -> AccountOut:  # noqa: A002
    """One account, as the log was read last."""
    return account_out(account_of(request, id))


@reading(router, "/accounts/{uuid:id}/state", "accounts_state", own(READ), StateOut)
def read_state(request: HttpRequest, id: UUID) -> StateOut:  # noqa: A002
    """What an account is worth now, asked of the engine."""
    row = account_of(request, id)
    return _state(row, _live(row))


@reading(router, "/accounts/{uuid:id}/time-line", "accounts_time_line", own(READ), Page[LineOfTime])
def read_time_line(
    request: HttpRequest,
    id: UUID,  # noqa: A002
    asked: PageAsked,
) -> Page[LineOfTime]:
    """What happened to an account, newest first. Commands and actions are told to staff alone."""
    row, events = account_of(request, id), AccountEvent.objects.all()
    if not caller_of(request).may("live.read"):
        events = events.filter(kind__in=TOLD_TO_TRADERS)
    rows, following = page(events.filter(account=row), ("id",), asked)
    return Page[LineOfTime](items=[_line(each) for each in rows], next=following)


@reading(router, "/accounts/{uuid:id}/verdicts", "accounts_verdicts", own(READ), Page[VerdictOut])
def read_verdicts(
    request: HttpRequest,
    id: UUID,  # noqa: A002
    asked: PageAsked,
) -> Page[VerdictOut]:
    """The verdicts on an account with their evidence, newest first."""
    rows, following = page(
        AccountVerdict.objects.filter(account=account_of(request, id)), ("at", "id"), asked
    )
    return Page[VerdictOut](items=[_verdict(each) for each in rows], next=following)


@reading(router, "/accounts/{uuid:id}/trades", "accounts_trades", own(READ), TradesOut)
def read_trades(request: HttpRequest, id: UUID) -> TradesOut:  # noqa: A002
    """The newest trades of an account, asked of the engine."""
    live = _live(account_of(request, id))
    return TradesOut(
        currency=live.row.currency,
        items=[
            TradeOut(
                trade=each.trade,
                position=each.position,
                symbol=each.symbol,
                side=each.side,
                lots=each.lots,
                closed_at=format_instant(each.closed_at),
                net=each.net,
            )
            for each in live.trades
        ],
    )


@doing(
    router, "/accounts/{uuid:id}/credentials", "accounts_credentials",
    own(Scope.ACCOUNTS_CREDENTIALS), CredentialsOut, repeated=Repeated.ONCE,
)  # fmt: skip
def read_credentials(request: HttpRequest, id: UUID) -> CredentialsOut:  # noqa: A002
    """The password of one's account: shown once, here or on the page."""
    caller = caller_of(request)
    if not TradingAccount.objects.filter(pk=id, person=caller.known.pk).exists():
        raise NotFound
    by = caller.acting("accounts.show_credentials")
    shown = show_credentials(id, by=by, at=received_at())
    return CredentialsOut(
        server=shown.server,
        login=shown.login,
        password=shown.password,
        investor_password=shown.investor_password,
    )


def seen_by(caller: Caller) -> QuerySet[TradingAccount]:
    """Every account, to who may look at them; else one's own."""
    if caller.may("live.read"):
        return TradingAccount.objects.all()
    return TradingAccount.objects.filter(person=caller.known.pk)


def account_of(request: HttpRequest, account: UUID) -> TradingAccount:
    """Raises ``NotFound`` for somebody else's, too."""
    found = seen_by(caller_of(request)).filter(pk=account).first()
    if found is None:
        raise NotFound
    return found


def _live(row: TradingAccount) -> LiveAccount:
    """Raises ``NotFound`` where the engine does not hold it, and ``EngineAway``."""
    found = source.accounts().account(row.engine_account)
    if found is None:
        raise NotFound
    return found


def account_out(row: TradingAccount) -> AccountOut:
    return AccountOut(
        id=row.pk,
        name=row.engine_account,
        person=row.person,
        server=row.server,
        login=row.login,
        programme=row.rulebook,
        version=row.version,
        phase=row.phase,
        stage=row.stage,
        size=sum_out(row.size, row.currency),
        opening_balance=sum_out(row.opening_balance, row.currency),
        status=row.status,
        blocked_by=row.blocked_by,
        rights=row.rights,
        created_at=row.created_at,
        opened_at=row.opened_at,
        status_at=row.status_at,
        ended_at=row.ended_at,
        replaces=row.replaces_id,
        log_offset=row.log_offset,
    )


def _state(row: TradingAccount, live: LiveAccount) -> StateOut:
    return StateOut(
        account=row.pk,
        at=format_instant(live.row.at),
        judged_to=format_instant(live.at),
        status=live.row.status,
        currency=live.row.currency,
        balance=live.row.balance,
        equity=live.row.equity,
        margin_used=live.margin_used,
        margin_free=live.margin_free,
        limits=[
            LimitOut(
                rule=each.rule,
                floor=each.floor,
                room=each.room,
                allowance=each.allowance,
                comparison=each.comparison,
                locked=each.locked,
            )
            for each in live.limits
        ],
        objectives=[
            ObjectiveOut(rule=each.rule, required=each.required, current=each.current, met=each.met)
            for each in live.objectives
        ],
        positions=[
            PositionOut(
                position=each.position,
                symbol=each.symbol,
                side=each.side,
                lots=each.lots,
                open_price=each.open_price,
                price=each.price,
                floating=each.floating,
                failing_price=each.failing_price,
            )
            for each in live.positions
        ],
    )


def _line(row: AccountEvent) -> LineOfTime:
    return LineOfTime(id=row.pk, at=row.at, kind=row.kind, word=row.word, detail=row.detail)


def _verdict(row: AccountVerdict) -> VerdictOut:
    return VerdictOut(
        id=row.pk,
        phase=row.phase,
        rule=row.rule,
        outcome=row.outcome,
        at=row.at,
        observed=row.observed,
        limit=row.limit,
        comparison=row.comparison,
        basis=row.basis,
        evidence=row.evidence,
        replaces=row.replaces,
    )
