"""What every platform must do, told against the port alone.

A connector shows it with one class: it inherits ``PlatformConformance`` and has a fixture called
``stage``, which sets the scene on its platform or on a server that plays it.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

import pytest

from propdesk.domain.events import (
    AccountOpened,
    AccountReported,
    BalanceAdjusted,
    Deal,
    OrderSeen,
    StopSet,
)
from propdesk.domain.positions import PositionBook
from propdesk.ports.platform import (
    BEGINNING,
    AccountChanged,
    AdjustBalance,
    Answer,
    Batch,
    CancelAll,
    CloseAll,
    Command,
    CreateAccount,
    Delta,
    HaltSymbol,
    Platform,
    PlatformError,
    Reason,
    ResumePoint,
    Rights,
    SetGroup,
    SetLeverage,
    SetRights,
    UnknownAccount,
)
from propdesk.wire.intake_frames import FeedQuote

SIZE = Decimal("100000.00")


class Stage(Protocol):
    """A platform whose market the test moves. EURUSD is open and has a price when it begins."""

    platform: Platform
    group: str
    """In US dollars, hedging."""
    other_group: str
    """Of the same currency and kind."""

    def price(self, bid: str, ask: str) -> None:
        """EURUSD is quoted so from now on."""

    def buy(self, account: str, lots: str) -> str | None:
        """The trader buys EURUSD by the market; the position, or None: he was refused."""

    def close(self, account: str, position: str, lots: str | None = None) -> bool:
        """The trader closes; False: he was refused."""

    def bid_below(self, account: str, lots: str, price: str) -> str | None:
        """The trader places a buy limit order; the order, or None: he was refused."""

    def protect(self, account: str, position: str, stop: str, target: str) -> None:
        """The trader sets a stop and a target."""

    def shut_market(self) -> None:
        """EURUSD's market closes."""

    def open_market(self) -> None:
        """It opens again."""

    def cut(self) -> None:
        """Every connection breaks; the next call makes a new one."""

    def restart(self) -> None:
        """The platform (or the connector) is killed and started again."""


def done(platform: Platform, command: Command) -> Answer:
    """Do one command."""
    (answer,) = platform.act([command])
    assert answer.key == command.key
    return answer


def account_on(stage: Stage, name: str = "A", group: str | None = None) -> str:
    """A new account with the opening deposit of this suite."""
    answer = done(stage.platform, CreateAccount(f"create-{name}", group or stage.group, SIZE))
    assert answer.is_confirmed, answer
    return answer.account


def read(platform: Platform, after: ResumePoint = BEGINNING) -> list[Batch]:
    """Everything behind a point, up to the sync marker."""
    found: list[Batch] = []
    for _ in range(10_000):
        deltas = platform.deltas(after)
        found += deltas.batches
        after = deltas.upto
        if deltas.is_synced:
            return found
    pytest.fail("the sync marker never came")


def deltas_of(batches: Sequence[Batch], account: str) -> list[Delta]:
    return [
        each
        for batch in batches
        for each in batch.deltas
        if not isinstance(each, FeedQuote) and each.account == account
    ]


class Sums:
    """An account as the sum of its deltas, by the books of the domain."""

    def __init__(self, deltas: Sequence[Delta]) -> None:
        self.balance = Decimal(0)
        self.book = PositionBook(netting=False)
        self.orders: set[str] = set()
        self.group, self.rights, self.leverage = "", Rights.TRADE, Decimal(0)
        for each in deltas:
            self.add(each)

    def add(self, delta: Delta) -> None:
        match delta:
            case AccountOpened():
                self.balance, self.book = delta.balance, PositionBook(delta.netting)
                self.group, self.leverage = delta.group, delta.leverage or Decimal(0)
            case Deal():
                self.balance += delta.profit + delta.commission + delta.swap + delta.fee
                self.book.apply(delta)
            case BalanceAdjusted():
                self.balance += delta.amount
            case StopSet():
                self.book.set_stop(delta)
            case OrderSeen(action="placed" | "modified"):
                self.orders.add(delta.id)
            case OrderSeen():
                self.orders.discard(delta.id)
            case AccountChanged():
                self.group, self.rights = delta.group, delta.rights
                self.leverage = delta.leverage
            case _:
                pass


