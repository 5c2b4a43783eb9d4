"""A rulebook as values: clock, accounting, phases with their rules, payout and scaling terms.

Made from a file by the wire (pydantic validates these very dataclasses), judged by the
evaluator. Nothing here has a quiet default that moves money: what a firm must decide is required.
"""

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from propdesk.domain.clock import DayClock, SnapshotWindow
from propdesk.domain.exact import ZERO
from propdesk.domain.terms import RuleTerms, Terms, TermsError

DayProfit: TypeAlias = Literal["close_day", "open_day", "balance_delta", "equity_delta"]
ExcludedPnl: TypeAlias = Literal["bonuses", "refunds", "fees"]
PlatformName: TypeAlias = Literal["mt4", "mt5", "ctrader", "futures", "exact"]
Market: TypeAlias = Literal["cfd", "futures", "crypto"]


@dataclass(frozen=True, kw_only=True)
class Clock(Terms):
    """When a trading day ends."""

    zone: str
    """IANA zone, or ``server`` (New York + 7 hours)."""
    reset: time
    """Wall time of the reset in that zone."""
    label: Literal["start", "end"] = "start"
    """Whether a day bears the date it starts or the date it ends on."""
    session_end: time | None = None
    """Futures: wall time at which the session closes, where it is not the reset. What is booked
    between the two belongs to the day that ended; ``flat_by`` can forbid to be in the market."""
    snapshot_window: SnapshotWindow | None = None
    """Where the firm names no moment at which it takes the figures a day starts with. Within the
    window, and after it where they differed, the anchor of a daily loss limit and the mark of a
    day's end are spans; a verdict that hangs on which value was taken is *unknown*. None: they
    are taken at the reset."""
    merged_dates: tuple[date, ...] = ()
    """Dates (labels) whose early close merges into the next session."""
    half_days: tuple[date, ...] = ()
    """Dates (labels) that are half-days: they count for no activity day."""

    def day_clock(self) -> DayClock:
        return DayClock(
            zone_name=self.zone,
            reset=self.reset,
            label_end=self.label == "end",
            merged_dates=frozenset(self.merged_dates),
            snapshot_window=self.snapshot_window,
            session_end=None if self.session_end == self.reset else self.session_end,
        )


@dataclass(frozen=True, kw_only=True)
class Accounting(Terms):
    """What equity and a day's profit are."""

    platform: PlatformName = "mt5"
    """Rounding stage, ties and conversion side of this platform."""
    balance_origin: Literal["initial", "zero"] = "initial"
    """``zero``: the account starts at 0 and its floors are negative."""
    floating_in_equity: bool = True
    """Open profit is part of equity."""
    commission_in_equity: bool = True
    """The commission of an open position is part of equity, even where the platform books it
    only at the close; false: it counts once the position is closed."""
    swap_in_equity: bool = True
    """The swap booked for an open position is part of equity; false: once it is closed."""
    fees_in_equity: bool = True
    """The fees of an open position are part of equity; false: once it is closed."""
    slippage_in_equity: bool = True
    """Open profit counts from the price of the fill; false: from the price its order asked for,
    which must be in the log, until the position is closed."""
    day_profit: DayProfit = "close_day"
    """To which day a profit belongs."""
    excluded_pnl: tuple[ExcludedPnl, ...] = ("bonuses",)
    """Money that never counts as profit."""
    payouts: Literal["lower_balance", "leave_balance"] = "lower_balance"
    """What a paid payout does to the balance; ``leave_balance``: the firm pays beside the account,
    and limits, anchors and peaks see no money move."""
    equity_source: Literal["computed", "reported"] = "computed"
    """``reported``: rules read the equity the platform reports."""

    def __post_init__(self) -> None:
        if self.equity_source == "reported" and not self.every_part_in_equity:
            raise TermsError("equity that the platform reports has every part: leave none out")

    @property
    def every_cost_in_equity(self) -> bool:
        """Whether no booked cost of an open position is left out."""
        return self.commission_in_equity and self.swap_in_equity and self.fees_in_equity

    @property
    def every_part_in_equity(self) -> bool:
        """Whether equity is what the platform calls so."""
        return self.floating_in_equity and self.every_cost_in_equity and self.slippage_in_equity


