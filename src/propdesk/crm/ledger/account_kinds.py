"""The kinds of account there are, a closed list.

A posting above zero is a debit, one below a credit. The list is append-only: kinds are in rows.
"""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    """What an account counts. ``detail`` beside it says of whom, where that matters."""

    CASH_AT_PROVIDER = "cash_at_provider", _("Cash at a payment provider")
    DISPUTED = "disputed", _("Held back by a provider while a dispute is open")
    REFUNDS_UNDER_WAY = "refunds_under_way", _("Refunds asked of a provider")
    OWED_TO_CUSTOMERS = "owed_to_customers", _("Received without an order to pay")
    PAYOUT_LIABILITY = "payout_liability", _("Payouts owed to traders")
    TAX_PAYABLE = "tax_payable", _("Tax owed")
    FEE_REVENUE = "fee_revenue", _("Fees earned, before discounts")
    DISCOUNTS = "discounts", _("Discounts given")
    REFUNDS = "refunds", _("Refunds given")
    CHARGEBACKS = "chargebacks", _("Disputes lost")
    PROVIDER_FEES = "provider_fees", _("Fees of payment providers")
    PAYOUTS = "payouts", _("Traders' shares of profit")


# Whose balance usually is a credit; a statement shows it with its sign turned.
CREDIT_KINDS: Final = frozenset(
    {
        AccountKind.REFUNDS_UNDER_WAY,
        AccountKind.OWED_TO_CUSTOMERS,
        AccountKind.PAYOUT_LIABILITY,
        AccountKind.TAX_PAYABLE,
        AccountKind.FEE_REVENUE,
    }
)
