"""A brand's colour as the pages can use it: where it cannot be read, made darker or lighter until
it can, in its own hue.

It must not refuse; what no page could carry is refused when the brand is set.
"""

from dataclasses import dataclass
from typing import Final

from propdesk.crm.catalog.contrast import READABLE_MIN, WHITE, contrast

LIGHT_GROUND: Final = "#f5f5f5"
"""The darkest ground that text stands on in the light pages."""
DARK_GROUND: Final = "#262626"
"""The lightest ground that text stands on in the dark pages."""
DARK_INK: Final = "#0b1320"
"""Text on a light button of the dark pages."""
BLACK: Final = "#000000"
_STEPS: Final = 50


@dataclass(frozen=True, slots=True)
class Palette:
    """The colour of links, marks and buttons, and of the text on buttons, light and dark."""

    light: str
    light_ink: str
    dark: str
    dark_ink: str


def palette_of(accent: str) -> Palette:
    """Every pair of colours in it differs enough to be read."""
    light = readable_on(LIGHT_GROUND, accent, towards=BLACK)
    dark = readable_on(DARK_GROUND, accent, towards=WHITE)
    return Palette(light, _ink_on(light), dark, _ink_on(dark))


def readable_on(ground: str, colour: str, *, towards: str) -> str:
    """``colour``, or the nearest to it on the way to ``towards`` that can be read on ``ground``."""
    for step in range(_STEPS + 1):
        found = _mixed(colour, towards, step)
        if contrast(found, ground) >= READABLE_MIN:
            return found
    return towards


def _ink_on(colour: str) -> str:
    return max((WHITE, DARK_INK), key=lambda ink: contrast(colour, ink))


def _mixed(one: str, other: str, step: int) -> str:
    """``step`` fiftieths of the way, each channel rounded down."""
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    levels = ((begin * (_STEPS - step) + end * step) // _STEPS for begin, end in pairs)
    return "#" + "".join(f"{level:02x}" for level in levels)
