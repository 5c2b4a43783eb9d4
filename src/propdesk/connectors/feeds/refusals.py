"""What of one delivery was refused: all of it counted, the first of it in words.

It must not grow with what a sender does wrong.
"""

from dataclasses import dataclass, field

from propdesk.ports.intake import REFUSALS_NAMED_MAX


@dataclass(slots=True)
class Refusals:
    """Mutable: refusals are added as they are found."""

    count: int = 0
    _named: list[str] = field(default_factory=list)

    def add(self, sentence: str, count: int = 1) -> None:
        self.count += count
        if len(self._named) < REFUSALS_NAMED_MAX:
            self._named.append(sentence)

    def named(self) -> tuple[str, ...]:
        return tuple(self._named)
