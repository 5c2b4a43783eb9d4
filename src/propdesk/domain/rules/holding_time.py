"""Short holding (RULES T11): trades closed too soon, one by one or as a habit."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from propdesk.domain.exact import ZERO
from propdesk.domain.judging import Figure, Judge, Objective, Violation, Violations
from propdesk.domain.rules.trade_filter import held_seconds
from propdesk.domain.situation import DayRecord, Situation, Trade
from propdesk.domain.terms import Comparison, RuleTerms, TermsError

Measure: TypeAlias = Literal["each", "mean", "share_of_trades", "share_of_profit"]
Short: TypeAlias = Literal["below", "up_to"]


@dataclass(frozen=True, kw_only=True)
class HoldingTime(RuleTerms):
    """Trades must be held for a while."""

    rule: Literal["holding_time"] = "holding_time"
    measure: Measure
    """``each``: every trade for itself; ``mean``: the average of all trades;
    ``share_of_trades``: how many trades were short; ``share_of_profit``: how much of the winning
    trades' profit came from short ones."""
    seconds: int
    """The shortest time in order."""
    short: Short = "below"
    """``below``: exactly so many seconds is in order; ``up_to``: it is still too short."""
    percent: Decimal | None = None
    """The largest share of short trades, or of profit from them."""
    comparison: Comparison = "cross"
    """``touch``: reaching the share breaks the rule; ``cross``: only exceeding it does."""
    trades_min: int = 1
    """With fewer trades a habit is not judged."""
    judged: Literal["at_payout", "day_end"] = "at_payout"
    """A habit either keeps a payout or pass waiting, or is a violation at the day's end."""
    blocks: Literal["pass", "payout", "both"] = "payout"
    """What waits for it, where it is judged at the payout."""

    def __post_init__(self) -> None:
        shares = self.measure in {"share_of_trades", "share_of_profit"}
        if shares != (self.percent is not None):
            raise TermsError(f"{self.measure!r} {'needs' if shares else 'has no'} 'percent'")
        if self.seconds < 1 or self.trades_min < 1:
            raise TermsError("a holding time and a number of trades are at least 1")
        if self.measure == "each" and self.trades_min > 1:
            raise TermsError("'trades_min' means nothing where every trade is judged")

    def sentence(self, size: Decimal | None = None) -> str:
        del size
        least = "at least" if self.short == "below" else "more than"
        if self.measure == "each":
            return f"Hold every trade {least} {self.seconds} seconds."
        if self.percent is None:
            said = f"Hold trades {least} {self.seconds} seconds on average"
        else:
            most = "Less than" if self.comparison == "touch" else "At most"
            under = "under" if self.short == "below" else "at most"
            what = "the profit of winning trades may come from trades"
            if self.measure == "share_of_trades":
                what = "trades may be"
            said = f"{most} {self.percent:f} % of {what} held {under} {self.seconds} s"
        judged = "" if self.trades_min == 1 else f", judged from {self.trades_min} trades on"
        return f"{said}{judged}."

    def formula(self) -> str:
        return "held = closed − opened"


def is_short(held: Fraction, seconds: int, short: Short = "below") -> bool:
    """Whether a time is too short."""
    return held < seconds if short == "below" else held <= seconds


class HoldingTimeJudge(Judge[HoldingTime]):
    """Keeps sums of all trades. A position closed in parts counts each part from its opening."""

    def __init__(self, terms: HoldingTime, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.count = self.short_count = 0
        self.seconds = Fraction(0)
        self.won = self.won_short = ZERO
        self.standing = False

    def on_closed(self, trade: Trade) -> Violations:
        held = held_seconds(trade)
        short = is_short(held, self.terms.seconds, self.terms.short)
        win = max(ZERO, trade.net)
        self.count += 1
        self.seconds += held
        self.won += win
        if short:
            self.short_count += 1
            self.won_short += win
        if self.terms.measure != "each" or not short:
            return ()
        return (
            Violation(
                observed=held,
                limit=self.terms.seconds,
                comparison=self._comparison(),
                detail={"trade": trade.id, "symbol": trade.symbol},
                trades=(trade,),
            ),
        )

    def on_day_end(self, record: DayRecord) -> Violations:
        del record
        if self.terms.judged != "day_end" or self.terms.measure == "each":
            return ()
        broken = self.broken()
        said, self.standing = self.standing, broken
        if not broken or said:
            return ()
        return (
            Violation(
                observed=self.observed(),
                limit=self._limit(),
                comparison=self._comparison(),
                detail={"measure": self.terms.measure, "trades": str(self.count)},
            ),
        )

    def observed(self) -> Fraction | None:
        """The mean time in seconds or the short trades' share; None while there is none."""
        if self.terms.measure == "share_of_profit":
            return Fraction(self.won_short) / Fraction(self.won) if self.won else None
        if not self.count:
            return None
        if self.terms.measure == "share_of_trades":
            return Fraction(self.short_count, self.count)
        return self.seconds / self.count

    def broken(self) -> bool:
        """Whether the habit of all trades so far breaks the rule."""
        observed = self.observed()
        if observed is None or self.count < self.terms.trades_min:
            return False
        if self.terms.percent is None:
            return is_short(observed, self.terms.seconds, self.terms.short)
        limit = Fraction(self.terms.percent) / 100
        return observed >= limit if self.terms.comparison == "touch" else observed > limit

    def objective(self) -> Objective | None:
        if self.terms.measure == "each" or self.terms.judged == "day_end":
            return None
        figures: dict[str, Figure | str | bool | None] = {
            "trades": self.count,
            "short_trades": self.short_count,
            "short_profit": self.won_short,
        }
        return Objective(
            rule=self.terms.name,
            required=self._limit(),
            current=self.observed(),
            met=not self.broken(),
            figures=figures,
            blocks="payout" if self.situation.stage == "funded" else self.terms.blocks,
        )

    def _comparison(self) -> Comparison:
        """A share has its own; a time is broken at the limit only where that is too short."""
        if self.terms.percent is not None:
            return self.terms.comparison
        return "cross" if self.terms.short == "below" else "touch"

    def _limit(self) -> Figure:
        percent = self.terms.percent
        return self.terms.seconds if percent is None else Fraction(percent) / 100
