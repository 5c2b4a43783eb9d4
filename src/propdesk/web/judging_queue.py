"""Judges in threads beside the requests, a few at a time, so that no page waits for a history.

A request waits a moment for its judging; one that lasts longer is followed on a page of its own.
It must not keep anything of a refused history.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction
from django.utils.translation import gettext as _

from propdesk.crm.judgements.actions.follow_judging import (
    begin_judging,
    finish_judging,
    note_progress,
    refuse_judging,
)
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


class TooBusy(Exception):
    """As many histories are being judged as may be. The page asks to come back; it is a 503."""


class TakesLonger(Exception):
    """The judging goes on without the request; its page is that of ``judging``."""

    def __init__(self, judging: UUID) -> None:
        super().__init__(str(judging))
        self.judging = judging


class Work(Generic[T]):
    """One judging: ``judge`` outside any transaction, ``keep`` in one, ``release`` at the end.

    ``keep`` returns the address of what came out. Both may raise ``Refused``.
    """

    def __init__(
        self,
        name: str,
        judge: Callable[[Watched], T],
        keep: Callable[[T], str],
        release: Callable[[], None],
    ) -> None:
        self.name = name
        self._judge = judge
        self._keep = keep
        self._release = release
        self._judged: Future[T] = Future()
        self._followed: UUID | None = None
        self._told_at: datetime | None = None

    def run(self) -> str:
        """The address, if it comes within ``JUDGING_WAIT_S``.

        Raises ``Refused``, ``TakesLonger`` or ``TooBusy``.
        """
        if not _in_hand.acquire(blocking=False):
            self._release()
            raise TooBusy
        threading.Thread(target=self._in_thread, name="judging", daemon=True).start()
        try:
            judged = self._judged.result(timeout=settings.JUDGING_WAIT_S)
        except TimeoutError:
            if self._judged.done():  # the judging itself ran out of some time
                raise
        else:
            return self._kept(judged)
        self._followed = begin_judging(self.name, received_at())
        self._judged.add_done_callback(self._over)
        raise TakesLonger(self._followed)

    def _in_thread(self) -> None:
        try:
            with _slots:
                try:
                    judged = self._judge(self._watched)
                finally:
                    self._release()
        except BaseException as failed:  # noqa: BLE001 (handed to whoever waits)
            self._judged.set_exception(failed)
        else:
            self._judged.set_result(judged)
        finally:
            _in_hand.release()
            connections.close_all()

    def _kept(self, judged: T) -> str:
        with transaction.atomic():
            return self._keep(judged)

    def _over(self, judged: Future[T]) -> None:
        """The judging has ended after its request: keep it, or say why there is nothing."""
        judging = self._followed
        if judging is None:  # pragma: no cover - it is set before the callback
            return
        try:
            with transaction.atomic():
                finish_judging(judging, self._keep(judged.result()), received_at())
        except Refused as refused:
            refuse_judging(judging, _writable(str(refused)), received_at())
        except Exception:
            log.exception("judging %s failed", judging)
            why = _("The program met what it did not expect. Nothing was kept.")
            refuse_judging(judging, why, received_at())

    def _watched(self, events: Iterable[Event]) -> Iterator[Event]:
        for number, event in enumerate(events, 1):
            if number % COUNT_EVERY == 0 and self._followed is not None:
                self._tell(self._followed, number)
            yield event

    def _tell(self, judging: UUID, number: int) -> None:
        now = received_at()
        if self._told_at is None or now - self._told_at >= TELL_EVERY:
            self._told_at = now
            note_progress(judging, number, now)


def _writable(sentence: str) -> str:
    """Without what no database takes: NUL and half characters."""
    return sentence.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
