"""The text of a cell as a person sees it: one kind of blank, none around it.

It must not change a letter or a digit.
"""

_SPACES = str.maketrans({"\xa0": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ", "\ufeff": " "})


class Texts(dict[str, str]):
    """Keeps one copy of each text: the same names and figures fill a statement's thousand rows."""

    def plain(self, text: str) -> str:
        shown = " ".join(text.translate(_SPACES).split())
        return self.setdefault(shown, shown)
