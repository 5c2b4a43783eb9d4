"""The translators, one module for each area of the rules. Importing registers them."""

from propdesk.boot.vectors.translators import (
    activity,
    consistency,
    daily_loss,
    floors_after_payouts,
    growth,
    limits,
    live_peaks,
    max_loss,
    payouts,
    payouts_due,
    risk,
    sizes,
)

MODULES = (
    activity,
    consistency,
    daily_loss,
    floors_after_payouts,
    growth,
    limits,
    live_peaks,
    max_loss,
    payouts,
    payouts_due,
    risk,
    sizes,
)
