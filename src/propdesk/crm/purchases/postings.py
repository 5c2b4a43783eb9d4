"""What each thing that happens to an order's money posts: lines, and nothing else.

Pure. The keys are made of what happened, so that it is posted once whoever tells it.
"""

from propdesk.crm.ledger.account_kinds import AccountKind
from propdesk.crm.ledger.lines import Line, credit, debit
from propdesk.domain.minor_units import money_of


def sale(
    currency: str, *, gross_minor: int, discount_minor: int, tax_minor: int, provider: str
) -> tuple[Line, ...]:
    """What was earned, before discounts, against what came in. ``provider`` empty: nothing did."""
    received = gross_minor - discount_minor + tax_minor
    lines = [
        debit(AccountKind.DISCOUNTS, money_of(discount_minor, currency)),
        credit(AccountKind.FEE_REVENUE, money_of(gross_minor, currency)),
        credit(AccountKind.TAX_PAYABLE, money_of(tax_minor, currency)),
    ]
    if received:
        lines.append(debit(AccountKind.CASH_AT_PROVIDER, money_of(received, currency), provider))
    return tuple(lines)


def provider_fee(currency: str, fee_minor: int, provider: str) -> tuple[Line, ...]:
    """What the provider kept."""
    return _moved(currency, fee_minor, AccountKind.PROVIDER_FEES, provider)


def received_without_order(currency: str, amount_minor: int, provider: str) -> tuple[Line, ...]:
    """Money that pays no order: it is owed to who sent it."""
    money = money_of(amount_minor, currency)
    return (
        debit(AccountKind.CASH_AT_PROVIDER, money, provider),
        credit(AccountKind.OWED_TO_CUSTOMERS, money),
    )


def given_back(counts: bool) -> AccountKind:
    """What a refund or a lost dispute lessens."""
    return AccountKind.REFUNDS if counts else AccountKind.OWED_TO_CUSTOMERS


def refund_asked(currency: str, amount_minor: int, *, counts: bool) -> tuple[Line, ...]:
    money = money_of(amount_minor, currency)
    return (debit(given_back(counts), money), credit(AccountKind.REFUNDS_UNDER_WAY, money))


def refund_refused(currency: str, amount_minor: int, *, counts: bool) -> tuple[Line, ...]:
    money = money_of(amount_minor, currency)
    return (debit(AccountKind.REFUNDS_UNDER_WAY, money), credit(given_back(counts), money))


def refund_done(
    currency: str, amount_minor: int, provider: str, *, asked: bool, counts: bool
) -> tuple[Line, ...]:
    """``asked``: it was under way; otherwise it was made at the provider's own desk."""
    source = AccountKind.REFUNDS_UNDER_WAY if asked else given_back(counts)
    return _moved(currency, amount_minor, source, provider)


def dispute_opened(currency: str, amount_minor: int, provider: str) -> tuple[Line, ...]:
    return _moved(currency, amount_minor, AccountKind.DISPUTED, provider)


def dispute_won(currency: str, amount_minor: int, provider: str) -> tuple[Line, ...]:
    money = money_of(amount_minor, currency)
    return (
        debit(AccountKind.CASH_AT_PROVIDER, money, provider),
        credit(AccountKind.DISPUTED, money, provider),
    )


def dispute_lost(
    currency: str, amount_minor: int, provider: str, *, counts: bool
) -> tuple[Line, ...]:
    money = money_of(amount_minor, currency)
    lost = AccountKind.CHARGEBACKS if counts else AccountKind.OWED_TO_CUSTOMERS
    return (debit(lost, money), credit(AccountKind.DISPUTED, money, provider))


def _moved(currency: str, amount_minor: int, to: AccountKind, provider: str) -> tuple[Line, ...]:
    """Out of what lies at the provider."""
    money = money_of(amount_minor, currency)
    of = provider if to in {AccountKind.DISPUTED, AccountKind.PROVIDER_FEES} else ""
    return (debit(to, money, of), credit(AccountKind.CASH_AT_PROVIDER, money, provider))
