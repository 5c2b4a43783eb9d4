"""Where a reader of the stream is: a place in each stream of verdicts, as the id of an event.

It must not mean anything to a client but "behind this".
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

EVENT_ID = re.compile(r"v1(\.[0-9]{1,18}){1,64}")
"""``v1.1234``: the offset in each stream of verdicts, in their order."""
PERMIT_HEADER = "X-Api-Stream"
"""By which the view says who may follow what."""
FOLLOWED_MAX = 100


@dataclass(frozen=True, slots=True)
class Permit:
    """What one client may follow. ``accounts`` are ids by the names the log has for them."""

    person: str
    everything: bool
    accounts: Mapping[str, str]
    behind: str

    @classmethod
    def read(cls, text: str) -> "Permit":
        """From the header. Raises ``ValueError`` and ``KeyError`` for what no view said."""
        said = json.loads(text)
        return cls(said["person"], said["everything"], said["accounts"], said["behind"])

    def concerns(self, account: str | None) -> bool:
        return self.everything or account in self.accounts


def places_of(event_id: str, streams: Sequence[str]) -> dict[str, int] | None:
    """The offsets an id names; None where it is of other streams than there are."""
    offsets = [int(each) for each in event_id.split(".")[1:]]
    return dict(zip(streams, offsets, strict=True)) if len(offsets) == len(streams) else None


def event_id_of(places: Mapping[str, int], streams: Sequence[str]) -> str:
    return "v1" + "".join(f".{places[each]}" for each in streams)
