"""The log of deliveries: what was sent to whom by which way, each attempt, and once more."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from propdesk.crm.notices.actions.replay_delivery import replay_delivery
from propdesk.crm.notices.models import Channel, Delivery, DeliveryState
from propdesk.crm.notices.shipped_texts import KINDS
from propdesk.crm.people.masking import SEEN_WHOLE, Field, shown
from propdesk.crm.people.permissions import permitting_role
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import allowed
from propdesk.web.keyset import following, id_before, id_in
from propdesk.web.received import received_at
from propdesk.web.visitor import Visitor, visitor

ROWS = 50
UNPROCESSABLE = 422
LOOKED_AT = (DeliveryState.FAILED, DeliveryState.UNCERTAIN, DeliveryState.WAITING)


@require_safe
@never_cache
@allowed("notices.read")
def deliveries(request: HttpRequest) -> HttpResponse:
    found = Delivery.objects.select_related("outlet").order_by("-id")
    state, channel = request.GET.get("state", ""), request.GET.get("channel", "")
    if state in DeliveryState.values:
        found = found.filter(state=state)
    if channel in Channel.values:
        found = found.filter(channel=channel)
    person = id_in(request, "person")
    if person is not None:
        found = found.filter(person=person)
    before = id_before(request)
    if before is not None:
        found = found.filter(id__lt=before)
    rows, more = following(found, ROWS)
    counted = Delivery.objects.filter(state__in=LOOKED_AT).values_list("state")
    counts = dict(counted.annotate(count=Count("id")).order_by())
    who = visitor(request)
    context = {
        "rows": [(row, _receiver(row, who), _title(row)) for row in rows],
        "more": more,
        "state": state,
        "person": person,
        "channel": channel,
        "states": DeliveryState.choices,
        "channels": Channel.choices,
        "counts": [(each, counts.get(each.value, 0)) for each in LOOKED_AT],
    }
    return render(request, "web/notices/deliveries.html", context)


@require_safe
@never_cache
@allowed("notices.read")
def delivery(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    return _page(request, id)


@require_POST
@allowed("notices.replay_delivery")
def replay(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    if not Delivery.objects.filter(pk=id).exists():
        raise Http404
    by = visitor(request).acting("notices.replay_delivery")
    try:
        again = replay_delivery(id, by=by, at=received_at())
    except ActionRefused as refused:
        return _page(request, id, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("It is on its way again."))
    return redirect("delivery", id=again.pk)


def _page(request: HttpRequest, key: UUID, *, refused: str = "", status: int = 200) -> HttpResponse:
    row = Delivery.objects.select_related("outlet", "notice").filter(pk=key).first()
    if row is None:
        raise Http404
    who = visitor(request)
    context = {
        "row": row,
        "receiver": _receiver(row, who),
        "title": _title(row),
        "text": _text(row, who),
        "tries": list(row.tries.order_by("id")),
        "replays": list(row.replays.order_by("id")),
        "may_replay": permitting_role("notices.replay_delivery", who.roles) is not None,
        "refused": refused,
    }
    return render(request, "web/notices/delivery.html", context, status=status)


def _title(row: Delivery) -> str:
    """What it tells of; a kind that is gone by its name."""
    kind = KINDS.get(row.kind)
    return row.kind if kind is None else kind.title


def _receiver(row: Delivery, who: Visitor) -> str:
    """To whom, as this role sees it."""
    if row.outlet is not None:
        return row.outlet.name
    return shown(Field.EMAIL, row.address, who.roles) if row.address else ""


def _text(row: Delivery, who: Visitor) -> str | None:
    """What was said; None where it names somebody this role does not see, or holds a code."""
    if row.kind == "connect_code":
        return None
    if row.person is not None and not SEEN_WHOLE[Field.NAME] & who.roles:
        return None
    return row.text
