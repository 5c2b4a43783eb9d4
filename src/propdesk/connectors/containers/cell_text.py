"""The text of a cell as a person sees it: one kind of blank, none around it.

It must not change a letter or a digit.
"""

_SPACES = str.maketrans({"\xa0": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ", "\ufeff": " "})
# Names and round figures repeat from the first rows on; prices and times mostly do not.
REMEMBERED_MAX, REMEMBERED_LETTERS_MAX = 5_000, 40


class Texts(dict[str, str]):
    """Keeps one copy of each text: the same names and figures fill a statement's thousand rows.

    It keeps no more than ``REMEMBERED_MAX``, and no long ones.
    """

    def plain(self, text: str) -> str:
        kept = self.get(text)
        if kept is not None:
            return kept
        shown = " ".join((text if text.isascii() else text.translate(_SPACES)).split())
        kept = self.get(shown)
        if kept is not None:
            return kept
        if len(self) < REMEMBERED_MAX and len(shown) <= REMEMBERED_LETTERS_MAX:
            self[shown] = shown
        return shown
