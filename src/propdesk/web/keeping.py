"""A request to judge becomes a kept judgement with an address, at once or a little later.

It must not decide anything: reading and judging are elsewhere, keeping is an action.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from django.urls import reverse

from propdesk.crm.judgements.actions.keep_judgement import (
    Finished,
    NotKeepable,
    keep_judgement,
    sha256_of,
)
from propdesk.crm.judgements.models import Judgement
from propdesk.web.judging import Judged, Refused, Request, Watched, judge
from propdesk.web.judging_queue import Task
from propdesk.web.received import received_at

Fingerprinted: TypeAlias = tuple[Judged, str]


def judge_and_keep(
    request: Request, asked: dict[str, Any], over: Callable[[BaseException | None], None]
) -> Task[Fingerprinted]:
    """The task of judging one history; ``asked`` is the request in words that outlive us."""
    name = request.history.name

    def judged(watched: Watched) -> Fingerprinted:
        return judge(request, watched), sha256_of(request.history)

    def kept(done: Fingerprinted) -> str:
        return reverse("judgement", args=[kept_judgement(done[0], name, done[1]).pk])

    return Task(name=name, asked=asked, judge=judged, keep=kept, over=over)


def kept_judgement(
    judged: Judged, file_name: str, file_sha256: str, compared_with: Judgement | None = None
) -> Judgement:
    """Keep it. Raises ``Refused`` where its texts cannot be kept."""
    finished = Finished(
        file_name=file_name,
        file_sha256=file_sha256,
        zone=judged.zone,
        notes=judged.notes,
        result=judged.result,
        around=judged.around,
        evidence=judged.evidence,
    )
    try:
        return keep_judgement(finished, received_at(), compared_with)
    except NotKeepable as refused:
        raise Refused(f"{file_name}: {refused}") from refused
