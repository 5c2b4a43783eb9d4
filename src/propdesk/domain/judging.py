"""What a rule says: the words between a judge and the evaluator.

A *judge* is one rule watching one account. It reads the situation and answers with violations,
a limit line or an objective. It never changes anything but its own memory, and it never decides
what a violation costs: effects are terms, applied in one place (``consequences``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Generic, Literal, TypeAlias, TypeVar

from propdesk.domain.events import (
    AccountReported,
    BalanceAdjusted,
    DayReported,
    Deal,
    GroupFormed,
    NewsScheduled,
    OrderSeen,
    PayoutMoved,
    Scaled,
    SessionSeen,
    StateReported,
    StopSet,
)
from propdesk.domain.peers import Stretch
from propdesk.domain.situation import DayRecord, Situation, Span, Trade
from propdesk.domain.terms import Comparison, Effect, RuleTerms
from propdesk.domain.values import value

if TYPE_CHECKING:
    from propdesk.domain.foretold import Foretold

TermsT = TypeVar("TermsT", bound=RuleTerms)
Certainty: TypeAlias = Literal["proven", "possible", "unknown"]
Figure: TypeAlias = Decimal | Fraction | int


@value(frozen=True, slots=True)
class Violation:
    """A rule is broken (proven), may be (possible: the span straddles it) or cannot be judged.

    ``observed`` and ``limit`` are exact and unrounded, in the unit of the rule.
    ``detail`` names trades, positions, symbols and figures for the evidence.
    ``effects`` replaces the terms' own, where the rule itself decides (a warning step).
    """

    observed: Figure | None
    limit: Figure | None
    comparison: Comparison = "touch"
    certainty: Certainty = "proven"
    detail: Mapping[str, str] = field(default_factory=dict)
    effects: tuple[Effect, ...] | None = None
    trades: tuple[Trade, ...] = ()
    excess: Decimal | None = None  # profit beyond a cap, for profit_adjust


@value(frozen=True, slots=True)
class LimitLine:
    """A limit as the trader sees it now. Exact figures; ``room`` is what may still be lost.

    Where base and floor are known only as spans they are the lowest there may be, and the room
    is that to the highest floor.
    """

    rule: str
    base: Figure
    allowance: Figure
    floor: Figure
    room: Figure | None
    comparison: Comparison
    locked: bool = False
    peak: Figure | None = None


@value(frozen=True, slots=True)
class Objective:
    """Something to be reached before the phase is passed or a payout due."""

    rule: str
    required: Figure | str
    current: Figure | str | None
    met: bool | None  # None: cannot be known
    figures: Mapping[str, Figure | str | bool | None] = field(default_factory=dict)
    blocks: Literal["pass", "payout", "both"] = "both"


@value(frozen=True, slots=True)
class Trail:
    """A mark that follows equity up. Above ``peak`` a rule says nothing: it remembers the new
    peak, and where there is a ``gap`` its lower bound rises with it, to ``min(peak, cap) - gap``.
    """

    peak: Decimal
    gap: Decimal | None = None
    cap: Decimal | None = None

    def reaches(self, level: Decimal) -> Decimal | None:
        """The equity at which the bound has risen to ``level``; None where it never does."""
        if self.gap is None or (self.cap is not None and self.cap - self.gap < level):
            return None
        return level + self.gap


def lowest(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    """The lower of two bounds; None is no bound."""
    if first is None or second is None:
        return second if first is None else first
    return min(first, second)


@value(frozen=True, slots=True)
class Calm:
    """The open interval of equity in which ``on_mark`` has nothing to say. None: unbounded.

    Beyond the peak of a ``trail`` it has something to remember: whoever does not ask it there
    must tell it later how high equity was (``catch_up``).
    """

    low: Decimal | None = None
    high: Decimal | None = None
    trail: Trail | None = None


ALWAYS_CALM = Calm()


@value(frozen=True, slots=True)
class PartCalm:
    """The open interval of the floating profit of some positions in which nothing can be said."""

    positions: tuple[str, ...]
    low: Decimal | None = None
    high: Decimal | None = None


@value(frozen=True, slots=True)
class Watches:
    """All that must be watched for one rule: equity, and the profit of parts of what is open.

    ``catch_up`` is told the extremes of the parts in this order.
    """

    equity: Calm = ALWAYS_CALM
    parts: tuple[PartCalm, ...] = ()


Violations: TypeAlias = Iterable[Violation]


class Judge(Generic[TermsT]):
    """One rule watching one account. Override what concerns the rule; the rest stays silent."""

    watches_marks = False
    """Whether ``on_mark`` must be asked whenever equity or balance may have left ``calm()``."""
    looks_at_parts = False
    """Whether a part of what is open may break it while equity as a whole is not known."""
    goal_by_equity = False
    """Whether a quote alone may meet the objective."""

    hears: frozenset[str] = frozenset()
    """The names of the methods a rule overrides: it has nothing to say to any other."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.hears = frozenset(
            name
            for name, silent in vars(Judge).items()
            if callable(silent) and getattr(cls, name) is not silent
        )

    def __init__(self, terms: TermsT, situation: Situation) -> None:
        self.terms = terms
        self.situation = situation

    def concerns(self, symbol: str) -> bool:
        """Whether the rule is about this symbol, by its own name or by the catalogue's."""
        applies = self.terms.applies_to
        if applies.whole_account:
            return True
        instrument = self.situation.catalogue.find(symbol)
        if instrument is None:
            return applies.covers((symbol,), "")
        return applies.covers((symbol, instrument.symbol), instrument.asset_class)

    # -- the account and its clock
    def on_start(self) -> Violations:
        """The account is open, the first day has begun."""
        return ()

    def on_day_start(self) -> Violations:
        """``situation.day`` is new: anchors are set here. Limits are tested again after it."""
        return ()

    def on_day_end(self, record: DayRecord) -> Violations:  # noqa: ARG002
        """A trading day is complete. ``situation.day`` is still the old one."""
        return ()

    def on_time(self) -> Violations:
        """Called at the moment ``timer()`` named, and with every event after it."""
        return ()

    def on_mark(self) -> Violations:
        """Equity, balance or floating profit changed."""
        return ()

    # -- what happened
    def on_deal(self, deal: Deal) -> Violations:  # noqa: ARG002
        """A fill was applied; ``situation.positions`` is already the new state."""
        return ()

    def on_opened(self, deal: Deal) -> Violations:  # noqa: ARG002
        """The fill opened or enlarged a position."""
        return ()

    def on_closed(self, trade: Trade) -> Violations:  # noqa: ARG002
        """A round trip (or part of one) ended, or was reported."""
        return ()

    def on_order(self, order: OrderSeen) -> Violations:  # noqa: ARG002
        return ()

    def on_stop(self, stop: StopSet) -> Violations:  # noqa: ARG002
        return ()

    def on_adjusted(self, event: BalanceAdjusted) -> Violations:  # noqa: ARG002
        return ()

    def on_payout(self, event: PayoutMoved) -> Violations:  # noqa: ARG002
        """A payout was paid; the balance is already lower."""
        return ()

    def on_scaled(self, event: Scaled) -> Violations:  # noqa: ARG002
        return ()

    def on_state(self, event: StateReported) -> Violations:  # noqa: ARG002
        return ()

    def on_reported(self, event: AccountReported) -> Violations:  # noqa: ARG002
        """The platform said what the account is worth."""
        return ()

    def on_day_reported(self, event: DayReported) -> Violations:  # noqa: ARG002
        return ()

    def on_news(self, event: NewsScheduled) -> Violations:  # noqa: ARG002
        return ()

    def on_session(self, event: SessionSeen) -> Violations:  # noqa: ARG002
        return ()

    def on_group(self, event: GroupFormed) -> Violations:  # noqa: ARG002
        return ()

    def on_peer(self, began: Sequence[Stretch]) -> Violations:  # noqa: ARG002
        """Something happened to an account judged together with this one; ``began``: the
        positions it opened or reported with it."""
        return ()

    def cleared(self) -> bool:
        """Whether all it could not know of other accounts is known by now."""
        return False

    # -- what it shows
    def calm(self) -> Calm:
        """Equity bounds between which ``on_mark`` stays silent and remembers nothing."""
        return ALWAYS_CALM

    def watches(self) -> Watches:
        """What a rule needs watched that looks at parts of what is open; else its ``calm``."""
        return Watches(self.calm())

    def foretell(self) -> "Foretold | Literal['nothing', 'unsure']":
        """What ``on_mark`` will say of an equity until something but prices changes.

        ``nothing``: whatever equity is, as long as the parts of ``watches`` are within their
        bounds. ``unsure``: it cannot be told beforehand.
        """
        silent = type(self).on_mark is Judge.on_mark
        return "nothing" if silent else "unsure"

    def catch_up(self, equity: Span, parts: Sequence[Span]) -> None:
        """Between which values equity and the parts of ``watches`` moved, unasked, since then.

        Only what lies inside the bounds that were named, or beyond a trail's peak.
        """

    def timer(self) -> int | None:
        """The next moment at which ``on_time`` must be asked."""
        return None

    def ends_at(self) -> int | None:
        """When it would speak by time alone, were nothing done from now on; None: never, or not
        known. It only moves on: whatever is done makes it later."""
        return None

    def limit(self) -> LimitLine | None:
        return None

    def objective(self) -> Objective | None:
        return None
