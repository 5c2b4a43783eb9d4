"""The platforms on which the firm's pages trade, as this process reaches them.

It must not trade: an action does.
"""

from decimal import Decimal
from pathlib import Path

from propdesk.connectors.simulated_platform.client import PlatformClient
from propdesk.connectors.simulated_platform.frames import SOCKET_NAME
from propdesk.connectors.simulated_platform.terms import DEFAULT_GROUPS
from propdesk.web.portal_platforms import Traded, provide
from propdesk.wire.catalogue import load_catalogue

SIMULATED = "simulated"
TIMEOUT_S = 5.0
"""A page waits so long for a platform; longer is told as no answer."""


def provide_platforms(home: Path) -> None:
    """The simulated platform, where it runs on this home's socket."""
    platform = PlatformClient(home / SOCKET_NAME, timeout_s=TIMEOUT_S)
    provide(SIMULATED, Traded(platform, simulated_commission))


def simulated_commission(group: str, symbol: str) -> Decimal | None:
    """What a lot of a symbol pays with every fill; None for a group that is not known."""
    terms = next((each for each in DEFAULT_GROUPS if each.name == group), None)
    instrument = load_catalogue(None).find(symbol)
    if terms is None or instrument is None:
        return None
    return -terms.commission(instrument.asset_class, Decimal(1))
