"""What the desk does to many accounts at once, each by its own action and with its own result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.refusal import ActionRefused
from propdesk.web.desk_account import acting, subject_of
from propdesk.web.desk_verbs import VERBS, Said, Verb
from propdesk.web.visitor import Visitor

CHOSEN_MAX = 200
VERBS_OF_MANY: Mapping[str, Verb] = {
    name: VERBS[name] for name in ("pause", "resume", "suspend", "lift", "terminate", "expire")
}
"""Those that need nothing that differs from account to account."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one account; ``refused`` empty: it was done."""

    account: TradingAccount
    refused: str = ""


def chosen(ids: Sequence[str]) -> list[TradingAccount]:
    """The accounts of a form, in the order of their names; what is no id is passed over."""
    found = []
    for each in ids[:CHOSEN_MAX]:
        try:
            found.append(UUID(each))
        except ValueError:
            continue
    return list(TradingAccount.objects.filter(pk__in=found).order_by("engine_account"))


def done_to_each(
    verb: Verb, accounts: Sequence[TradingAccount], said: Said, who: Visitor, at: datetime
) -> list[Result]:
    """Each in a transaction of its own: what one refuses keeps none of the others."""
    by = acting(who, verb.action)
    found = []
    for account in accounts:
        on = subject_of(account)
        if on is None or not verb.offered(on):
            found.append(Result(account, _("It does not stand so that this could be done.")))
            continue
        try:
            verb.act(on, said, by, at)
        except ActionRefused as refused:
            found.append(Result(account, refused.sentence))
        else:
            found.append(Result(account))
    return found
