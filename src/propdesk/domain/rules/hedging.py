"""Hedging (RULES T11): opposite positions in one product, in one account or among an owner's."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Literal, TypeAlias

from propdesk.domain.events import Deal, GroupFormed
from propdesk.domain.instruments import Catalogue
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.peers import Stretch, beside, circles, held_by, open_of, whole_of
from propdesk.domain.situation import DayRecord, Situation, Trade
from propdesk.domain.terms import RuleTerms, TermsError

Key: TypeAlias = tuple[str, str, int]


@dataclass(frozen=True, kw_only=True)
class Hedging(RuleTerms):
    """Being long and short of one product at the same time; any overlap counts."""

    rule: Literal["hedging"] = "hedging"
    same_account: Literal["allowed", "banned", "banned_overnight"] = "allowed"
    """Within one account; ``banned_overnight``: only while the trading day turns."""
    cross_account: Literal["allowed", "banned"] = "allowed"
    """Among the accounts judged together: those a `group` names, and those that name the same
    owner. An account of them that the log does not open leaves the verdict *unknown*."""
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
        if self.removes and self.cross_account == "banned":
            raise TermsError("profit_adjust takes profit only from hedges within one account")

    @property
    def removes(self) -> bool:
        """Whether profit is taken away; it is known only when a hedged position closes."""
        every = [part for each in self.effects for part in (each, *each.also)]
        return any(each.kind == "profit_adjust" for each in every)

    @property
    def looks_at_peers(self) -> bool:
        return self.cross_account == "banned"

    def sentence(self, size: Decimal | None = None) -> str:
        del size
        what = "one product or correlated ones" if self.correlated else "one instrument"
        if self.products:
            what += f" ({'; '.join(', '.join(names) for names in self.products)})"
        parts = []
        if self.same_account != "allowed":
            when = " overnight" if self.same_account == "banned_overnight" else ""
            parts.append(f"No long and short of {what} in one account{when}.")
        if self.cross_account == "banned":
            exempt = " unless all are evaluations" if self.evaluations_exempt else ""
            parts.append(f"No long and short of {what} among one owner's accounts{exempt}.")
        return " ".join(parts)


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
            if not exempt(terms, stages, first.account, second.account):
                found.append((first, second))
    return found


def exempt(terms: Hedging, stages: Mapping[str, str], first: str, second: str) -> bool:
    """Whether two accounts may hedge each other: both are in evaluation, and that is allowed."""
    return terms.evaluations_exempt and stages[first] == stages[second] == "evaluation"


class HedgingJudge(Judge[Hedging]):
    """Watches one account, and beside it the accounts judged together with it."""

    def __init__(self, terms: Hedging, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.said: set[tuple[Key, Key]] = set()
        self.due: dict[Key, Stretch] = {}  # what hedged a position whose profit is to be taken
        self.doubted: set[str] = set()  # what was said not to be known

    def on_opened(self, deal: Deal) -> Violations:
        position = self.situation.entered_by(deal)
        if position is None or position.deals != (deal.id,):
            return ()  # it enlarged a position that was judged when it began
        mine = open_of(self.situation.account, position)
        within = self._open() if self.terms.same_account == "banned" else ()
        opposites = [each for other in within for each in self._hedge(other, mine)]
        return [*opposites, *self._across([mine])]

    def on_day_end(self, record: DayRecord) -> Violations:
        del record
        if self.terms.same_account != "banned_overnight":
            return ()
        pairs = combinations(self._open(), 2)
        return [each for one, other in pairs for each in self._hedge(one, other)]

    def on_closed(self, trade: Trade) -> Violations:
        if not trade.only_reported:
            return self._removed(trade)
        mine = whole_of(self.situation.account, trade)
        return [*self._reported(trade, mine), *self._across([mine])]

    def _removed(self, trade: Trade) -> Iterator[Violation]:
        """The profit of a hedged position, or of a part of it, as it is closed."""
        mine = whole_of(self.situation.account, trade)
        other = self.due.get(_key(mine))
        if other is not None:
            yield self._violation(mine, other, (trade,))

    def _open(self) -> list[Stretch]:
        account = self.situation.account
        return [open_of(account, each) for each in self.situation.positions.values()]

    def _reported(self, trade: Trade, mine: Stretch) -> Iterator[Violation]:
        """Trades come in the order of their closes: look back while they overlap."""
        if self.terms.same_account == "allowed":
            return
        for other in reversed(self.situation.trades):
            if other.closed_at <= trade.opened_at:
                return
            if self.terms.same_account == "banned" or self._overnight(other, trade):
                earlier = whole_of(self.situation.account, other)
                yield from self._hedge(earlier, mine, (other, trade))

    def _overnight(self, first: Trade, second: Trade) -> bool:
        """Whether a day turned while both were open."""
        since = max(first.opened_at, second.opened_at)
        until = min(first.closed_at, second.closed_at)
        return self.situation.clock.day_of(since).end <= until

    def on_group(self, event: GroupFormed) -> Violations:
        """What was held before they were known to belong together counts as well."""
        del event
        return self._across(held_by(self.situation))

    def on_peer(self, began: Sequence[Stretch]) -> Violations:
        accounts = self._banned_with()
        return [
            *(
                violation
                for other in began
                if other.account in accounts
                for mine in beside(other, held_by(self.situation))
                for violation in self._hedge(mine, other)
            ),
            *self._doubts(),
        ]

    def cleared(self) -> bool:
        return not self._unseen(self._banned_with())

    def _banned_with(self) -> frozenset[str]:
        """The other accounts with which this one may not hedge."""
        if self.terms.cross_account == "allowed":
            return frozenset()
        own = self.situation.account
        return frozenset(
            account
            for circle in circles(self.situation)
            for account in circle.stages
            if account != own and not exempt(self.terms, circle.stages, own, account)
        )

    def _unseen(self, accounts: Iterable[str]) -> dict[str, str]:
        """Why the positions of some of these accounts are not known."""
        whys: dict[str, str] = {}
        for account in sorted(accounts):
            peer = self.situation.peers.of(account)
            whys[account] = "the log does not open it" if peer is None else peer.unseen
        return {account: why for account, why in whys.items() if why}

    def _across(self, mine: Iterable[Stretch]) -> Iterator[Violation]:
        """Each hedge of these own positions with another account, said once."""
        others = [self.situation.peers.of(account) for account in sorted(self._banned_with())]
        for stretch in mine:
            for peer in others:
                for other in beside(stretch, () if peer is None else peer.held()):
                    yield from self._hedge(stretch, other)
        yield from self._doubts()

    def _doubts(self) -> Iterator[Violation]:
        """What this account held cannot be cleared where another's positions are not known."""
        unseen = self._unseen(self._banned_with())
        told = "; ".join(f"{account}: {why}" for account, why in unseen.items())
        if not unseen:
            self.doubted.clear()
        elif told not in self.doubted and self._held_any():
            self.doubted.add(told)
            detail = {"reason": f"what other accounts held is not known ({told})"}
            yield Violation(None, None, certainty="unknown", detail=detail)

    def _held_any(self) -> bool:
        """Whether there was ever a position that another could hedge."""
        return any(self.concerns(each.symbol) for each in held_by(self.situation))

    def _hedge(
        self, one: Stretch, other: Stretch, trades: tuple[Trade, ...] = ()
    ) -> Iterator[Violation]:
        """The violation of two positions that hedge each other, said once; ``one`` is its own."""
        key = (_key(one), _key(other))
        if key in self.said or not (self.concerns(one.symbol) and self.concerns(other.symbol)):
            return
        if hedged(one, other, self.terms, self.situation.catalogue):
            self.said.add(key)
            if self.terms.removes and not trades:
                self.due |= {_key(one): other, _key(other): one}
            else:
                yield self._violation(one, other, trades)

    @staticmethod
    def _violation(one: Stretch, other: Stretch, trades: tuple[Trade, ...]) -> Violation:
        detail = {} if other.account == one.account else {"account": other.account}
        detail["positions"] = f"{one.position}, {other.position}"
        detail["symbols"] = f"{one.symbol}, {other.symbol}"
        return Violation(None, None, detail=detail, trades=trades)


def _key(each: Stretch) -> Key:
    """A position's name; a netting account gives one to many, one after the other."""
    return each.account, each.position, each.opened_at
