"""A long list in a small part of the memory its items take: only some of them are unpacked.

A row of a table takes ten times its text as Python objects, a trade's two deals even more. What
goes in comes out equal, but not the same object. It must not be used for what is looked up at
random, and what was put in must not be changed.
"""

import io
import pickle
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar, overload

T = TypeVar("T")

# A list that fits in this many items is never packed: most statements, and they cost no time.
UNPACKED_MAX = 4096
BLOCK = 512
_FASTEST = 1


class _Values(dict[type, Callable[[Any], tuple[Any, ...]] | None]):
    """How the values of each kind of item are got, found out at the first sight of each."""

    def __missing__(self, kind: type) -> Callable[[Any], tuple[Any, ...]] | None:
        known = fields(kind) if is_dataclass(kind) else ()
        # One field alone would come as itself, and a keyword-only one cannot be given by its place.
        placed = len(known) > 1 and all(each.init and not each.kw_only for each in known)
        self[kind] = attrgetter(*(each.name for each in known)) if placed else None
        return self[kind]


_VALUES = _Values()


class _Pickler(pickle.Pickler):
    """Pickles a frozen value as what it is called with: twice as quick as by its state."""

    def reducer_override(self, value: Any) -> Any:
        values = _VALUES[type(value)]
        return NotImplemented if values is None else (type(value), values(value))


def packed(items: Sequence[T]) -> list[bytes]:
    """The items in blocks of ``BLOCK``."""
    return [_block(items[begin : begin + BLOCK]) for begin in range(0, len(items), BLOCK)]


def _block(items: Sequence[T]) -> bytes:
    out = io.BytesIO()
    _Pickler(out, pickle.HIGHEST_PROTOCOL).dump(items)
    return zlib.compress(out.getbuffer(), _FASTEST)


def unpacked(block: bytes) -> list[T]:
    """The items of one block that ``packed`` made."""
    # Nothing but this process's own memory is ever given here.
    found: list[T] = pickle.loads(zlib.decompress(block))  # noqa: S301
    return found


class PackedList(Sequence[T]):
    """Items in the order in which they were appended. Mutable: it grows.

    A slice is a tuple of unpacked items, so only short ones are asked for; the rest of a list is
    walked with ``since``.
    """

    __slots__ = ("_blocks", "_last")

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._blocks: list[bytes] = []
        self._last: list[T] = []
        for item in items:
            self.append(item)

    def append(self, item: T) -> None:
        self._last.append(item)
        if len(self._last) == UNPACKED_MAX:
            self._blocks += packed(self._last)
            self._last = []

    def since(self, index: int) -> Iterator[T]:
        """The items from ``index`` on; ``index`` counts from 0 and is not below it."""
        first, within = divmod(index, BLOCK)
        for number in range(first, len(self._blocks)):
            items: list[T] = unpacked(self._blocks[number])
            yield from islice(items, within, None)
            within = 0
        yield from islice(self._last, max(index - len(self._blocks) * BLOCK, 0), None)

    def __iter__(self) -> Iterator[T]:
        return self.since(0)

    def __reversed__(self) -> Iterator[T]:
        yield from reversed(self._last)
        for block in reversed(self._blocks):
            items: list[T] = unpacked(block)
            yield from reversed(items)

    def __len__(self) -> int:
        return len(self._blocks) * BLOCK + len(self._last)

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...

    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        places = range(len(self))[index]
        if isinstance(places, int):
            return next(self.since(places))
        if places.step != 1:
            raise ValueError("a packed list is walked forwards, one item after another")
        return tuple(islice(self.since(places.start), len(places)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        pairs = zip(self, other, strict=False)
        return len(self) == len(other) and all(mine == theirs for mine, theirs in pairs)

    def __hash__(self) -> int:
        raise TypeError("a list that grows has no hash")
