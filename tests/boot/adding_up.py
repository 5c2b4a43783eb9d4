"""Whatever was sold is somewhere, once: what holds of a firm whenever it has come to rest."""

from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum

from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase
from propdesk.crm.ledger.account_kinds import AccountKind
from propdesk.crm.ledger.balances import sums_by_currency, trial_balance
from propdesk.crm.purchases.models import Order
from propdesk.crm.purchases.order_states import OPEN, OrderState
from propdesk.ports.platform import Platform, Rights

OVER = {"passed": "passed", "failed": "breached", "expired": "expired"}
"""How a phase ended, and the status of its account."""


class DoesNotAddUp(AssertionError):
    """Something that was sold is nowhere, or twice."""


def add_up(platform: Platform | None = None) -> Counter[str]:
    """Count what was sold by where it stands: ``active``, ``passed`` (it waits for a person),
    ``failed``, ``expired``, ``ended``; ``unpaid`` orders beside. With a platform, its accounts are
    the firm's. Raises ``DoesNotAddUp``."""
    orders = _orders()
    phases = _phases()
    found = Counter(each[-1].outcome or "active" for each in phases.values())
    _must(orders["provisioned"] == Enrolment.objects.count() == found.total(), "sold", found)
    _must(set(found) <= {"active", *OVER, "ended"}, "known places", found)
    _ledger()
    if platform is not None:
        _platform(platform)
    return found + Counter(unpaid=orders["unpaid"], waiting=orders["waiting"])


def _must(holds: bool, what: str, seen: object) -> None:
    if not holds:
        raise DoesNotAddUp(f"{what}: {seen}")


def _orders() -> Counter[str]:
    """Each purchase was opened, waits to be, or is not paid; the second has no enrolment yet."""
    opened = set(Enrolment.objects.values_list("order", flat=True))
    found: Counter[str] = Counter()
    for key, state, at in Order.objects.filter(purpose="purchase").values_list(
        "id", "state", "provisioned_at"
    ):
        _must((key in opened) == (at is not None), "an order and its enrolment", (key, state, at))
        if at is not None:
            found["provisioned"] += 1
        elif state in OPEN or state == OrderState.EXPIRED:
            found["unpaid"] += 1
        else:
            found["waiting"] += 1
    _must(len(opened) == found["provisioned"], "enrolments without an order", found)
    return found


def _phases() -> dict[UUID, list[EnrolmentPhase]]:
    """Each enrolment's phases in their order: the last one runs, or is how it stands; those before
    it were passed. Each has an account, which stands as its phase does."""
    found: dict[UUID, list[EnrolmentPhase]] = defaultdict(list)
    for each in EnrolmentPhase.objects.select_related("account").order_by("number", "attempt"):
        found[each.enrolment_id].append(each)
        status = each.account.status
        if each.outcome in OVER:
            _must(status == OVER[each.outcome], f"{each.account} of a phase {each.outcome}", status)
        else:
            _must(status not in OVER.values(), f"{each.account} of a phase that runs", status)
    for phases in found.values():
        numbers = [each.number for each in phases if each.outcome != "replaced"]
        _must(numbers == [*range(1, len(numbers) + 1)], "phases of an enrolment", numbers)
        before = {each.outcome for each in phases[:-1]}
        _must(before <= {"passed", "replaced"}, "phases before the last", before)
    accounts = TradingAccount.objects.count()
    _must(accounts == sum(map(len, found.values())), "accounts and phases", accounts)
    return found


def _ledger() -> None:
    """The books are even, and what was earned is what the paid orders say."""
    balances = trial_balance()
    _must(not any(sums_by_currency(balances).values()), "the ledger", balances)
    booked: Counter[tuple[str, str]] = Counter()
    for each in balances:
        if each.amount_minor:
            booked[each.kind, each.currency] += each.amount_minor
    paid = Order.objects.filter(Q(provisioned_at__isnull=False) | Q(state=OrderState.PAID))
    sold: Counter[tuple[str, str]] = Counter()
    for row in paid.values("currency").annotate(
        total=Sum("total_minor"), off=Sum("discount_minor"), tax=Sum("tax_minor")
    ):
        currency, off, tax = row["currency"], int(row["off"]), int(row["tax"])
        sold[AccountKind.FEE_REVENUE, currency] = -(int(row["total"]) + off - tax)
        sold[AccountKind.DISCOUNTS, currency] = off
        sold[AccountKind.TAX_PAYABLE, currency] = -tax
    for key, amount in sold.items():
        _must(booked[key] == amount, f"booked of {key}", (booked[key], amount))


def _platform(platform: Platform) -> None:
    """The platform has the accounts the firm asked for, and lets nobody trade on what is over."""
    cards = {each.account: each for each in platform.accounts()}
    rows: Any = TradingAccount.objects.filter(opened_at__isnull=False)
    opened = {each.login: each for each in rows}
    _must(cards.keys() == opened.keys(), "accounts of the platform", cards.keys() ^ opened.keys())
    for login, row in opened.items():
        _must(row.rights == cards[login].rights, f"rights of {login}", cards[login].rights)
        if row.status in OVER.values():
            _must(row.rights != Rights.TRADE, f"rights of {login}, which is over", row.rights)
