"""Hedging (RULES T11): opposite positions in one product, in one account or among an owner's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from propdesk.domain.events import Deal, GroupFormed, Side
from propdesk.domain.instruments import Catalogue
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.situation import DayRecord, Situation, Trade
from propdesk.domain.terms import RuleTerms, TermsError


@dataclass(frozen=True, kw_only=True)
class Hedging(RuleTerms):
    """Being long and short of one product at the same time; any overlap counts."""

    rule: Literal["hedging"] = "hedging"
    same_account: Literal["allowed", "banned", "banned_overnight"] = "allowed"
    """Within one account; ``banned_overnight``: only while the trading day turns."""
    cross_account: Literal["allowed", "banned"] = "allowed"
    """Among the accounts of one owner, household or ring."""
    evaluations_exempt: bool = False
    """Accounts that are all in evaluation may hedge each other."""
    correlated: bool = True
    """A micro and its full contract are one product, and so are ``products``."""
    products: tuple[tuple[str, ...], ...] = ()
    """Symbols that move together, such as ``[ES, MES, NQ, YM]``."""

    def __post_init__(self) -> None:
        if self.same_account == "allowed" and self.cross_account == "allowed":
            raise TermsError("a hedging rule needs 'same_account' or 'cross_account' to ban one")
        if self.products and not self.correlated:
            raise TermsError("'products' means nothing where correlated is false")

    def sentence(self, size: Decimal | None = None) -> str:
        del size
        what = "one product or correlated ones" if self.correlated else "one instrument"
        parts = []
        if self.same_account != "allowed":
            when = " overnight" if self.same_account == "banned_overnight" else ""
            parts.append(f"No long and short of {what} in one account{when}.")
        if self.cross_account == "banned":
            exempt = " unless all are evaluations" if self.evaluations_exempt else ""
            parts.append(f"No long and short of {what} among one owner's accounts{exempt}.")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A position as an interval in one account; ``closed_at`` is None while it is open."""

    account: str
    symbol: str
    side: Side
    opened_at: int
    closed_at: int | None = None
    position: str = ""


def product_of(symbol: str, terms: Hedging, catalogue: Catalogue | None = None) -> str:
    """The product a symbol belongs to; the symbol itself where it stands alone."""
    instrument = None if catalogue is None else catalogue.find(symbol)
    own = symbol if instrument is None else instrument.symbol
    if not terms.correlated:
        return own
    family = own if instrument is None or instrument.correlated is None else instrument.correlated
    for names in terms.products:
        if {symbol, own, family} & set(names):
            return names[0]
    return family


def overlap(first: Stretch, second: Stretch) -> bool:
    """Whether both were open at one moment; one that opens as the other closes was not."""
    return (first.closed_at is None or second.opened_at < first.closed_at) and (
        second.closed_at is None or first.opened_at < second.closed_at
    )


def hedged(
    first: Stretch, second: Stretch, terms: Hedging, catalogue: Catalogue | None = None
) -> bool:
    """Whether two positions hedge each other, whoever holds them."""
    return (
        first.side != second.side
        and overlap(first, second)
        and product_of(first.symbol, terms, catalogue)
        == product_of(second.symbol, terms, catalogue)
    )


def stages_of(group: GroupFormed) -> Mapping[str, str]:
    """The stage of each account of a group, as far as the group tells it."""
    return dict(zip(group.accounts, group.stages, strict=False))


def cross_account_hedges(
    stretches: Iterable[Stretch],
    stages: Mapping[str, str],
    terms: Hedging,
    catalogue: Catalogue | None = None,
) -> list[tuple[Stretch, Stretch]]:
    """Every banned pair among the accounts of a group, by opening time.

    ``stages`` names the accounts of the group; one without a stage is not taken for an
    evaluation, so that what is not known exempts nobody.
    """
    if terms.cross_account == "allowed":
        return []
    ordered: Sequence[Stretch] = sorted(
        (each for each in stretches if each.account in stages),
        key=lambda each: (each.opened_at, each.account, each.position),
    )
    found = []
    for number, first in enumerate(ordered):
        for second in ordered[number + 1 :]:
            if first.account == second.account or not hedged(first, second, terms, catalogue):
                continue
            both = {stages[first.account], stages[second.account]}
            if not (terms.evaluations_exempt and both == {"evaluation"}):
                found.append((first, second))
    return found


