"""Whether a verdict about an account waits for a person, and whether the engine withdrew it.

It reads and decides; it must not write.
"""

from collections.abc import Sequence

from propdesk.crm.accounts.held_verdicts import ENDING, HELD, outcome_and_verdict
from propdesk.crm.accounts.models import AccountEvent, EventKind, Hold, TradingAccount


def waiting_verdicts(account: TradingAccount) -> Sequence[Hold]:
    """The holds of the account's verdicts that wait, oldest first."""
    return list(account.holds.filter(reason=HELD, lifted_at=None).order_by("set_at", "id"))


def breaches_waiting(account: TradingAccount) -> Sequence[Hold]:
    """Those of verdicts that would end the account."""
    return [each for each in waiting_verdicts(account) if outcome_and_verdict(each)[0] in ENDING]


def is_withdrawn(account: TradingAccount, verdict: str) -> bool:
    """Whether the engine said last that the verdict does not hold, and none in its place."""
    said = AccountEvent.objects.filter(
        account=account, kind=EventKind.CORRECTION, detail__verdict=verdict
    )
    newest = said.order_by("-id").first()
    return newest is not None and newest.detail.get("replaced_by") is None
