"""What a partition remembers of judging again, as the part of a snapshot, and back."""

import msgspec

from propdesk.engine.rejudging import Blemish, Due, Rejudging
from propdesk.engine.rejudging_changes import Withdrawn
from propdesk.engine.rejudging_gaps import Gap


class _Part(msgspec.Struct, array_like=True):
    gaps: dict[str, tuple[Gap, ...]]
    queue: list[Due]
    blemishes: dict[str, tuple[Blemish, ...]]
    withdrawn: dict[str, tuple[Withdrawn, ...]]
    stretch: int


def part_of(rejudging: Rejudging) -> bytes:
    """The bytes of all that is remembered."""
    part = _Part(
        gaps=rejudging.gaps.by_symbol,
        queue=list(rejudging.queue.values()),
        blemishes=rejudging.blemishes,
        withdrawn=rejudging.withdrawn,
        stretch=rejudging.stretch,
    )
    return msgspec.msgpack.encode(part)


def recall(rejudging: Rejudging, part: bytes | memoryview) -> None:
    """Remember what a snapshot's part says. Raises ``ValueError`` for anything else."""
    read = msgspec.msgpack.decode(part, type=_Part)
    rejudging.gaps.by_symbol.update(read.gaps)
    rejudging.queue.update((each.account, each) for each in read.queue)
    rejudging.blemishes.update(read.blemishes)
    rejudging.withdrawn.update(read.withdrawn)
    rejudging.stretch = read.stretch
