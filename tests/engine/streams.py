"""Random markets and accounts, played to a book and to the oracle side by side.

A stream is drawn from its seed. It is played twice to the oracle: the first time without bounds,
to learn the extremes of every sum between two changes of its account; then bounds are laid on
these extremes and one unit beside them, and the stream is played to both.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from propdesk.domain.money import minor_digits
from propdesk.domain.valuation import ARITHMETIC, Platform, conversion_for
from propdesk.engine.book import Book
from propdesk.engine.fixed_point import LinearForm, linear_form
from propdesk.engine.one_pass import WayOfJudging
from propdesk.engine.shapes import (
    AccountShape,
    Bounds,
    Seen,
    Settled,
    SumShape,
    TermShape,
    Trail,
)
from propdesk.wire.catalogue import load_catalogue
from tests.engine.oracle import Held, Oracle, Window

CATALOGUE = load_catalogue()
CEILING = 10**8
# name, a price in points; three currencies, converted by both sides, own price, and oil below zero
MARKET = {
    "EURUSD": 108000,
    "GBPUSD": 127000,
    "USDJPY": 151000,
    "EURJPY": 163000,
    "GBPJPY": 191000,
    "EURGBP": 85000,
    "USDCHF": 89000,
    "CL": 40,
    "XAUUSD": 265000,
}
NUMBERS = {name: number for number, name in enumerate(MARKET)}
DIGITS = {NUMBERS[name]: CATALOGUE.get(name).digits for name in MARKET}
PLATFORMS = (Platform.MT4, Platform.MT5)
LOTS = ("0.01", "0.03", "0.07", "0.50", "1.00", "2.35")


@dataclass(slots=True)
class Step:
    """One thing that happens: ``what`` with the words it needs."""

    what: str
    number: int = 0
    bid: int = 0
    ask: int = 0
    slot: int = 0
    held: tuple[Held, ...] = ()
    sums: tuple[tuple[int, Bounds], ...] = ()
    exposed: bool = False


def form_of(held: Held) -> LinearForm:
    form = linear_form(
        held.instrument,
        held.side,  # type: ignore[arg-type]
        held.lots,
        held.opened,
        account_currency=held.currency,
        arithmetic=held.arithmetic,
        conversion=held.conversion,
        price_digits=DIGITS[held.number],
        price_ceiling=CEILING,
        rate_digits=0 if held.rate is None else DIGITS[held.rate],
        rate_ceiling=0 if held.rate is None else CEILING,
    )
    assert isinstance(form, LinearForm), (held, form)
    return form


def converts(name: str, currency: str) -> bool:
    """Whether a position's profit becomes this currency by a symbol of the market."""
    profit = CATALOGUE.get(name).profit_currency
    return profit == currency or bool({profit + currency, currency + profit} & set(MARKET))


def draw_held(draw: random.Random, currency: str, places: int) -> Held:
    name = draw.choice([each for each in MARKET if converts(each, currency)])
    instrument = CATALOGUE.get(name)
    conversion = None
    if instrument.profit_currency != currency:
        conversion = conversion_for(instrument.profit_currency, currency, CATALOGUE)
    points = MARKET[name] + draw.randint(-40, 40)
    opened: Decimal | Fraction = Decimal(points).scaleb(-instrument.digits)
    if draw.random() < 0.3:  # the average of several fills, without an end
        opened = Fraction(points * 3 + draw.randint(0, 2), 3 * 10**instrument.digits)
    rate = None if conversion is None else NUMBERS[conversion.symbol]
    own = NUMBERS[name]
    others = [place for place in range(1, places) if draw.random() < 0.4]
    return Held(
        instrument=instrument,
        number=own,
        side=draw.choice(("buy", "sell")),
        lots=Decimal(draw.choice(LOTS)),
        opened=opened,
        currency=currency,
        arithmetic=ARITHMETIC[draw.choice(PLATFORMS)],
        conversion=conversion,
        rate=None if rate == own else rate,
        sums=(0, *others),
        without_form=draw.random() < 0.02,
    )


