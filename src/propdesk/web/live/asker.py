"""Asks the engine for what is looked at, once for all who look, and tells each what changed.

It must not ask for what nobody looks at, and no client can make it wait: what one does not take
in time is dropped with the client.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from propdesk.domain.instants import micros_of
from propdesk.ports.live_accounts import EngineAway, LiveAccounts
from propdesk.web.live.account_picture import points_of
from propdesk.web.live.age import age_of
from propdesk.web.live.picture import Picture
from propdesk.web.live.topic import Topic
from propdesk.web.live.words import as_of

EVERY_S = 0.25
BEAT_EVERY_S = 2.0
CURVE_EVERY_ROUNDS = 4
CLIENTS_MAX = 1_000
# Every trader follows an account of his own: as many as may wait, beside the staff's pages.
TOPICS_MAX = 400
# Ten seconds of changes: who has not taken them by then is not looking, or cannot keep up.
WAITING_MAX = 40

log = logging.getLogger(__name__)


class TooManyLook(Exception):
    """No further client is served now. ``str`` is the sentence the client is told."""


class Listener:
    """One client's changes, in order. ``why`` says why it was ended, once it was."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(WAITING_MAX)
        self._ended = asyncio.Event()
        self.why: str | None = None
        self.is_new = True

    def offer(self, message: bytes) -> None:
        try:
            self._waiting.put_nowait(message)
        except asyncio.QueueFull:
            self.end(_("this page did not take its changes in time"))

    def end(self, why: str | None = None) -> None:
        """Nothing more comes; the first reason stays."""
        if not self._ended.is_set():
            self.why = why
            self._ended.set()

    @property
    def is_ended(self) -> bool:
        return self._ended.is_set()

    async def next(self) -> bytes | None:
        """The next change, or None when it was ended."""
        if self.is_ended:
            return None
        taking = asyncio.ensure_future(self._waiting.get())
        ending = asyncio.ensure_future(self._ended.wait())
        try:
            await asyncio.wait({taking, ending}, return_when=asyncio.FIRST_COMPLETED)
            return taking.result() if taking.done() and not self.is_ended else None
        finally:
            taking.cancel()
            ending.cancel()


