"""How a ticket's state may change: the one table of it."""

from typing import Final

EDGES: Final = (
    ("open", "waiting"),  # the firm answers
    ("open", "solved"),
    ("waiting", "open"),  # the trader answers
    ("waiting", "solved"),
    ("solved", "open"),  # the trader is not content
    ("solved", "waiting"),  # the firm adds something
)
