"""A check before an order agrees with the evaluator: what it calls kept is kept, and no further."""

from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import AccountOpened, Deal, Event, Quote, StopSet
from propdesk.domain.instants import SECOND, parse_instant
from propdesk.domain.pre_trade import Intended, NotRehearsed, Rehearsal, rehearse
from propdesk.domain.valuation import ARITHMETIC, Platform, conversion_for, floating_profit
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.rulebook_file import load_rulebook

CATALOGUE = load_catalogue()
START = parse_instant("2026-03-02T09:00:00Z")
AT = START + 10 * SECOND
PER_LOT = Decimal("3.50")
# Symbol: bid, ask, one step, the most steps a stop may be away.
MARKET = {
    "EURUSD": (Decimal("1.08000"), Decimal("1.08010"), Decimal("0.00001")),
    "USDJPY": (Decimal("150.000"), Decimal("150.012"), Decimal("0.001")),
    "XAUUSD": (Decimal("2100.00"), Decimal("2100.30"), Decimal("0.01")),
    "GBPUSD": (Decimal("1.25000"), Decimal("1.25013"), Decimal("0.00001")),
}
STEPS_MAX = 60_000
WAY = 5
SideWord = Literal["buy", "sell"]


def history(held: tuple[tuple[str, SideWord, str], ...] = (), *, netting: bool = False) -> Any:
    """An account whose open positions were opened at the price of now."""
    account = AccountOpened("A", START, "USD", Decimal(100_000), Decimal(100), netting)
    events: list[Event] = [account]
    events += [Quote(START + SECOND, name, bid, ask) for name, (bid, ask, _) in MARKET.items()]
    for number, (symbol, side, lots) in enumerate(held, start=2):
        bid, ask, _ = MARKET[symbol]
        price = ask if side == "buy" else bid
        events.append(
            Deal("A", START + number * SECOND, f"D{number}", f"P{number}", symbol, side, "in",
                 Decimal(lots), price, commission=-PER_LOT * Decimal(lots))
        )  # fmt: skip
    return events


def judged(events: list[Event], rulebook: str = "ftmo-2-step") -> Evaluator:
    book = load_rulebook(rulebook).rulebook
    found = Evaluator(book, book.phases[0], size=Decimal(100_000), catalogue=CATALOGUE, account="A")
    found.feed(events)
    return found


def checked(events: list[Event], order: Intended, rulebook: str = "ftmo-2-step") -> Rehearsal:
    return rehearse(judged(events, rulebook), order, AT)


def lived(events: list[Event], order: Intended, rulebook: str) -> Evaluator:
    """The same order sent: the price walks to the stop, where the platform closes it."""
    assert order.stop is not None
    bid, ask, step = MARKET[order.symbol]
    fill = ask if order.side == "buy" else bid
    commission = -(order.commission_per_lot * order.lots).quantize(Decimal("0.01"))
    found = judged(events, rulebook)
    found.feed([Deal("A", AT, "in", "N", order.symbol, order.side, "in", order.lots, fill,
                     commission=commission, stop=order.stop)])  # fmt: skip
    begins = bid if order.side == "buy" else ask
    for number in range(1, WAY + 1):
        part = ((order.stop - begins) * number / WAY / step).to_integral_value() * step
        price = order.stop if number == WAY else begins + part
        low = price if order.side == "buy" else price - (ask - bid)
        found.feed([Quote(AT + number * SECOND, order.symbol, low, low + ask - bid)])
    conversion = conversion_for(CATALOGUE.get(order.symbol).profit_currency, "USD", CATALOGUE)
    profit = floating_profit(
        CATALOGUE.get(order.symbol), order.side, order.lots, fill, order.stop,
        account_currency="USD", arithmetic=ARITHMETIC[Platform.MT5], conversion=conversion,
    )  # fmt: skip
    out: SideWord = "sell" if order.side == "buy" else "buy"
    found.feed([Deal("A", AT + 9 * SECOND, "out", "N", order.symbol, out, "out", order.lots,
                     order.stop, profit=profit, commission=commission)])  # fmt: skip
    return found


def is_broken(lived: Evaluator) -> bool:
    """Whether a limit ended the account, or locked it for the day."""
    limits = {line.rule for each in lived.judges if (line := each.limit()) is not None}
    said = lived.standing.verdicts
    return lived.standing.breached or any(
        each.rule in limits and each.outcome != "warn" for each in said
    )


def intended(symbol: str, side: SideWord, lots: Decimal, steps: int) -> Intended:
    bid, ask, step = MARKET[symbol]
    stop = bid - steps * step if side == "buy" else ask + steps * step
    return Intended(symbol, side, lots, stop=stop, commission_per_lot=PER_LOT)


sides = st.sampled_from(["buy", "sell"])


@settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    rulebook=st.sampled_from(["ftmo-2-step", "topstep-combine", "ftmo-1-step"]),
    symbol=st.sampled_from(["EURUSD", "USDJPY", "XAUUSD"]),
    side=sides,
    lots=st.decimals("0.50", "20", places=2),
    more=st.booleans(),
    other=st.sampled_from([None, "buy", "sell"]),
)
def test_the_last_stop_that_is_called_kept_is_kept_and_the_next_breaks(
    rulebook: str, symbol: str, side: SideWord, lots: Decimal, more: bool, other: Any
) -> None:
    held: list[tuple[str, SideWord, str]] = []
    if more:
        held.append((symbol, side, "1.37"))
    if other is not None:
        held.append(("GBPUSD", other, "2.00"))
    events = history(tuple(held))
    if judged(events, rulebook).over:
        return
    near, far = 1, STEPS_MAX
    outlooks = {}

    def breaks(steps: int) -> bool:
        found = checked(events, intended(symbol, side, lots, steps), rulebook)
        outlooks[steps] = found.outlook
        return found.outlook == "breaks"

    if breaks(near) or not breaks(far):
        near = far  # nothing lies between them
    while far - near > 1:
        middle = (near + far) // 2
        near, far = (near, middle) if breaks(middle) else (middle, far)
    for steps in {near, far}:
        order = intended(symbol, side, lots, steps)
        truth = lived(events, order, rulebook)
        assert outlooks[steps] in {"keeps", "breaks"}
        assert is_broken(truth) == (outlooks[steps] == "breaks"), steps


