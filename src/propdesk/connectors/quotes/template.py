"""The floor plan of a format of quotes: how its files are known, opened and walked.

A format must not reorder, repair or round: a row it cannot read is refused with its number.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Literal, TypeAlias

from propdesk.domain.events import Bar, Quote
from propdesk.domain.instruments import Catalogue

Price: TypeAlias = Quote | Bar
Known: TypeAlias = Literal["both", "bid", "ask"]
"""Which sides of the price a file tells. On the other one bars of one side bear the same prices,
or the least they can have been; a position that closes there is not valued at them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """What is seen of a file before it is opened: where it lies and its first lines.

    ``inner`` is the name of the file inside a zip, or the file's own. ``lines`` is empty where
    the content is no text.
    """

    path: Path
    inner: str
    head: bytes
    lines: tuple[str, ...]

    @property
    def first_line(self) -> str:
        return self.lines[0].rstrip("\r") if self.lines else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteOptions:
    """What a person may say beside the files; ``zone`` None: no clock was named."""

    zone: tzinfo | None
    catalogue: Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteFile:
    """One file of quotes, of one symbol or more.

    ``walk`` yields the prices of one printed symbol in ``[since, until]``, in order, and may be
    called more than once. ``span_us`` is the length of a bar, None for ticks.
    """

    path: Path
    symbols: tuple[str, ...]
    first_at: int
    walk: Callable[[str, int, int], Iterator[Price]]
    span_us: int | None = None
    known: Known = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteFormat:
    """One format of files. ``zone`` says in a sentence on which clock its times are read.

    ``knows`` is pure and cheap; no two formats may know the same file. ``open`` raises
    ``Unreadable``.
    """

    name: str
    title: str
    zone: str
    knows: Callable[[Glimpse], bool]
    open: Callable[[Glimpse, QuoteOptions], QuoteFile]
