"""How much a release is said to matter, in the words of every calendar seen, as one of four.

It must not guess: a word that is not listed raises ``ValueError``.
"""

HIGH = "high"
HOLIDAY = "holiday"  # bank holidays, clock changes: no release at all

_WORDS = {
    "high": ("high", "high impact expected", "red", "3", "important"),
    "medium": ("medium", "medium impact expected", "moderate", "med", "orange", "2"),
    "low": ("low", "low impact expected", "yellow", "1"),
    "holiday": ("holiday", "non-economic", "gray", "grey", "none", "0"),
}
_BY_WORD = {word: impact for impact, words in _WORDS.items() for word in words}


def impact_of(said: str) -> str:
    """``high``, ``medium``, ``low`` or ``holiday``."""
    try:
        return _BY_WORD[said.strip().casefold()]
    except KeyError:
        raise ValueError(f"{said[:30]!r} is no impact (high, medium, low, holiday)") from None


def impact_among(said: str) -> str | None:
    """The impact a text names by one of its words (``Impact: High``), if any."""
    words = said.casefold().replace(":", " ").replace(",", " ").split()
    return next((i for i in ("high", "medium", "low", "holiday") if i in words), None)
