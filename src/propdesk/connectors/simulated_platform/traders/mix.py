"""Who plays an account: the profiles by name, and mixes of them as a firm meets them."""

import hashlib
from collections.abc import Mapping

from propdesk.connectors.simulated_platform.traders import (
    copier,
    disciplined,
    gambler,
    grid,
    inactive,
    martingale,
    news,
    scalper,
)
from propdesk.connectors.simulated_platform.traders.seen import Profile

PROFILES: Mapping[str, Profile] = {
    each.name: each
    for each in (
        disciplined.PROFILE,
        gambler.PROFILE,
        martingale.PROFILE,
        grid.PROFILE,
        news.PROFILE,
        copier.PROFILE,
        scalper.PROFILE,
        inactive.PROFILE,
    )
}
DEFAULT: Mapping[str, int] = {
    "disciplined": 28,
    "gambler": 18,
    "martingale": 11,
    "grid": 9,
    "news": 9,
    "copier": 5,
    "scalper": 11,
    "inactive": 9,
}
"""In per cent."""
MIXES: Mapping[str, Mapping[str, int]] = {
    "default": DEFAULT,
    **{name: {name: 100} for name in PROFILES},
}
"""By the word a group's terms have in ``played_by``; a profile's own name is a mix of it alone."""


def player_of(mix: str, who: str, seed: str) -> Profile:
    """The profile that plays for ``who``, always the same one."""
    shares = MIXES[mix]
    drawn = hashlib.blake2b(f"{seed}/player/{who}".encode(), digest_size=8).digest()
    place = int.from_bytes(drawn, "big") % sum(shares.values())
    for name, share in shares.items():
        place -= share
        if place < 0:
            return PROFILES[name]
    raise RuntimeError("shares that add up leave nobody out")
