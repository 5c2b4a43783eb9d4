"""Every kind of account says on which side it usually stands and what it means."""

from propdesk.crm.ledger.account_kinds import (
    CREDIT_KINDS,
    MEANS,
    STANDING,
    STANDING_WORDS,
    AccountKind,
    Standing,
)


def test_every_kind_has_a_standing_and_a_meaning() -> None:
    assert set(STANDING) == set(MEANS) == set(AccountKind)
    assert set(STANDING_WORDS) == set(Standing)


def test_what_is_owed_and_what_is_earned_usually_is_a_credit() -> None:
    assert AccountKind.PAYOUT_LIABILITY in CREDIT_KINDS
    assert AccountKind.PAYOUTS_UNDER_WAY in CREDIT_KINDS
    assert AccountKind.FEE_REVENUE in CREDIT_KINDS
    assert AccountKind.CASH_AT_RAIL not in CREDIT_KINDS
    assert AccountKind.PAYOUTS not in CREDIT_KINDS
    assert AccountKind.RAIL_FEES not in CREDIT_KINDS
