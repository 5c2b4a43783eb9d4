"""Lines of an entry before they are posted: values, checked where they are made.

They must not hold a finer amount than the currency is booked with.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from propdesk.crm.ledger.account_kinds import AccountKind
from propdesk.domain.minor_units import money_of, to_minor
from propdesk.domain.money import Money


@dataclass(frozen=True, slots=True)
class Line:
    """One posting: to which account, how much in minor units. Above zero it is a debit."""

    kind: AccountKind
    detail: str
    currency: str
    amount_minor: int

    @property
    def money(self) -> Money:
        return money_of(self.amount_minor, self.currency)


class Unbalanced(ValueError):
    """The lines do not add up to zero in a currency; the caller has a mistake."""


def debit(kind: AccountKind, money: Money, detail: str = "") -> Line:
    """Raises ``NotWholeMinorUnits``."""
    return Line(kind, detail, money.currency, to_minor(money))


def credit(kind: AccountKind, money: Money, detail: str = "") -> Line:
    """Raises ``NotWholeMinorUnits``."""
    return Line(kind, detail, money.currency, -to_minor(money))


def balanced(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines that move money. Raises ``Unbalanced``."""
    moving = tuple(each for each in lines if each.amount_minor)
    sums: dict[str, int] = {}
    for line in moving:
        sums[line.currency] = sums.get(line.currency, 0) + line.amount_minor
    off = {currency: left for currency, left in sums.items() if left}
    if off or not moving:
        told = ", ".join(str(money_of(left, currency)) for currency, left in off.items())
        raise Unbalanced(f"an entry is over by {told}" if off else "an entry moves no money")
    return moving


def content_sha256(about: str, what: str, lines: Iterable[Line]) -> str:
    """Of what an entry says, whenever it is said: order does not matter."""
    said = sorted((each.kind, each.detail, each.currency, each.amount_minor) for each in lines)
    written = json.dumps([about, what, said], separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()
