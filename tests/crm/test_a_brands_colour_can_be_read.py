"""Whatever colour a firm chooses: what the pages show of it can be read, light and dark."""

from hypothesis import given
from hypothesis import strategies as st

from propdesk.crm.catalog.contrast import READABLE_MIN, contrast
from propdesk.crm.catalog.palette import DARK_GROUND, LIGHT_GROUND, palette_of

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS)
def test_links_and_the_text_of_buttons_can_be_read(accent: str) -> None:
    shades = palette_of(accent)
    assert contrast(shades.light, LIGHT_GROUND) >= READABLE_MIN
    assert contrast(shades.dark, DARK_GROUND) >= READABLE_MIN
    assert contrast(shades.light, shades.light_ink) >= READABLE_MIN
    assert contrast(shades.dark, shades.dark_ink) >= READABLE_MIN


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert palette_of("#1f5fae").light == "#1f5fae"
    assert palette_of("#8ab4f8").dark == "#8ab4f8"


def test_one_that_cannot_keeps_its_hue() -> None:
    """A yellow of light pages is a dark one, a navy of dark pages a light one."""
    light, dark = palette_of("#ffcc00").light, palette_of("#0a1a4f").dark
    assert light[5:] == "00"
    assert int(light[1:3], 16) > int(light[3:5], 16) > 0
    assert int(dark[5:], 16) > int(dark[3:5], 16) > int(dark[1:3], 16)
