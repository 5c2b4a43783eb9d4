"""The command by which the engine learns of an account, before its platform opens it."""

from propdesk.crm.accounts.models import TradingAccount
from propdesk.wire.log_records import AccountEnrolled


def enrolment_of(account: TradingAccount) -> AccountEnrolled:
    """By what the account is to be judged. That it is open, the platform tells."""
    return AccountEnrolled(
        account.engine_account,
        account.rulebook,
        account.version,
        account.sha256,
        account.phase,
        f"{account.size.normalize():f}",
        tuple(account.add_ons),
    )
