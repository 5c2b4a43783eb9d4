"""Exposure: what all traders hold together, by symbol and by currency, from the engine."""

from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from propdesk.ports.live_accounts import EngineAway
from propdesk.web.access import allowed
from propdesk.web.exposure import REPORTING, Whole, heat, whole_exposure
from propdesk.web.live import source
from propdesk.web.live.words import as_of
from propdesk.web.overview_tabs import tabs_of
from propdesk.web.received import received_at
from propdesk.web.remembered_for import remembered_for

WHOLE, NONE = Decimal(1), Decimal(0)

KEPT_S = 1


@require_safe
@never_cache
@allowed("overview.read")
def exposure(request: HttpRequest) -> HttpResponse:
    """Counted when it is asked for; a script asks again while the page is looked at."""
    context: dict[str, Any] = {"tabs": tabs_of(request), "reporting": REPORTING}
    try:
        kept = remembered_for(
            KEPT_S, "exposure", "", received_at(), lambda: whole_exposure(source.accounts())
        )
        context |= _shown(kept.found, kept.at)
    except EngineAway as gone:
        context["away"] = str(gone)
    return render(request, "web/overview/exposure.html", context)


def _shown(found: Whole, at: datetime) -> dict[str, Any]:
    most = max((abs(each.net_worth or NONE) for each in found.symbols), default=NONE)
    much = max((abs(each.net_worth or NONE) for each in found.currencies), default=NONE)
    return {
        "whole": found,
        "net": _rounded(found.net_worth),
        "gross": _rounded(found.gross_worth),
        "symbols": [
            {
                "row": each,
                "net": _rounded(each.net_worth),
                "gross": _rounded(each.gross_worth),
                "heat": heat(each.net_worth, most),
                "is_short": each.net < 0,
            }
            for each in found.symbols
        ],
        "currencies": [
            {
                "row": each,
                "long": _rounded(each.long),
                "short": _rounded(each.short),
                "net": _rounded(each.net),
                "worth": _rounded(each.net_worth),
                "heat": heat(each.net_worth, much),
                "is_short": each.net < 0,
            }
            for each in found.currencies
        ],
        "asof": as_of(found.oldest) if found.oldest else None,
        "spread_ms": (found.newest - found.oldest) // 1_000,
        "read_at": at,
    }


def _rounded(amount: Decimal | None) -> str | None:
    """Whole units, half to even: a sum of the firm is not read by its cents."""
    return None if amount is None else f"{amount.quantize(WHOLE, ROUND_HALF_EVEN):f}"