@dataclass(frozen=True, kw_only=True)
class SizeOffer(Terms):
    """An account size on sale."""

    size: Decimal
    """The account's initial balance."""
    price: Decimal | None = None
    """The fee, in the rulebook's currency."""


@dataclass(frozen=True, kw_only=True)
class Promotion(Terms):
    """How a phase ends well."""

    moment: Literal["at_once", "after_day_reset", "after_manual_review"] = "at_once"
    """When the phase counts as passed once every objective is met."""
    flat_required: bool = True
    """Positions must be closed before the phase is passed."""
    next_balance: Literal["initial", "carry", "sum_capped_at_largest"] = "initial"
    """Balance of the account of the next phase."""
    activation_days: int | None = None
    """Calendar days after the day of the pass within which the next phase must be activated; the
    last of them still counts. None: no deadline."""
    source: str = ""
    """Address of the page the values were read from."""
    read_on: str = ""
    """The date they were read."""

    def __post_init__(self) -> None:
        if self.activation_days is not None and self.activation_days < 1:
            raise TermsError("'activation_days' must be at least 1; leave it out for no deadline")


@dataclass(frozen=True, kw_only=True)
class Phase(Terms):
    """One stage with its own copy of every rule."""

    name: str
    """The firm's word for it, in lower case."""
    stage: Literal["evaluation", "funded"] = "evaluation"
    """Whether it is an evaluation or a funded stage."""
    rules: tuple[RuleTerms, ...] = ()
    promotion: Promotion = field(default_factory=Promotion)
    """How the phase ends well."""
    payout: Any = None  # PayoutTerms, parsed by the wire; Any keeps the modules acyclic
    """When a payout may be asked for, how much it may be and what it leaves."""
    scaling: Any = None
    """When the account grows, and to what size."""
    accounting: Accounting | None = None
    """Replaces the rulebook's accounting in this phase."""


@dataclass(frozen=True, kw_only=True)
class Rulebook(Terms):
    """A firm's programme, one version of it."""

    name: str
    """``firm-programme`` in lower case, the same in every version."""
    version: str
    """The firm's own numbering; accounts are pinned to it."""
    effective_from: date
    """From this date on purchases get this version."""
    currency: str
    """Currency of prices and of fixed sums."""
    clock: Clock
    """When a trading day ends."""
    phases: tuple[Phase, ...]
    """The stages in their order."""
    sizes: tuple[SizeOffer, ...] = ()
    """The account sizes on sale."""
    title: str = ""
    """What a person reads."""
    style_of: str = ""
    """The firm after which the preset is modelled; it claims no endorsement. Empty: none."""
    note: str = ""
    """What a person must know before using it."""
    markets: tuple[Market, ...] = ()
    """What it trades, for the catalogue; empty: futures on a futures platform, else CFDs."""
    accounting: Accounting = field(default_factory=Accounting)
    """What equity and a day's profit are."""
    add_ons: dict[str, Any] = field(default_factory=dict)
    applies_by: Literal["purchase", "account_creation", "next_phase", "next_payout_cycle"] = (
        "purchase"
    )
    """Which moment decides whether an account gets this version."""
    deposit_tolerance: Decimal = ZERO
    """How far a first deposit may differ from the size."""

    @property
    def traded(self) -> tuple[Market, ...]:
        """What it trades, said or by its platform."""
        if self.markets:
            return self.markets
        return ("futures",) if self.accounting.platform == "futures" else ("cfd",)

    def phase(self, name: str) -> Phase:
        """The phase called ``name``. Raises ``KeyError`` with the names there are."""
        for each in self.phases:
            if each.name == name:
                return each
        raise KeyError(f"no phase {name!r}; there are {', '.join(p.name for p in self.phases)}")