@dataclass(slots=True)
class _Watched:
    """What was last told of a topic."""

    topic: Topic
    listeners: set[Listener] = field(default_factory=set)
    picture: Picture | None = None
    drawn: dict[str, str] = field(default_factory=dict)
    moved: int = 0
    away: str | None = None
    curve: list[list[Any]] = field(default_factory=list)
    beat_at: float = 0.0


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look at a topic found; made in the asking thread, told in the loop."""

    picture: Picture | None
    drawn: dict[str, str]
    curve: list[list[Any]]
    away: str | None


class Asker:
    """The one asker of a process. Its methods belong to the loop it runs in."""

    def __init__(
        self,
        accounts: Callable[[], LiveAccounts],
        now: Callable[[], datetime],
        *,
        every_s: float = EVERY_S,
        clients_max: int = CLIENTS_MAX,
        topics_max: int = TOPICS_MAX,
    ) -> None:
        self._accounts = accounts
        self._now = now
        self._every_s = every_s
        self._clients_max = clients_max
        self._topics_max = topics_max
        self._watched: dict[Topic, _Watched] = {}
        self._thread = ThreadPoolExecutor(1, "live-asker")
        self._running: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def clients(self) -> int:
        return sum(len(each.listeners) for each in self._watched.values())

    def join(self, topic: Topic) -> Listener:
        """A listener to the topic; its first message holds everything. Raises ``TooManyLook``."""
        if self._stopping:
            raise TooManyLook(_("The server is stopping."))
        if self.clients >= self._clients_max:
            most = {"most": self._clients_max}
            raise TooManyLook(_("%(most)s pages are followed live already.") % most)
        if topic not in self._watched and len(self._watched) >= self._topics_max:
            most = {"most": self._topics_max}
            raise TooManyLook(_("%(most)s different pages are followed live already.") % most)
        watched = self._watched.setdefault(topic, _Watched(topic))
        listener = Listener()
        watched.listeners.add(listener)
        if self._running is None or self._running.done():
            self._running = asyncio.ensure_future(self._run())
        return listener

    def leave(self, topic: Topic, listener: Listener) -> None:
        watched = self._watched.get(topic)
        if watched is not None:
            watched.listeners.discard(listener)
            if not watched.listeners:
                del self._watched[topic]

    def stop(self) -> None:
        """Ends every client with a word; nobody joins any more."""
        self._stopping = True
        for watched in self._watched.values():
            for each in watched.listeners:
                each.end(_("the server is stopping"))
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _run(self) -> None:
        round_no = 0
        while self._watched and not self._stopping:
            begun = time.monotonic()
            every = list(self._watched.values())
            with_curves = round_no % CURVE_EVERY_ROUNDS == 0
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(self._thread, self._look, every, with_curves)
            for watched, seen in zip(every, found, strict=True):
                try:
                    self._tell(watched, seen, begun)
                except Exception:
                    log.exception("live page: a change of %s is not told", watched.topic)
                    for each in watched.listeners:
                        each.end(_("a change could not be told"))
            round_no += 1
            await asyncio.sleep(max(0.0, begun + self._every_s - time.monotonic()))

    def _look(self, every: list[_Watched], with_curves: bool) -> list[_Seen]:
        """In the asking thread. The first that finds no engine speaks for those after it."""
        found: list[_Seen] = []
        away: str | None = None
        for watched in every:
            if away is None:
                try:
                    found.append(self._seen(watched, with_curves))
                    continue
                except EngineAway as gone:
                    away = str(gone) or _("no engine answers")
                except Exception:
                    log.exception("live page: no look at %s", watched.topic)
                    found.append(_Seen(None, {}, [], _("the figures could not be shown")))
                    continue
            found.append(_Seen(None, {}, [], away))
        return found

    def _seen(self, watched: _Watched, with_curves: bool) -> _Seen:
        accounts = self._accounts()
        picture = watched.topic.picture(accounts)
        if picture is None:
            return _Seen(None, {}, [], _("the engine holds no account of this name any more"))
        before = {} if watched.picture is None else watched.picture.parts
        drawn = {
            name: part.drawn(picture.cells)
            for name, part in picture.parts.items()
            if name not in before or before[name].shape != part.shape
        }
        curve: list[list[Any]] = []
        if with_curves and watched.topic.account is not None:
            since = watched.curve[-1][0] * 1_000_000 if watched.curve else picture.at
            curve = points_of(accounts.curve(watched.topic.account, since=since))
        return _Seen(picture, drawn, curve, None)

    def _tell(self, watched: _Watched, seen: _Seen, begun: float) -> None:
        changes = self._changes(watched, seen)
        beat = begun - watched.beat_at >= BEAT_EVERY_S
        if beat or changes:
            watched.beat_at = begun
        told = self._event({**changes, **self._standing(watched)}) if changes or beat else None
        whole: bytes | None = None
        for each in watched.listeners:
            if each.is_new:
                each.is_new = False
                whole = whole or self._event(self._whole(watched))
                each.offer(whole)
            elif told is not None:
                each.offer(told)

    def _changes(self, watched: _Watched, seen: _Seen) -> dict[str, Any]:
        """What is new against what was told; notes it as told."""
        if seen.picture is None:
            changed = watched.away != seen.away
            watched.away = seen.away
            return {"cells": {}} if changed else {}
        before = watched.picture
        came_back, watched.away = watched.away is not None, None
        if before is None or (before.at, before.tick) != (seen.picture.at, seen.picture.tick):
            watched.moved = micros_of(self._now())
        told = {} if before is None else before.cells
        cells = {key: text for key, text in seen.picture.cells.items() if told.get(key) != text}
        orders = _orders(before, seen.picture)
        curve = seen.curve if seen.curve != watched.curve[-len(seen.curve) :] else []
        watched.picture = seen.picture
        watched.drawn.update(seen.drawn)
        watched.curve = seen.curve[-1:] or watched.curve
        moved = before is None or before.at != seen.picture.at
        if not (cells or seen.drawn or orders or curve or moved or came_back):
            return {}
        return {"cells": cells, "parts": seen.drawn, "orders": orders, "curve": curve}

    def _whole(self, watched: _Watched) -> dict[str, Any]:
        if watched.picture is None:
            return self._standing(watched)
        return {
            "cells": watched.picture.cells,
            "parts": watched.drawn,
            "orders": _orders(None, watched.picture),
            **self._standing(watched),
        }

    def _standing(self, watched: _Watched) -> dict[str, Any]:
        """How old the figures are, and whether an engine answers."""
        if watched.picture is None:
            return {"away": watched.away}
        age = age_of(watched.picture.at, micros_of(self._now()), watched.moved)
        return {
            "away": watched.away,
            "asof": as_of(watched.picture.at),
            "age_ms": age.micros // 1_000,
            "recorded": age.recorded,
        }

    def _event(self, said: dict[str, Any]) -> bytes:
        kept = {name: value for name, value in said.items() if value or name in {"away", "age_ms"}}
        return b"data: " + json.dumps(kept, separators=(",", ":")).encode() + b"\n\n"


def _orders(before: Picture | None, now: Picture) -> dict[str, tuple[str, ...]]:
    """The order of the rows of each part where it is another than before."""
    known = {} if before is None else before.parts
    return {
        name: part.order
        for name, part in now.parts.items()
        if part.order and (name not in known or known[name].order != part.order)
    }
