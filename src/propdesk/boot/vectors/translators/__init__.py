"""The translators, one module for each area of the rules. Importing registers them."""

from propdesk.boot.vectors.translators import daily_loss, max_loss

MODULES = (daily_loss, max_loss)
