"""The last picture of what was looked at, for the time in which no engine answers.

It must not be shown without its age.
"""

import threading
from collections import OrderedDict

from propdesk.web.live.picture import Picture
from propdesk.web.live.topic import Topic

TOPICS_MAX = 100


class Remembered:
    """At most ``topics_max`` pictures; that which was not looked at for longest goes first."""

    def __init__(self, topics_max: int = TOPICS_MAX) -> None:
        self._topics_max = topics_max
        self._lock = threading.Lock()
        self._kept: OrderedDict[Topic, Picture] = OrderedDict()

    def keep(self, topic: Topic, picture: Picture) -> None:
        with self._lock:
            self._kept[topic] = picture
            self._kept.move_to_end(topic)
            while len(self._kept) > self._topics_max:
                self._kept.popitem(last=False)

    def of(self, topic: Topic) -> Picture | None:
        with self._lock:
            return self._kept.get(topic)
