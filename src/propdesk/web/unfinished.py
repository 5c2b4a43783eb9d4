"""Takes up the judgings that another process, or this one before its restart, left unfinished.

It gives a sign of life for those in hand here, and removes uploads nobody needs. It must not touch
a judging that gave a sign of life a moment ago: another process has it.
"""

import logging
import threading
from datetime import datetime, timedelta
from typing import Any

from django.db import connections
from django.utils.translation import gettext as _

from propdesk.crm.judgements.actions.follow_judging import note_alive, refuse_judging
from propdesk.crm.judgements.actions.take_up_judging import silent_judgings, take_up_judging
from propdesk.crm.judgements.models import UNFINISHED, Judging
from propdesk.web.asking import asked_again, upload_of
from propdesk.web.judging import Refused
from propdesk.web.judging_queue import TooBusy, Work, followed_here
from propdesk.web.kept_uploads import sweep
from propdesk.web.received import received_at
from propdesk.web.uploads import Held

LOOK_EVERY_S = 5
SILENT_MAX = timedelta(seconds=20)
ATTEMPTS_MAX = 3

log = logging.getLogger(__name__)


def watch() -> threading.Event:
    """Look now and then, until the event is set; as a rule as long as the process lives."""
    stopped = threading.Event()
    threading.Thread(target=_until, args=(stopped,), name="unfinished", daemon=True).start()
    return stopped


def look(now: datetime) -> None:
    """One look: signs of life, what fell silent, and uploads that are not needed."""
    here = followed_here()
    note_alive(here, now)
    for judging in silent_judgings(now - SILENT_MAX):
        if judging.pk not in here:
            _take_up(judging, now)
    needed = map(upload_of, Judging.objects.filter(state__in=UNFINISHED))
    sweep([each for each in needed if each is not None], now)


def _until(stopped: threading.Event) -> None:
    while not stopped.is_set():
        try:
            look(received_at())
        except Exception:
            # The database may be away; what is silent meanwhile is taken up when it is back.
            log.exception("the look for unfinished judgings failed")
        connections.close_all()
        stopped.wait(LOOK_EVERY_S)


def _take_up(judging: Judging, now: datetime) -> None:
    if not take_up_judging(judging, now):
        return
    try:
        work = _work(judging)
    except Refused as refused:
        refuse_judging(judging.pk, judging.attempts, str(refused), now)
        return
    try:
        work.resume(judging.pk)
    except TooBusy:
        log.info("judging %s waits until fewer are in hand", judging.pk)


def _work(judging: Judging) -> Work[Any]:
    if judging.attempts >= ATTEMPTS_MAX:
        upload = upload_of(judging)
        if upload is not None:
            Held(upload).release()
        raise Refused(
            _("The program was stopped %(times)s times while it judged this history.")
            % {"times": judging.attempts}
        )
    return Work(asked_again(judging))
