"""Judges in threads beside the requests, a few at a time, so that no page waits for a history.

A request waits a moment for its judging; one that lasts longer is followed on a page of its own,
and another process can begin it anew. It must not keep anything of a refused history.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.utils.translation import gettext as _

from propdesk.crm.judgements.actions.follow_judging import (
    TakenUpElsewhere,
    begin_judging,
    finish_judging,
    note_progress,
    refuse_judging,
    start_judging,
)
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.events import Event
from propdesk.web.judging import Refused, Watched
from propdesk.web.received import received_at

AT_ONCE_MAX = 2
IN_HAND_MAX = 8
COUNT_EVERY = 20_000
TELL_EVERY = timedelta(seconds=1)

T = TypeVar("T")
log = logging.getLogger(__name__)
_slots = threading.BoundedSemaphore(AT_ONCE_MAX)
_in_hand = threading.BoundedSemaphore(IN_HAND_MAX)
_followed_here: set[UUID] = set()


class TooBusy(Exception):
    """As many histories are being judged as may be. The page asks to come back; it is a 503."""


class TakesLonger(Exception):
    """The judging goes on without the request; its page is that of ``judging``."""

    def __init__(self, judging: UUID) -> None:
        super().__init__(str(judging))
        self.judging = judging


@dataclass(frozen=True, kw_only=True)
class Task(Generic[T]):
    """What is to be done: ``judge`` outside any transaction, ``keep`` in one, ``over`` at the end.

    ``keep`` returns the address of what came out. Both may raise ``Refused``. ``over`` is told
    what went wrong, or None; it is not called where another process has to begin anew.
    """

    name: str
    asked: dict[str, Any]
    """Enough to make the same task in another process."""
    judge: Callable[[Watched], T]
    keep: Callable[[T], str]
    over: Callable[[BaseException | None], None]


class Work(Generic[T]):
    """One judging on its way, in this process."""

    def __init__(self, task: Task[T]) -> None:
        self._task = task
        self._judged: Future[T] = Future()
        self._turn = threading.Lock()
        self._started = False
        self._followed: UUID | None = None
        self._attempt = 0
        self._told_at: datetime | None = None

    def run(self) -> str:
        """The address, if it comes within ``JUDGING_WAIT_S``.

        Raises ``Refused``, ``TakesLonger`` or ``TooBusy``.
        """
        try:
            self._begin()
            address = self._kept(self._judged.result(timeout=settings.JUDGING_WAIT_S))
        except TimeoutError as late:
            if self._judged.done():  # the judging itself ran out of some time
                self._task.over(late)
                raise
            raise TakesLonger(self._follow()) from None
        except BaseException as failed:
            self._task.over(failed)
            raise
        self._task.over(None)
        return address

    def resume(self, judging: UUID) -> None:
        """Judge what another process left unfinished. Raises ``TooBusy``."""
        self._followed = judging
        self._begin()
        _followed_here.add(judging)
        self._judged.add_done_callback(self._over)

    def _begin(self) -> None:
        if not _in_hand.acquire(blocking=False):
            raise TooBusy
        threading.Thread(target=self._in_thread, name="judging", daemon=True).start()

    def _follow(self) -> UUID:
        """Give it a page, whether it waits for its turn or has begun."""
        now = received_at()
        judging = uuid7(now)
        with self._turn:
            self._attempt = begin_judging(
                judging, self._task.name, self._task.asked, now, running=self._started
            )
            self._followed = judging
        _followed_here.add(judging)
        self._judged.add_done_callback(self._over)
        return judging

    def _in_thread(self) -> None:
        try:
            with _slots:
                self._start()
                judged = self._task.judge(self._watched)
        except BaseException as failed:  # noqa: BLE001 (handed to whoever waits)
            self._judged.set_exception(failed)
        else:
            self._judged.set_result(judged)
        finally:
            _in_hand.release()
            connections.close_all()

    def _start(self) -> None:
        with self._turn:
            self._started = True
            if self._followed is not None:
                self._attempt = start_judging(self._followed, received_at())

    def _kept(self, judged: T) -> str:
        with transaction.atomic():
            return self._task.keep(judged)

    def _over(self, judged: Future[T]) -> None:
        """The judging has ended after its request: keep it, or say why there is nothing."""
        judging = self._followed
        if judging is None:  # pragma: no cover - it is set before the callback
            return
        try:
            with transaction.atomic():
                address = self._task.keep(judged.result())
                finish_judging(judging, self._attempt, address, received_at())
        except Refused as refused:
            self._task.over(refused)
            refuse_judging(judging, self._attempt, _writable(str(refused)), received_at())
        except TakenUpElsewhere:
            log.warning("judging %s was taken up by another process", judging)
        except DatabaseError:
            # Nothing can be written of it now; it falls silent and is taken up.
            log.exception("judging %s was not kept", judging)
        except Exception as failed:
            log.exception("judging %s failed", judging)
            why = _("The program met what it did not expect. Nothing was kept.")
            refuse_judging(judging, self._attempt, why, received_at())
            self._task.over(failed)
        else:
            self._task.over(None)
        finally:
            _followed_here.discard(judging)

    def _watched(self, events: Iterable[Event]) -> Iterator[Event]:
        for number, event in enumerate(events, 1):
            if number % COUNT_EVERY == 0 and self._followed is not None:
                self._tell(self._followed, number)
            yield event

    def _tell(self, judging: UUID, number: int) -> None:
        now = received_at()
        if self._told_at is None or now - self._told_at >= TELL_EVERY:
            self._told_at = now
            note_progress(judging, self._attempt, number, now)


def followed_here() -> frozenset[UUID]:
    """The judgings with a page that this process has in hand."""
    return frozenset(_followed_here)


def _writable(sentence: str) -> str:
    """Without what no database takes: NUL and half characters."""
    return sentence.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
