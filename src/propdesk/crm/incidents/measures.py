"""Measures as somebody wants them: their terms, checked, and the accounts each is for.

It reads and decides; it must not do what they say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from propdesk.crm.accounts.held_verdicts import EVERY_PRICE_RULE
from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.incidents.models import Incident, Measure, MeasureKind
from propdesk.crm.refusal import ActionRefused
from propdesk.domain.money import UnknownCurrency, minor_digits
from propdesk.domain.rules.registry import RULES

BY_TWO: Final = frozenset({MeasureKind.SUSPEND_RULES, MeasureKind.REINSTATE, MeasureKind.CREDIT})
"""What touches a verdict or money."""
UNDONE_BY_ONE: Final = frozenset({MeasureKind.SUSPEND_RULES, MeasureKind.PAUSE})
"""What can be taken back; a credit is by a credit below zero, which two persons book."""
LOST: Final = frozenset({"breached", "expired"})
TEXT_MAX: Final = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureWanted:
    """A measure as somebody wants it, for the chosen accounts; none chosen: for all concerned."""

    kind: MeasureKind
    accounts: Sequence[UUID] = ()
    rules: tuple[str, ...] = ()
    """Of a suspension: rules by name, or all that a price alone can break."""
    until: datetime | None = None
    """Of a suspension; None: until it is lifted."""
    amount: Decimal | None = None
    currency: str = ""
    text: str = ""
    """What the traders are told; empty: what the incident says."""

    @property
    def terms(self) -> Mapping[str, Any]:
        """As it is kept."""
        said = {
            "rules": list(self.rules),
            "until": "" if self.until is None else self.until.isoformat(),
            "amount": "" if self.amount is None else f"{self.amount:f}",
            "currency": self.currency,
            "text": self.text,
        }
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a measure would reach, and whom not, with why."""

    reached: Sequence[TradingAccount]
    left: Sequence[tuple[TradingAccount, str]] = field(default_factory=list)


def refuse_unless_sound(wanted: MeasureWanted, at: datetime) -> None:
    """Raise ``ActionRefused`` for terms that say too little or the wrong thing."""
    match wanted.kind:
        case MeasureKind.SUSPEND_RULES:
            known = {*RULES, EVERY_PRICE_RULE}
            if not wanted.rules or not set(wanted.rules) <= known:
                raise ActionRefused("no_rule", "Name the rules, or all that a price can break.")
            if wanted.until is not None and wanted.until <= at:
                raise ActionRefused("over", "It would be over already.")
        case MeasureKind.CREDIT:
            _refuse_unless_money(wanted)
        case MeasureKind.NOTIFY if len(wanted.text) > TEXT_MAX:
            raise ActionRefused("too_long", "The text is too long.")


def _refuse_unless_money(wanted: MeasureWanted) -> None:
    amount = wanted.amount
    if amount is None or not amount or not wanted.currency:
        raise ActionRefused("no_amount", "Say how much, and in which currency.")
    try:
        digits = minor_digits(wanted.currency)
    except UnknownCurrency as error:
        raise ActionRefused("no_currency", str(error)) from error
    if amount != round(amount, digits):
        raise ActionRefused("too_fine", "The currency has no such fraction.")


def preview(incident: Incident, wanted: MeasureWanted) -> Preview:
    """What it would do now: the accounts concerned, those that are chosen of them."""
    rows = TradingAccount.objects.filter(incidents__incident=incident)
    if wanted.accounts:
        rows = rows.filter(pk__in=wanted.accounts)
    reached, left = [], []
    for row in rows.order_by("id"):
        why = _why_not(row, wanted)
        if why:
            left.append((row, why))
        else:
            reached.append(row)
    return Preview(reached, left)


def _why_not(row: TradingAccount, wanted: MeasureWanted) -> str:
    is_over = row.ended_at is not None
    match wanted.kind:
        case MeasureKind.REINSTATE:
            is_lost = row.status in LOST or row.blocked_by == "case"
            return "" if is_lost else "it did not fail"
        case MeasureKind.CREDIT if row.currency != wanted.currency:
            return f"its currency is {row.currency}"
        case MeasureKind.NOTIFY:
            return ""
    return "its phase is over" if is_over else ""


def still_standing(incident: Incident, at: datetime) -> bool:
    """Whether something done can still be undone of itself, or waits for a second person."""
    waiting = Q(done_at=None, approval__decision="", approval__expires_at__gt=at)
    lasting = Q(kind__in=UNDONE_BY_ONE, done_at__isnull=False, undone_at=None)
    return Measure.objects.filter(waiting | lasting, incident=incident).exists()
