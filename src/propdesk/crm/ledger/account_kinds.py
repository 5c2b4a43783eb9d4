"""The kinds of account there are, a closed list, and on which side each usually stands.

A posting above zero is a debit, one below a credit. No value ever leaves the list: kinds are in
rows. What a kind means to whoever reads the books is ``MEANS``.
"""

from enum import Enum
from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    """What an account counts. ``detail`` beside it says of whom, where that matters."""

    # What the firm has.
    CASH_AT_PROVIDER = "cash_at_provider", _("Cash at a payment provider")
    CASH_AT_RAIL = "cash_at_rail", _("Cash at a payout rail")
    CASH_AT_BANK = "cash_at_bank", _("Cash at a bank")
    CASH_UNDER_WAY = "cash_under_way", _("Cash on its way between own accounts")
    DISPUTED = "disputed", _("Held back by a provider while a dispute is open")
    # What it owes.
    REFUNDS_UNDER_WAY = "refunds_under_way", _("Refunds asked of a provider")
    OWED_TO_CUSTOMERS = "owed_to_customers", _("Received without an order to pay")
    PAYOUT_LIABILITY = "payout_liability", _("Payouts owed to traders")
    PAYOUTS_UNDER_WAY = "payouts_under_way", _("Payouts handed to a rail, not confirmed yet")
    COMMISSIONS_PAYABLE = "commissions_payable", _("Commissions owed to partners")
    PRIZES_PAYABLE = "prizes_payable", _("Prizes owed to winners")
    TAX_PAYABLE = "tax_payable", _("Tax owed")
    UNMATCHED = "unmatched", _("Moved at a bank or a provider, for what is not known yet")
    EXCHANGE = "exchange", _("Exchanged between currencies")
    # What it earned.
    FEE_REVENUE = "fee_revenue", _("Fees earned, before discounts")
    # What that cost.
    DISCOUNTS = "discounts", _("Discounts given")
    REFUNDS = "refunds", _("Refunds given")
    CHARGEBACKS = "chargebacks", _("Disputes lost")
    PROVIDER_FEES = "provider_fees", _("Fees of payment providers")
    RAIL_FEES = "rail_fees", _("Fees of payout rails")
    BANK_FEES = "bank_fees", _("Fees of banks")
    PAYOUTS = "payouts", _("Traders' shares of profit")
    COMMISSIONS = "commissions", _("Commissions of partners")
    PRIZES = "prizes", _("Prizes of contests")
    ADJUSTMENTS = "adjustments", _("Adjustments made by hand")
    EXCHANGE_DIFFERENCES = "exchange_differences", _("Differences of exchange rates")


class Standing(Enum):
    """What an account is in the books; the first two make up what the firm is worth."""

    ASSET = "asset"
    LIABILITY = "liability"
    REVENUE = "revenue"
    EXPENSE = "expense"

    @property
    def is_credit(self) -> bool:
        """Whether its balance usually is a credit."""
        return self in {Standing.LIABILITY, Standing.REVENUE}


STANDING_WORDS: Final[dict[Standing, str | Promise]] = {
    Standing.ASSET: _("What the firm has"),
    Standing.LIABILITY: _("What the firm owes"),
    Standing.REVENUE: _("What the firm earned"),
    Standing.EXPENSE: _("What that cost"),
}

_K = AccountKind
STANDING: Final[dict[AccountKind, Standing]] = {
    **dict.fromkeys(
        (_K.CASH_AT_PROVIDER, _K.CASH_AT_RAIL, _K.CASH_AT_BANK, _K.CASH_UNDER_WAY, _K.DISPUTED),
        Standing.ASSET,
    ),
    **dict.fromkeys(
        (
            _K.REFUNDS_UNDER_WAY, _K.OWED_TO_CUSTOMERS, _K.PAYOUT_LIABILITY, _K.PAYOUTS_UNDER_WAY,
            _K.COMMISSIONS_PAYABLE, _K.PRIZES_PAYABLE, _K.TAX_PAYABLE, _K.UNMATCHED, _K.EXCHANGE,
        ),
        Standing.LIABILITY,
    ),
    _K.FEE_REVENUE: Standing.REVENUE,
    **dict.fromkeys(
        (
            _K.DISCOUNTS, _K.REFUNDS, _K.CHARGEBACKS, _K.PROVIDER_FEES, _K.RAIL_FEES, _K.BANK_FEES,
            _K.PAYOUTS, _K.COMMISSIONS, _K.PRIZES, _K.ADJUSTMENTS, _K.EXCHANGE_DIFFERENCES,
        ),
        Standing.EXPENSE,
    ),
}  # fmt: skip

# Whose balance usually is a credit; a statement shows it with its sign turned.
CREDIT_KINDS: Final = frozenset(kind for kind, place in STANDING.items() if place.is_credit)

MEANS: Final[dict[AccountKind, str | Promise]] = {
    _K.CASH_AT_PROVIDER: _("What a payment provider holds for the firm."),
    _K.CASH_AT_RAIL: _("What lies at a rail to be paid out from."),
    _K.CASH_AT_BANK: _("What lies in an account of the firm's at a bank."),
    _K.CASH_UNDER_WAY: _("It has left one of the firm's accounts and not reached the other yet."),
    _K.DISPUTED: _("A provider holds it back until the bank has decided."),
    _K.REFUNDS_UNDER_WAY: _("Promised to customers; the provider has not given it back yet."),
    _K.OWED_TO_CUSTOMERS: _("It came in and pays no order, so it is owed to who sent it."),
    _K.PAYOUT_LIABILITY: _("Decided payouts whose money has not been handed to a rail."),
    _K.PAYOUTS_UNDER_WAY: _("Handed to a rail that has not confirmed it."),
    _K.COMMISSIONS_PAYABLE: _("Earned by partners and not paid yet."),
    _K.PRIZES_PAYABLE: _("Won in contests and not paid yet."),
    _K.TAX_PAYABLE: _("Taken with prices for the state."),
    _K.UNMATCHED: _("A line of a statement that finance has not resolved."),
    _K.EXCHANGE: _("What left one currency to come in another, by the rate the entry names."),
    _K.FEE_REVENUE: _("Prices of programmes and add-ons before any discount."),
    _K.DISCOUNTS: _("Coupons and lowered prices."),
    _K.REFUNDS: _("Given back of orders that were paid."),
    _K.CHARGEBACKS: _("Taken back by banks."),
    _K.PROVIDER_FEES: _("Kept by payment providers."),
    _K.RAIL_FEES: _("Kept by rails that pay out."),
    _K.BANK_FEES: _("Charged by banks."),
    _K.PAYOUTS: _("What traders were granted of the profit they made."),
    _K.COMMISSIONS: _("Granted to partners for what they brought."),
    _K.PRIZES: _("Granted to winners of contests."),
    _K.ADJUSTMENTS: _("Posted by two persons with a reason."),
    _K.EXCHANGE_DIFFERENCES: _("Between the rate it was posted by and the one it was paid by."),
}
