"""What the open-risk rule adds up: which positions are one group, by the scope of its terms.

It knows no figure and no limit: who has lost what is ``running_losses``'s business.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from propdesk.domain.positions import Position
from propdesk.domain.running_losses import Member
from propdesk.domain.trade_ideas import TradeIdeas

Scope: TypeAlias = Literal["position", "symbol", "trade_idea", "portfolio", "symbol_day"]


def groups_of(
    scope: Scope, live: Sequence[Member], members: Mapping[str, Member], ideas: TradeIdeas
) -> list[list[Member]]:
    """The groups to which something of ``live`` belongs; ``members`` are all there ever were."""
    match scope:
        case "position":
            return [[each] for each in live]
        case "portfolio":
            return [list(live)] if live else []
        case "symbol":
            return _by_symbol(live)
        case "symbol_day":
            symbols = {each.leg.symbol for each in live}
            return _by_symbol([each for each in members.values() if each.leg.symbol in symbols])
        case "trade_idea":
            found = dict.fromkeys(ideas.idea_of(each.key) for each in live)
            return [[members[key] for key in idea] for idea in found]


def key_of(position: Position) -> str:
    """The name of a member: a reversal opens a position of the same id."""
    return f"{position.id}@{position.opened_at}"


def _by_symbol(members: Sequence[Member]) -> list[list[Member]]:
    found: dict[str, list[Member]] = {}
    for each in members:
        found.setdefault(each.leg.symbol, []).append(each)
    return list(found.values())