def draw_steps(seed: int, ticks: int, accounts: int) -> list[Step]:
    draw = random.Random(seed)
    prices = dict(MARKET)
    currencies = [draw.choice(("USD", "EUR", "JPY", "GBP")) for _ in range(accounts)]
    held: dict[int, list[Held]] = {slot: [] for slot in range(accounts)}
    known = [name for name in MARKET if draw.random() < 0.8]
    steps = [tick_of(draw, name, prices) for name in known]
    steps += [changed(draw, slot, held, currencies[slot]) for slot in range(accounts)]
    for _ in range(ticks):
        roll = draw.random()
        slot = draw.randrange(accounts)
        if roll < 0.05:
            steps.append(changed(draw, slot, held, currencies[slot]))
        elif roll < 0.06:
            held[slot].clear()
            steps.append(Step("close", slot=slot))
            steps.append(changed(draw, slot, held, currencies[slot]))
        elif roll < 0.08:
            steps.append(Step("settle", slot=slot))
        elif roll < 0.10:
            steps.append(Step("arm", slot=slot, sums=tuple((0, Bounds()) for _ in range(4))))
        elif roll < 0.11:
            steps.append(Step("minute"))
        elif roll < 0.12:
            steps.append(Step("silence", number=draw.randrange(len(MARKET))))
        elif roll < 0.15:
            steps.append(Step("speak", number=draw.randrange(len(MARKET))))
        else:
            steps.append(tick_of(draw, draw.choice(list(MARKET)), prices))
    return [*steps, Step("minute"), *(Step("settle", slot=slot) for slot in range(accounts))]


def tick_of(draw: random.Random, name: str, prices: dict[str, int]) -> Step:
    """Mostly small steps; sometimes crossed, sometimes below zero, rarely beyond the ceiling."""
    prices[name] += draw.choice((0, 1, -1, 2, -2, 7, -7, 40, -40))
    bid = prices[name]
    if draw.random() < 0.01:
        bid = draw.choice((0, -5, CEILING + 1, -CEILING - 1, CEILING, -CEILING))
    ask = bid + draw.choice((0, 0, 1, 2, 5, -1, -3))
    return Step("tick", number=NUMBERS[name], bid=bid, ask=ask)


def changed(draw: random.Random, slot: int, held: dict[int, list[Held]], currency: str) -> Step:
    """A position more or less, and everything of the account put anew."""
    if held[slot] and draw.random() < 0.4:
        held[slot].pop(draw.randrange(len(held[slot])))
    else:
        held[slot] += [draw_held(draw, currency, 4) for _ in range(draw.choice((1, 1, 3)))]
    base = 10_000 * 10 ** minor_digits(currency)
    sums = ((base, Bounds()), (0, Bounds()), (draw.randint(-500, 500), Bounds()), (7, Bounds()))
    return Step("put", slot=slot, held=tuple(held[slot]), sums=sums, exposed=draw.random() < 0.03)


def with_bounds(steps: Sequence[Step], seed: int) -> list[Step]:
    """The steps with bounds on the extremes that each sum has until it is armed again."""
    draw = random.Random(seed)
    oracle = Oracle(DIGITS, CEILING)
    windows: dict[int, list[Window]] = {}
    spans: dict[int, list[Window]] = {}  # by step that arms
    for at, step in enumerate(steps):
        played(oracle, step)
        if step.what in {"put", "arm"}:
            windows[step.slot] = spans[at] = [Window() for _ in range(4)]
        if step.what == "close":
            del windows[step.slot]
        for slot, seen in windows.items():
            for window, value in zip(seen, oracle.values(slot), strict=True):
                window.see(value)
    return [
        replace(step, sums=bounded(draw, step, spans[at])) if at in spans else step
        for at, step in enumerate(steps)
    ]


def bounded(
    draw: random.Random, step: Step, seen: Sequence[Window]
) -> tuple[tuple[int, Bounds], ...]:
    sums = zip(step.sums, seen, strict=True)
    return tuple((base, draw_bounds(draw, window)) for (base, _), window in sums)


