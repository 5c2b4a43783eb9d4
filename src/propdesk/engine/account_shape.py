"""What the kernel must watch for one account: its arming as sums and terms of integers.

Bounds are exact: equity at or below an exact level is equity at or below the level's floor. Where
integers cannot say it (a balance of broken minor units, a position without a form, too many parts)
the account is exposed: asked at every tick of its symbols, which costs time and never a verdict.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from propdesk.domain.account import Account
from propdesk.domain.exact import ZERO
from propdesk.domain.judging import Calm
from propdesk.domain.situation import Span
from propdesk.domain.unattended import Arming, Seen
from propdesk.domain.values import value
from propdesk.domain.worth import Holding
from propdesk.engine.book import Book
from propdesk.engine.fixed_point import LinearForm, NoForm, linear_form
from propdesk.engine.layout import SUMS_OF_A_TERM_MAX
from propdesk.engine.market import Instruments
from propdesk.engine.shapes import AccountShape, Bounds, Settled, SumShape, TermShape, Trail
from propdesk.engine.shapes import Seen as SeenOfRow


@value(frozen=True, slots=True)
class Watched:
    """A shape with the names of its terms: position ids in the order of the terms.

    ``parts_from`` is the place of the first part among the sums; those before are of equity.
    """

    shape: AccountShape
    positions: tuple[str, ...]
    parts_from: int
    holdings: tuple[Holding, ...]
    """What the terms were made for."""
    rescales: int
    """The book's when they were made."""

    @property
    def bounds(self) -> tuple[Bounds, ...]:
        return tuple(each.bounds for each in self.shape.sums)

    def terms(self) -> dict[int, TermShape]:
        """By the identity of what they were made for: a changed position is another holding."""
        return {
            id(holding): term for holding, term in zip(self.holdings, self.shape.terms, strict=True)
        }


def watched(
    account: Account,
    arming: Arming,
    instruments: Instruments,
    book: Book,
    before: Watched | None = None,
) -> Watched:
    """The account's shape. Equity is its first sum. Terms that were made ``before`` are kept, as
    long as the points they are in are."""
    made = {} if before is None or before.rescales != book.rescales else before.terms()
    unit = account.situation.digits
    base = account.base.scaleb(unit)
    whole = base == base.to_integral_value()
    equity = [SumShape(int(base), _bounds(arming.low, arming.high, unit), minutes=True)]
    equity += [SumShape(int(base), _trailing(each, unit)) for each in arming.trails]
    parts = [SumShape(0, _bounds(each.low, each.high, unit)) for each in arming.parts]
    of_position: dict[str, list[int]] = {}
    for place, part in enumerate(arming.parts, start=len(equity)):
        for name in part.positions:
            of_position.setdefault(name, []).append(place)
    own = tuple(range(len(equity))) if arming.priced else ()
    exposed = arming.always or not whole
    terms: list[TermShape] = []
    positions: list[str] = []
    holdings: list[Holding] = []
    for name, holding in account.worth.holdings.items():
        parts_of_it = of_position.get(name)
        sums = own if parts_of_it is None else (*own, *parts_of_it)
        exposed = exposed or len(sums) > SUMS_OF_A_TERM_MAX
        if not sums:
            continue
        positions.append(name)
        holdings.append(holding)
        sums, term = sums[:SUMS_OF_A_TERM_MAX], made.get(id(holding))
        if term is None or term.form is None:
            term = _term(holding, account, instruments, book, sums)
        elif term.sums != sums:
            term = TermShape(term.form, term.instrument, term.rate, sums)
        terms.append(term)
    shape = AccountShape((*equity, *parts), tuple(terms), exposed)
    return Watched(shape, tuple(positions), len(equity), tuple(holdings), book.rescales)


def _term(
    holding: Holding,
    account: Account,
    instruments: Instruments,
    book: Book,
    sums: tuple[int, ...],
) -> TermShape:
    number = instruments.number_of(holding.symbol)
    conversion = holding.conversion
    own = conversion is None or conversion.symbol == holding.symbol
    rate = None if own or conversion is None else instruments.number_of(conversion.symbol)
    digits, ceiling = book.digits(number), book.ceiling(number)
    rate_digits, rate_ceiling = (0, 0) if rate is None else (book.digits(rate), book.ceiling(rate))
    opened = account.worth.opened(holding.position)
    form: LinearForm | NoForm = NoForm.ENDLESS
    if opened is not None:
        form = linear_form(
            account.catalogue.get(holding.position.symbol),
            holding.position.side,
            holding.lots,
            opened,
            account_currency=account.worth.currency,
            arithmetic=account.worth.arithmetic,
            conversion=conversion,
            price_digits=digits,
            price_ceiling=ceiling,
            rate_digits=rate_digits,
            rate_ceiling=rate_ceiling,
        )
    formed = form if isinstance(form, LinearForm) else None
    return TermShape(formed, number, rate, sums)


def _bounds(low: Decimal | None, high: Decimal | None, unit: int) -> Bounds:
    return Bounds(
        None if low is None else _down(low, unit), None if high is None else _up(high, unit)
    )


def _trailing(calm: Calm, unit: int) -> Bounds:
    low = None if calm.low is None else _down(calm.low, unit)
    trail = calm.trail
    if trail is None or trail.gap is None:
        return Bounds(low)
    # The bound is the floor of (mark - gap); marks are whole, so it is mark - ceiling of the gap.
    cap = None if trail.cap is None else _up(trail.cap, unit)
    return Bounds(low, None, Trail(_down(trail.peak, unit), _up(trail.gap, unit), cap))


def _down(amount: Decimal, unit: int) -> int:
    return int(amount.scaleb(unit).to_integral_value(ROUND_FLOOR))


def _up(amount: Decimal, unit: int) -> int:
    return int(amount.scaleb(unit).to_integral_value(ROUND_CEILING))


def same_terms(new: Watched, old: Watched) -> bool:
    """Whether only bounds differ."""
    return (
        new.shape.terms == old.shape.terms
        and new.shape.exposed == old.shape.exposed
        and [each.base for each in new.shape.sums] == [each.base for each in old.shape.sums]
    )


def seen_of(settled: Settled, shape: Watched, digits: int) -> Seen:
    """What the book saw, as money."""
    equity = _span(settled.sums[0], digits)
    parts = [_span(each, digits) or Span(ZERO, ZERO) for each in settled.sums[shape.parts_from :]]
    worst = {
        name: Decimal(term.low).scaleb(-digits)
        for name, term in zip(shape.positions, settled.terms, strict=True)
        if term.low is not None
    }
    return Seen(equity, parts, worst)


def _span(seen: SeenOfRow, digits: int) -> Span | None:
    if seen.low is None or seen.high is None:
        return None
    return Span(Decimal(seen.low).scaleb(-digits), Decimal(seen.high).scaleb(-digits))
