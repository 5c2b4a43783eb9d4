"""The stream: who may follow which accounts. The changes themselves are the server's to send."""

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from propdesk.crm.api_keys.models import Scope
from propdesk.web.api.caller import caller_of
from propdesk.web.api.declaring import reading
from propdesk.web.api.entry import own
from propdesk.web.api.following.places import EVENT_ID, FOLLOWED_MAX, PERMIT_HEADER
from propdesk.web.api.problems import Refused
from propdesk.web.api.routers.accounts import seen_by

router = Router()


@reading(router, "/stream", "stream_follow", own(Scope.ACCOUNTS_READ), None, is_stream=True)
def follow(
    request: HttpRequest, account: UUID | None = None, last_event_id: str = ""
) -> HttpResponse:
    """Follow one's accounts, or one of them: equity, room and verdicts as server-sent events.

    Staff follow the verdicts of every account, and the equity of the one they name. `verdict`,
    `correction` and `status` events bear an id: sent back as `Last-Event-ID`, what came behind it
    is told, none lost and none twice. `equity` events bear none: only the latest counts.
    """
    told = request.headers.get("Last-Event-ID", last_event_id)
    if told and not EVENT_ID.fullmatch(told):
        raise Refused(400, "no_such_place", "This id is none that an event of the stream bore.")
    caller = caller_of(request)
    everything = account is None and caller.may("live.read")
    rows = seen_by(caller) if account is None else seen_by(caller).filter(pk=account)
    names = rows.order_by("-id").values_list("engine_account", "id")[:FOLLOWED_MAX]
    followed = {} if everything else {name: str(id_) for name, id_ in names}
    permit = {
        "person": str(caller.known.pk),
        "everything": everything,
        "accounts": followed,
        "behind": told,
    }
    says = ": the stream needs the web server that comes with Propdesk\n\n"
    headers = {PERMIT_HEADER: json.dumps(permit)}
    return HttpResponse(says, content_type="text/event-stream; charset=utf-8", headers=headers)