class HedgingJudge(Judge[Hedging]):
    """Watches one account. Of its owner's other accounts it sees nothing, and says so."""

    def __init__(self, terms: Hedging, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.said: set[tuple[str, ...]] = set()
        self.reported: list[tuple[Stretch, Trade]] = []
        self.seen: set[str] = set()

    def on_opened(self, deal: Deal) -> Violations:
        self.seen.add(deal.position or deal.symbol)
        return self._opposites() if self.terms.same_account == "banned" else ()

    def on_day_end(self, record: DayRecord) -> Violations:
        del record
        return self._opposites() if self.terms.same_account == "banned_overnight" else ()

    def on_closed(self, trade: Trade) -> Violations:
        if trade.position in self.seen or self.terms.same_account == "allowed":
            return ()
        mine = Stretch("", trade.symbol, trade.side, trade.opened_at, trade.closed_at, trade.id)
        others = self._reported_beside(mine)
        self.reported.append((mine, trade))
        for stretch, other in others:
            if not hedged(mine, stretch, self.terms, self.situation.catalogue):
                continue
            if self.terms.same_account == "banned_overnight" and not self._overnight(mine, stretch):
                continue
            return [self._violation((mine, stretch), (trade, other))]
        return ()

    def on_group(self, event: GroupFormed) -> Violations:
        own = self.situation.account
        others = [each for each in event.accounts if each != own]
        if self.terms.cross_account == "allowed" or own not in event.accounts or not others:
            return ()
        stages = {stages_of(event).get(each, "") for each in event.accounts}
        if self.terms.evaluations_exempt and stages == {"evaluation"}:
            return ()
        detail = {
            "accounts": ", ".join(others),
            "reason": "the positions of the owner's other accounts are not part of this history",
        }
        return [Violation(None, None, certainty="unknown", detail=detail)]

    def _opposites(self) -> list[Violation]:
        positions = [
            Stretch("", each.symbol, each.side, each.opened_at, None, each.id)
            for each in self.situation.positions.values()
            if self._covers(each.symbol)
        ]
        found = []
        for number, first in enumerate(positions):
            for second in positions[number + 1 :]:
                pair = tuple(
                    sorted(f"{each.position}@{each.opened_at}" for each in (first, second))
                )
                if pair in self.said or not hedged(
                    first, second, self.terms, self.situation.catalogue
                ):
                    continue
                self.said.add(pair)
                found.append(self._violation((first, second), ()))
        return found

    def _reported_beside(self, mine: Stretch) -> list[tuple[Stretch, Trade]]:
        """Reported trades come in the order of their closes: look back while they overlap."""
        found = []
        for each in reversed(self.reported):
            closed = each[0].closed_at
            if closed is not None and closed <= mine.opened_at:
                break
            found.append(each)
        return found

    def _overnight(self, first: Stretch, second: Stretch) -> bool:
        """Whether a day turned while both were open."""
        since = max(first.opened_at, second.opened_at)
        ends = [each.closed_at for each in (first, second) if each.closed_at is not None]
        return not ends or self.situation.clock.day_of(since).end <= min(ends)

    def _violation(self, pair: tuple[Stretch, Stretch], trades: tuple[Trade, ...]) -> Violation:
        detail = {
            "positions": ", ".join(each.position for each in pair),
            "symbols": ", ".join(each.symbol for each in pair),
        }
        return Violation(None, None, detail=detail, trades=trades)

    def _covers(self, symbol: str) -> bool:
        instrument = self.situation.catalogue.find(symbol)
        asset_class = "" if instrument is None else instrument.asset_class
        return self.terms.applies_to.covers(symbol, asset_class)
