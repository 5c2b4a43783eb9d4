"""The translators, one module for each area of the rules. Importing registers them."""

from propdesk.boot.vectors.translators import (
    consistency,
    daily_loss,
    floors_after_payouts,
    growth,
    limits,
    max_loss,
)

MODULES = (consistency, daily_loss, floors_after_payouts, growth, limits, max_loss)