def draw_bounds(draw: random.Random, seen: Window) -> Bounds:
    if seen.low is None or seen.high is None or draw.random() < 0.1:
        return Bounds()
    trail = None
    if draw.random() < 0.5:
        gap = max(0, seen.high - seen.low + draw.choice((-1, 0, 1, 50)))
        start = draw.randint(seen.low, seen.high)
        cap = draw.choice((None, seen.high, seen.high - 1, (seen.low + seen.high) // 2))
        trail = Trail(start, gap * draw.choice((1, 1, 2)) // draw.choice((1, 1, 2)), cap)
    low = draw.choice((None, seen.low - 1, seen.low - 1, seen.low, seen.low + 1))
    high = draw.choice((None, seen.high + 1, seen.high + 1, seen.high, seen.high - 1))
    return Bounds(low, high, trail)


def played(oracle: Oracle, step: Step) -> Any:
    """What the oracle says to a step; for ticks and silences the touched slots."""
    match step.what:
        case "tick":
            return oracle.tick(step.number, step.bid, step.ask)
        case "silence":
            return oracle.silence(step.number)
        case "speak":
            oracle.silent.discard(step.number)
        case "put":
            oracle.put(step.slot, list(step.held), list(step.sums), step.exposed)
        case "close":
            del oracle.accounts[step.slot], oracle.minutes[step.slot]
        case "arm":
            oracle.set_bounds(step.slot, [bounds for _, bounds in step.sums])
        case "settle":
            return settled(oracle.settle(step.slot))
        case "minute":
            return {
                slot: (window.low, window.high)
                for slot, window in oracle.begin_minutes().items()
                if window.low is not None
            }
    return None


def settled(told: Any) -> Settled:
    sums, terms = told
    return Settled(
        sums=tuple(Seen(value, w.low, w.high) for value, w in sums),
        terms=tuple(Seen(value, w.low, w.high) for value, w in terms),
    )


def shape_of(step: Step) -> AccountShape:
    return AccountShape(
        sums=[
            SumShape(base, bounds, minutes=place == 0)
            for place, (base, bounds) in enumerate(step.sums)
        ],
        terms=[
            TermShape(None if h.without_form else form_of(h), h.number, h.rate, h.sums)
            for h in step.held
        ],
        exposed=step.exposed,
    )


def new_book(kernel: Any, accounts: int, way: WayOfJudging | None = None) -> Book:
    """Where somebody may rest in a zone, only each other account is watched: those never do."""
    book = Book(kernel, way)
    for name, number in NUMBERS.items():
        book.instrument(number, name, DIGITS[number], CEILING)
    assert [book.open_slot() for _ in range(accounts)] == list(range(accounts))
    for slot in range(0, accounts, 1 if way is None else 2):
        book.minutes.watch(slot)
    return book


def told(book: Book, step: Step) -> Any:
    """What the book says to a step that is not a tick."""
    match step.what:
        case "silence":
            return set(book.silence(step.number))
        case "speak":
            book.speak(step.number)
        case "put":
            assert book.put(step.slot, shape_of(step))
        case "close":
            is_watched = step.slot in book.minutes.watched()
            book.close_slot(step.slot)
            assert book.open_slot() == step.slot
            if is_watched:
                book.minutes.watch(step.slot)
        case "arm":
            book.set_bounds(step.slot, [bounds for _, bounds in step.sums])
        case "settle":
            return book.settle(step.slot)
        case "minute":
            found = book.minutes.end()
            rows = zip(found.slot.tolist(), found.low.tolist(), found.high.tolist(), strict=True)
            return {slot: (low, high) for slot, low, high in rows}
    return None


def columns(ticks: Sequence[Step]) -> tuple[Any, Any, Any, Any]:
    return (
        np.array([each.number for each in ticks], np.int32),
        np.arange(len(ticks), dtype=np.int64),
        np.array([each.bid for each in ticks], np.int64),
        np.array([each.ask for each in ticks], np.int64),
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a book and the oracle part."""

    at: int
    step: Step
    book: Any
    oracle: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What the oracle said to a step, and what it stands at afterwards, by slot."""

    said: Any
    values: dict[int, list[int | None]]
    bounds: dict[int, tuple[tuple[int | None, int | None], ...]]


def answers(steps: Sequence[Step]) -> list[Answer]:
    oracle = Oracle(DIGITS, CEILING)
    found = []
    for step in steps:
        said = played(oracle, step)
        accounts = oracle.accounts.items()
        found.append(
            Answer(
                said,
                {slot: oracle.values(slot) for slot, _ in accounts},
                {slot: tuple((e.low, e.high) for e in each.sums) for slot, each in accounts},
            )
        )
    return found


def first_difference(
    book: Book, steps: Sequence[Step], wanted: Sequence[Answer], *, seed: int
) -> Difference | None:
    """Plays the steps to the book, ticks in batches drawn from the seed.

    Raises whatever the book raises.
    """
    draw = random.Random(seed)
    at = 0
    while at < len(steps):
        if steps[at].what == "tick":
            end = at + 1
            while end < len(steps) and steps[end].what == "tick" and draw.random() < 0.8:
                end += 1
            last = next((i for i in range(at, end) if wanted[i].said), end - 1)
            found: Any = book.run(*columns(steps[at:end]))
            said: Any = (last - at + 1, tuple(sorted(wanted[last].said)))
        else:
            last = at
            found, said = told(book, steps[at]), wanted[at].said
            if steps[at].what == "minute":
                said = {slot: said[slot] for slot in book.minutes.watched() if slot in said}
        if found != said:
            return Difference(last, steps[last], found, said)
        for slot, values in wanted[last].values.items():
            standing = [book.value(slot, place) for place in range(len(values))]
            if standing != values:
                return Difference(last, steps[last], standing, values)
            if book.bounds(slot) != wanted[last].bounds[slot]:
                return Difference(last, steps[last], book.bounds(slot), wanted[last].bounds[slot])
        at = last + 1
    return None


def prepared(seed: int, ticks: int = 300, accounts: int = 5) -> tuple[list[Step], list[Answer]]:
    steps = with_bounds(draw_steps(seed, ticks, accounts), seed)
    return steps, answers(steps)