def assert_sums_are_the_snapshot(platform: Platform, account: str) -> None:
    sums = Sums(deltas_of(read(platform), account))
    snapshot = platform.snapshot(account)
    assert sums.balance == snapshot.balance
    held = {each.position: each for each in snapshot.positions}
    assert {p.id: (p.symbol, p.side, p.lots) for p in sums.book.positions.values()} == {
        p.position: (p.symbol, p.side, p.lots) for p in held.values()
    }
    for position in sums.book.positions.values():
        shown = held[position.id]
        assert (position.stop, position.target) == (shown.stop, shown.target)
        assert position.open_price == shown.open_price
    assert sums.orders == {each.order for each in snapshot.orders}
    card = snapshot.card
    assert (sums.group, sums.rights, sums.leverage) == (card.group, card.rights, card.leverage)
    if snapshot.equity is not None:
        floating = sum((p.profit or Decimal(0)) + p.swap for p in held.values())
        assert snapshot.equity == snapshot.balance + floating


class PlatformConformance:
    """Inherit it, and give it a fixture ``stage``."""

    # -- accounts
    def test_a_new_account_is_there_with_its_deposit_and_a_way_in(self, stage: Stage) -> None:
        answer = done(stage.platform, CreateAccount("c1", stage.group, SIZE, owner="person-1"))
        assert answer.is_confirmed
        assert answer.credentials is not None
        assert answer.credentials.login
        assert answer.credentials.password not in repr(answer)
        assert answer.credentials.password != answer.credentials.investor_password
        snapshot = stage.platform.snapshot(answer.account)
        assert snapshot.balance == snapshot.equity == SIZE
        assert snapshot.card.rights is Rights.TRADE
        assert snapshot.card.group == stage.group
        assert [each.account for each in stage.platform.accounts()] == [answer.account]
        opened = deltas_of(read(stage.platform), answer.account)[0]
        assert isinstance(opened, AccountOpened)
        assert (opened.balance, opened.currency) == (SIZE, "USD")

    def test_a_login_may_be_chosen_where_the_platform_says_so(self, stage: Stage) -> None:
        if not stage.platform.capabilities().chooses_login:
            pytest.skip("this platform names accounts itself")
        platform = stage.platform
        assert done(platform, CreateAccount("c1", stage.group, SIZE, login="7001")).account == (
            "7001"
        )
        again = done(platform, CreateAccount("c2", stage.group, SIZE, login="7001"))
        assert again.reason is Reason.LOGIN_TAKEN

    def test_groups_and_instruments_are_told(self, stage: Stage) -> None:
        groups = {each.name: each for each in stage.platform.groups()}
        assert {stage.group, stage.other_group} <= groups.keys()
        assert groups[stage.group].currency == "USD"
        (euro,) = [each for each in stage.platform.instruments() if each.symbol == "EURUSD"]
        assert (euro.digits, euro.contract_size, euro.profit_currency) == (
            5,
            Decimal(100000),
            "USD",
        )

    # -- the same command again
    def test_a_command_sent_again_is_done_once_and_answered_alike(self, stage: Stage) -> None:
        create = CreateAccount("c1", stage.group, SIZE)
        answer = done(stage.platform, create)
        assert done(stage.platform, create) == answer
        assert len(stage.platform.accounts()) == 1
        pay = AdjustBalance("p1", answer.account, Decimal("-250.00"), "payout")
        paid = done(stage.platform, pay)
        stage.cut()
        assert done(stage.platform, pay) == paid
        assert stage.platform.snapshot(answer.account).balance == SIZE - 250

    def test_a_command_is_remembered_by_a_platform_that_was_killed(self, stage: Stage) -> None:
        create = CreateAccount("c1", stage.group, SIZE)
        answer = done(stage.platform, create)
        pay = AdjustBalance("p1", answer.account, Decimal("-250.00"), "payout")
        paid = done(stage.platform, pay)
        stage.restart()
        assert done(stage.platform, create) == answer
        assert done(stage.platform, pay) == paid
        assert stage.platform.snapshot(answer.account).balance == SIZE - 250

    def test_a_key_belongs_to_one_command(self, stage: Stage) -> None:
        account = account_on(stage)
        pay = AdjustBalance("p1", account, Decimal("-250.00"), "payout")
        assert done(stage.platform, pay).is_confirmed
        more = replace(pay, amount=Decimal("-2500.00"))
        assert done(stage.platform, more).reason is Reason.KEY_REUSED
        assert stage.platform.snapshot(account).balance == SIZE - 250

    def test_a_refusal_is_answered_alike_too(self, stage: Stage) -> None:
        account = account_on(stage)
        stage.buy(account, "1.00")
        stage.shut_market()
        close = CloseAll("x1", account)
        refused = done(stage.platform, close)
        assert refused.reason is Reason.MARKET_CLOSED
        stage.open_market()
        assert done(stage.platform, close) == refused
        assert stage.platform.snapshot(account).positions
        assert done(stage.platform, replace(close, key="x2")).is_confirmed
        assert not stage.platform.snapshot(account).positions

    # -- in turn
    def test_turns_are_done_in_their_order_and_each_command_once(self, stage: Stage) -> None:
        first, second = account_on(stage), account_on(stage, "B")
        for account in (first, second):
            assert stage.buy(account, "1.00")
            assert stage.bid_below(account, "0.10", "1.01000")
        turns: list[list[Command]] = [
            [CancelAll(f"n-{each}", each), CloseAll(f"x-{each}", each),
             SetRights(f"r-{each}", each, Rights.READ_ONLY)]
            for each in (first, second)
        ]  # fmt: skip
        answers = stage.platform.act_in_turn([*turns, []])
        assert [[each.key for each in turn] for turn in answers] == [
            *([command.key for command in turn] for turn in turns),
            [],
        ]
        assert all(each.is_confirmed for turn in answers for each in turn)
        for account in (first, second):
            snapshot = stage.platform.snapshot(account)
            assert (snapshot.positions, snapshot.orders) == ((), ())
            assert snapshot.card.rights is Rights.READ_ONLY
        stage.restart()
        assert [list(turn) for turn in stage.platform.act_in_turn([*turns, []])] == [
            list(turn) for turn in answers
        ]

    def test_a_turn_ends_where_it_is_refused_and_no_other_turn_does(self, stage: Stage) -> None:
        account = account_on(stage)
        lock = SetRights("r1", account, Rights.READ_ONLY)
        turns: list[list[Command]] = [
            [SetGroup("g1", account, "no such group"), SetRights("r0", account, Rights.DISABLED)],
            [CancelAll("n1", "nobody"), lock],
            [lock],
        ]
        answers = stage.platform.act_in_turn(turns)
        assert [[each.reason for each in turn] for turn in answers] == [
            [Reason.UNKNOWN_GROUP], [Reason.UNKNOWN_ACCOUNT], [None],
        ]  # fmt: skip
        assert stage.platform.snapshot(account).card.rights is Rights.READ_ONLY

    def test_a_turn_goes_on_behind_what_time_will_mend(self, stage: Stage) -> None:
        account = account_on(stage)
        assert stage.buy(account, "1.00")
        stage.shut_market()
        lock = SetRights("r1", account, Rights.READ_ONLY)
        (answers,) = stage.platform.act_in_turn([[CloseAll("x1", account), lock]])
        assert [each.reason for each in answers] == [Reason.MARKET_CLOSED, None]
        assert stage.platform.snapshot(account).card.rights is Rights.READ_ONLY

    # -- reading
    def test_the_sum_of_the_deltas_is_the_snapshot(self, stage: Stage) -> None:
        account = account_on(stage)
        first, second = stage.buy(account, "1.00"), stage.buy(account, "0.37")
        assert first
        assert second
        stage.protect(account, first, "1.07000", "1.12000")
        stage.bid_below(account, "0.10", "1.05000")
        stage.price("1.08513", "1.08520")
        assert stage.close(account, second, "0.14")
        done(stage.platform, AdjustBalance("p1", account, Decimal("-1000.01"), "payout"))
        done(stage.platform, SetLeverage("l1", account, Decimal(50)))
        assert_sums_are_the_snapshot(stage.platform, account)
        snapshot = stage.platform.snapshot(account)
        assert {p.lots for p in snapshot.positions} == {Decimal("1.00"), Decimal("0.23")}
        assert len(snapshot.orders) == 1

    def test_reading_goes_on_after_a_cut_connection_with_nothing_lost_or_doubled(
        self, stage: Stage
    ) -> None:
        account = account_on(stage)
        begun = read(stage.platform)
        position = stage.buy(account, "1.00")
        assert position
        stage.price("1.08100", "1.08110")
        stage.cut()
        middle = read(stage.platform, begun[-1].upto)
        stage.restart()
        stage.close(account, position)
        rest = read(stage.platform, middle[-1].upto)
        assert [*begun, *middle, *rest] == read(stage.platform)
        deals = [e for e in deltas_of([*begun, *middle, *rest], account) if isinstance(e, Deal)]
        assert [each.entry for each in deals] == ["in", "out"]
        assert len({each.id for each in deals}) == 2

    def test_the_same_point_gives_the_same_batches(self, stage: Stage) -> None:
        account = account_on(stage)
        for _ in range(3):
            stage.buy(account, "0.10")
        whole = read(stage.platform)
        for number, batch in enumerate(whole):
            assert read(stage.platform, batch.upto) == whole[number + 1 :]
        assert len({batch.upto for batch in whole}) == len(whole)

    def test_a_point_nobody_gave_is_refused(self, stage: Stage) -> None:
        with pytest.raises(PlatformError):
            stage.platform.deltas("never-said")

    def test_it_says_when_there_is_nothing_more(self, stage: Stage) -> None:
        account_on(stage)
        upto = read(stage.platform)[-1].upto
        deltas = stage.platform.deltas(upto)
        assert deltas.is_synced
        assert (deltas.batches, deltas.upto) == ((), upto)

    def test_a_snapshot_says_where_the_deltas_go_on(self, stage: Stage) -> None:
        account = account_on(stage)
        stage.buy(account, "1.00")
        before = stage.platform.snapshot(account)
        stage.price("1.08300", "1.08310")
        stage.buy(account, "1.00")
        after = stage.platform.snapshot(account)
        moved = Sums([])
        for delta in deltas_of(read(stage.platform, before.upto), account):
            moved.add(delta)
        assert moved.balance == after.balance - before.balance
        assert len(moved.book.positions) == 1

    def test_deltas_are_in_the_order_of_their_time(self, stage: Stage) -> None:
        account = account_on(stage)
        for bid in ("1.08200", "1.08150", "1.08300"):
            position = stage.buy(account, "0.10")
            stage.price(bid, f"{Decimal(bid) + Decimal('0.00010')}")
            assert position
            stage.close(account, position)
        stamps = [each.at for batch in read(stage.platform) for each in batch.deltas]
        assert stamps == sorted(stamps)
        ticks = [e for b in read(stage.platform) for e in b.deltas if isinstance(e, FeedQuote)]
        numbers = [each.sequence for each in ticks]
        assert numbers == sorted(set(numbers))
        # A deal has no stamp in common with a quote: which came first is never in doubt.
        deals = {e.at for e in deltas_of(read(stage.platform), account) if isinstance(e, Deal)}
        assert not deals & {each.at for each in ticks}

    def test_an_order_is_told_with_its_times_before_its_deal(self, stage: Stage) -> None:
        account = account_on(stage)
        stage.buy(account, "1.00")
        deltas = deltas_of(read(stage.platform), account)
        kinds = [type(each) for each in deltas if isinstance(each, OrderSeen | Deal)]
        assert kinds[-2:] == [OrderSeen, Deal]
        order = next(e for e in deltas if isinstance(e, OrderSeen) and e.action == "filled")
        deal = next(e for e in deltas if isinstance(e, Deal))
        assert (deal.order, deal.price) == (order.id, order.filled_price)
        assert order.received_at is not None
        assert order.filled_at is not None
        assert order.received_at <= order.filled_at == deal.at
        if "order_times" in stage.platform.capabilities().tells:
            assert order.requested_at is not None
            assert order.requested_at <= order.received_at

    def test_what_is_reported_is_what_the_deals_give(self, stage: Stage) -> None:
        account = account_on(stage)
        position = stage.buy(account, "1.00")
        assert position
        stage.price("1.08350", "1.08360")
        stage.close(account, position, "0.40")
        sums = Sums([])
        reports = 0
        for delta in deltas_of(read(stage.platform), account):
            sums.add(delta)
            if isinstance(delta, AccountReported):
                reports += 1
                assert delta.balance == sums.balance
        told = stage.platform.capabilities().tells
        assert reports >= 2 or "balance" not in told

    # -- acting
    def test_everything_is_closed_at_once(self, stage: Stage) -> None:
        account, other = account_on(stage), account_on(stage, "B")
        for _ in range(3):
            stage.buy(account, "0.50")
        stage.buy(other, "0.50")
        assert done(stage.platform, CloseAll("x1", account)).is_confirmed
        assert not stage.platform.snapshot(account).positions
        assert len(stage.platform.snapshot(other).positions) == 1
        assert_sums_are_the_snapshot(stage.platform, account)

    def test_where_the_market_is_closed_it_says_what_is_left(self, stage: Stage) -> None:
        account = account_on(stage)
        position = stage.buy(account, "1.00")
        stage.shut_market()
        answer = done(stage.platform, CloseAll("x1", account))
        assert answer.reason is Reason.MARKET_CLOSED
        assert answer.left == (position,)
        assert stage.buy(account, "1.00") is None
        # What needs no market is done all the same.
        assert done(stage.platform, SetRights("r1", account, Rights.READ_ONLY)).is_confirmed

    def test_every_pending_order_is_cancelled_and_positions_stay(self, stage: Stage) -> None:
        account = account_on(stage)
        stage.buy(account, "0.50")
        orders = {stage.bid_below(account, "0.10", price) for price in ("1.05000", "1.06000")}
        answer = done(stage.platform, CancelAll("n1", account))
        assert answer.is_confirmed
        snapshot = stage.platform.snapshot(account)
        assert not snapshot.orders
        assert len(snapshot.positions) == 1
        gone = {
            each.id
            for each in deltas_of(read(stage.platform), account)
            if isinstance(each, OrderSeen) and each.action == "cancelled"
        }
        assert gone == orders

    def test_money_is_moved_with_its_kind(self, stage: Stage) -> None:
        account = account_on(stage)
        done(stage.platform, AdjustBalance("p1", account, Decimal("-2000.00"), "payout"))
        done(stage.platform, AdjustBalance("p2", account, Decimal("12.34"), "correction"))
        moved = [
            (each.amount, each.kind)
            for each in deltas_of(read(stage.platform), account)
            if isinstance(each, BalanceAdjusted)
        ]
        assert moved == [(Decimal("-2000.00"), "payout"), (Decimal("12.34"), "correction")]
        assert stage.platform.snapshot(account).balance == SIZE - 2000 + Decimal("12.34")

    @pytest.mark.parametrize(
        ("rights", "may_open", "may_close"),
        [
            (Rights.TRADE, True, True),
            (Rights.CLOSE_ONLY, False, True),
            (Rights.READ_ONLY, False, False),
            (Rights.DISABLED, False, False),
        ],
    )
    def test_rights_are_enforced(
        self, stage: Stage, rights: Rights, may_open: bool, may_close: bool
    ) -> None:
        if rights not in stage.platform.capabilities().rights:
            pytest.skip("this platform has no such rights")
        account = account_on(stage)
        position = stage.buy(account, "1.00")
        assert position
        assert done(stage.platform, SetRights("r1", account, rights)).is_confirmed
        assert stage.platform.snapshot(account).card.rights is rights
        assert (stage.buy(account, "0.10") is not None) is may_open
        assert (stage.bid_below(account, "0.10", "1.05000") is not None) is may_open
        assert stage.close(account, position) is may_close
        assert done(stage.platform, CloseAll("x1", account)).is_confirmed
        assert_sums_are_the_snapshot(stage.platform, account)

    def test_rights_are_given_back(self, stage: Stage) -> None:
        account = account_on(stage)
        done(stage.platform, SetRights("r1", account, Rights.DISABLED))
        done(stage.platform, SetRights("r2", account, Rights.TRADE))
        assert stage.buy(account, "0.10")

    def test_a_halted_symbol_takes_no_new_order_until_it_is_released(self, stage: Stage) -> None:
        if "halt_symbol" not in stage.platform.capabilities().does:
            pytest.skip("this platform halts no symbol")
        account = account_on(stage)
        position = stage.buy(account, "1.00")
        assert position
        assert done(stage.platform, CloseAll("x0", account, symbol="GBPUSD")).is_confirmed
        assert len(stage.platform.snapshot(account).positions) == 1, "another symbol's"
        assert done(stage.platform, HaltSymbol("h1", "EURUSD", is_halted=True)).is_confirmed
        assert stage.buy(account, "0.10") is None
        assert stage.bid_below(account, "0.10", "1.05000") is None
        assert done(stage.platform, CloseAll("x1", account, symbol="EURUSD")).is_confirmed
        assert stage.platform.snapshot(account).positions == ()
        assert done(stage.platform, HaltSymbol("h2", "EURUSD", is_halted=False)).is_confirmed
        assert stage.buy(account, "0.10")
        unknown = done(stage.platform, HaltSymbol("h3", "NONE", is_halted=True))
        assert unknown.reason is Reason.UNKNOWN_SYMBOL

    def test_group_and_leverage_are_changed_and_told(self, stage: Stage) -> None:
        account = account_on(stage)
        assert done(stage.platform, SetGroup("g1", account, stage.other_group)).is_confirmed
        assert done(stage.platform, SetLeverage("l1", account, Decimal(30))).is_confirmed
        card = stage.platform.snapshot(account).card
        assert (card.group, card.leverage) == (stage.other_group, Decimal(30))
        changes = [
            each
            for each in deltas_of(read(stage.platform), account)
            if isinstance(each, AccountChanged)
        ]
        assert changes[-1].group == stage.other_group
        assert changes[-1].leverage == Decimal(30)

    # -- refusals
    def test_an_account_nobody_knows_is_refused(self, stage: Stage) -> None:
        commands: list[Command] = [
            SetGroup("1", "nobody", stage.group),
            SetRights("2", "nobody", Rights.DISABLED),
            SetLeverage("3", "nobody", Decimal(30)),
            CloseAll("4", "nobody"),
            CancelAll("5", "nobody"),
            AdjustBalance("6", "nobody", Decimal("1.00"), "deposit"),
        ]
        answers = stage.platform.act(commands)
        assert [each.key for each in answers] == list("123456")
        assert {each.reason for each in answers} == {Reason.UNKNOWN_ACCOUNT}
        with pytest.raises(UnknownAccount):
            stage.platform.snapshot("nobody")

    def test_a_group_nobody_knows_is_refused(self, stage: Stage) -> None:
        account = account_on(stage)
        for command in (
            CreateAccount("1", "nowhere", SIZE),
            SetGroup("2", account, "nowhere"),
        ):
            assert done(stage.platform, command).reason is Reason.UNKNOWN_GROUP
        assert len(stage.platform.accounts()) == 1
        assert stage.platform.snapshot(account).card.group == stage.group

    @pytest.mark.parametrize("amount", ["0", "0.001", "NaN", "Infinity"])
    def test_money_that_cannot_be_is_refused(self, stage: Stage, amount: str) -> None:
        account = account_on(stage)
        answer = done(stage.platform, AdjustBalance("1", account, Decimal(amount), "deposit"))
        assert answer.reason is Reason.INVALID
        assert stage.platform.snapshot(account).balance == SIZE

    def test_one_refusal_does_not_hold_the_others_up(self, stage: Stage) -> None:
        account = account_on(stage)
        first, second, third = stage.platform.act(
            [
                SetLeverage("1", account, Decimal(50)),
                CloseAll("2", "nobody"),
                SetRights("3", account, Rights.READ_ONLY),
            ]
        )
        assert first.is_confirmed
        assert second.reason is Reason.UNKNOWN_ACCOUNT
        assert third.is_confirmed
