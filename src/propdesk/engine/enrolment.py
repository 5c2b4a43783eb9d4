"""The evaluator an account begins with. It knows nothing yet of what was said to everybody."""

from decimal import Decimal

from propdesk.domain.conditions import Conditions
from propdesk.domain.evaluator import Evaluator
from propdesk.engine.market import Instruments
from propdesk.wire.log_records import AccountEnrolled
from propdesk.wire.rulebook_file import LoadedRulebook


def begun(
    command: AccountEnrolled,
    loaded: LoadedRulebook,
    instruments: Instruments,
    conditions: Conditions | None,
) -> Evaluator:
    """The evaluator of an account that is judged as commanded, by the engine's own prices."""
    return Evaluator(
        loaded.rulebook,
        loaded.rulebook.phase(command.phase),
        size=Decimal(command.size),
        catalogue=instruments.catalogue,
        account=command.account,
        conditions=conditions,
        market=instruments.market,
    )