def test_what_it_loses_is_what_the_account_loses() -> None:
    order = intended("EURUSD", "buy", Decimal("2.00"), 100)
    found = checked(history(), order)
    # Ten steps of spread and a hundred to the stop: 110 x 2.00, and twice the commission of 7.00.
    assert found.loss == Decimal("234.00")
    assert found.fill == Decimal("1.08010")
    daily = next(each for each in found.limits if each.rule == "daily_loss")
    assert (daily.room, daily.worst) == (Decimal("5000.00"), Decimal("4766.00"))
    assert lived(history(), order, "ftmo-2-step").result().balance == Decimal("99766.00")


def test_a_stop_too_far_says_by_how_much() -> None:
    found = checked(history(), intended("EURUSD", "sell", Decimal("10.00"), 500))
    daily = next(each for each in found.limits if each.rule == "daily_loss")
    assert (found.outlook, daily.is_broken, daily.worst) == ("breaks", True, Decimal("-170.00"))


def test_without_a_stop_a_loss_has_no_bound_and_the_failing_price_is_told() -> None:
    found = checked(history(), Intended("EURUSD", "buy", Decimal("10.00")))
    assert (found.outlook, found.loss) == ("unbounded", None)
    where = next(each for each in found.failing if each.rule == "daily_loss")
    assert (where.symbol, where.side, where.price) == ("EURUSD", "bid", Decimal("1.07509"))


@pytest.mark.parametrize(("stop", "outlook"), [("1.07010", "keeps"), ("1.07009", "breaks")])
def test_a_pending_order_is_filled_where_it_waits(stop: str, outlook: str) -> None:
    """Five hundred steps of ten lots are the allowance; only what is beyond it breaks it."""
    price = Decimal("1.07510")
    order = Intended("EURUSD", "buy", Decimal("10.00"), "limit", price, Decimal(stop))
    found = checked(history(), order)
    assert (found.fill, found.outlook) == (price, outlook)


def test_margin_counts_what_is_open_already() -> None:
    found = checked(history((("EURUSD", "buy", "1.00"),)), Intended("EURUSD", "buy", Decimal(1)))
    # 200,000 EUR at the ask, by a leverage of 100.
    assert found.margin_used == Decimal("2160.20")
    assert found.margin_free is not None
    assert found.margin_level == found.margin_free * 100 / found.margin_used + 100


@pytest.mark.parametrize(
    ("held", "outlook"),
    [((("EURUSD", "sell", "1.00"),), "unknown"), ((("GBPUSD", "sell", "1.00"),), "keeps")],
)
def test_a_hedge_of_the_symbol_makes_nothing_certain(held: Any, outlook: str) -> None:
    order = intended("EURUSD", "buy", Decimal("0.50"), 100)
    assert checked(history(held), order).outlook == outlook


def test_what_a_rule_says_to_the_fill_is_told() -> None:
    order = Intended("EURUSD", "buy", Decimal("999.00"))
    assert checked(history(), order, "topstep-combine").verdicts
    assert not checked(history(), Intended("EURUSD", "buy", Decimal(1))).verdicts


@pytest.mark.parametrize(
    ("order", "says"),
    [
        (Intended("EURUSD", "buy", Decimal(1), stop=Decimal("1.08000")), "losing side"),
        (Intended("EURUSD", "sell", Decimal(1), stop=Decimal("1.07000")), "losing side"),
        (Intended("GER40", "buy", Decimal(1)), "no price"),
        (Intended("NOTHING", "buy", Decimal(1)), "not known"),
        (Intended("EURUSD", "buy", Decimal(0)), "more than zero"),
        (Intended("EURUSD", "buy", Decimal(1), "limit"), "needs a price"),
    ],
)
def test_what_cannot_be_said_is_not_called_safe(order: Intended, says: str) -> None:
    with pytest.raises(NotRehearsed, match=says):
        checked(history(), order)


def test_an_account_with_one_position_a_symbol_enlarges_it_or_says_nothing() -> None:
    events = history((("EURUSD", "buy", "1.00"),), netting=True)
    found = checked(events, intended("EURUSD", "buy", Decimal("1.00"), 100))
    # Both lots fall to the stop from a spread away; the order's commission is paid twice.
    assert found.loss == Decimal("217.00")
    with pytest.raises(NotRehearsed, match="would close"):
        checked(events, Intended("EURUSD", "sell", Decimal("1.00")))


def test_an_account_that_ended_is_not_rehearsed() -> None:
    events = [*history((("EURUSD", "buy", "10.00"),)),
              Quote(AT, "EURUSD", Decimal("1.07000"), Decimal("1.07010")),
              StopSet("A", AT, "P2", None)]  # fmt: skip
    with pytest.raises(NotRehearsed, match="over"):
        checked(events, intended("EURUSD", "buy", Decimal(1), 100))
