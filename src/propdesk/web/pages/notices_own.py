"""What one was told, and how one wants to be told."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from propdesk.connectors.messengers.addresses import checked
from propdesk.connectors.messengers.guarded_post import Reach
from propdesk.crm.notices.actions.connect_messenger import (
    ask_to_connect,
    confirm_messenger,
    disconnect_messenger,
)
from propdesk.crm.notices.actions.mark_read import mark_read
from propdesk.crm.notices.actions.set_preferences import set_preferences
from propdesk.crm.notices.kinds import Kind
from propdesk.crm.notices.known import PERSONAL
from propdesk.crm.notices.models import Channel, Contact, InboxMessage, Preference
from propdesk.crm.notices.shipped_texts import KINDS
from propdesk.crm.notices.terms import terms
from propdesk.crm.people.models import Person
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import signed_in
from propdesk.web.keyset import following, id_before
from propdesk.web.notices_forms import CodeForm, ConnectForm
from propdesk.web.pages.people_own import myself
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

ROWS = 30
UNPROCESSABLE = 422


def check_address(channel: str, address: str) -> str:
    """What may be kept as an address here. Raises ``ValueError``."""
    return checked(channel, address, Reach(allow_private=settings.WEBHOOKS_TO_PRIVATE))


@require_safe
@never_cache
@signed_in
def inbox(request: HttpRequest) -> HttpResponse:
    found = InboxMessage.objects.filter(person=myself(request).id).order_by("-id")
    before = id_before(request)
    if before is not None:
        found = found.filter(id__lt=before)
    rows, more = following(found, ROWS)
    return render(request, "web/notices/inbox.html", {"rows": rows, "more": more, "paged": before})


@require_POST
@signed_in
def read(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """Mark one as read and go where it leads; another person's is left alone."""
    person = myself(request)
    by = visitor(request).acting("notices.mark_read")
    mark_read(person.id, id, by=by, at=received_at())
    found = InboxMessage.objects.filter(person=person.id, pk=id).first()
    if found is not None and found.link and request.POST.get("go"):
        return redirect(found.link)
    return redirect("own-messages")


@require_POST
@signed_in
def read_all(request: HttpRequest) -> HttpResponse:
    by = visitor(request).acting("notices.mark_read")
    mark_read(myself(request).id, None, by=by, at=received_at())
    return redirect("own-messages")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def notifications(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    ticked = set(request.POST.getlist("on"))
    wanted = {
        (kind.name, channel.value): f"{kind.name}/{channel.value}" in ticked
        for kind in _kinds(request)
        for channel in PERSONAL
        if not (channel == Channel.MAIL and kind.mail_is_locked)
    }
    by = visitor(request).acting("notices.set_preferences")
    set_preferences(myself(request).id, wanted, by=by, at=received_at())
    messages.success(request, _("Your answers are kept."))
    return redirect("own-notifications")


@require_POST
@signed_in
def connect(request: HttpRequest) -> HttpResponse:
    form = ConnectForm(request.POST)
    if not form.is_valid():
        return _page(request, refused=_("Choose the channel and write the address."))
    said, person = form.cleaned_data, myself(request)
    by = visitor(request).acting("notices.connect_messenger")
    return _done(
        request,
        lambda: ask_to_connect(
            person.id, said["channel"], said["address"], check_address, by=by, at=received_at()
        ),
        _("A code is on its way there. Type it here."),
    )


@require_POST
@signed_in
def confirm(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _page(request, refused=_("Type the code."))
    said, person = form.cleaned_data, myself(request)
    by = visitor(request).acting("notices.connect_messenger")
    return _done(
        request,
        lambda: confirm_messenger(
            person.id, said["channel"], said["code"], by=by, at=received_at()
        ),
        _("Connected."),
    )


@require_POST
@signed_in
def disconnect(request: HttpRequest) -> HttpResponse:
    person, channel = myself(request), request.POST.get("channel", "")
    by = visitor(request).acting("notices.connect_messenger")
    return _done(
        request,
        lambda: disconnect_messenger(person.id, channel, by=by, at=received_at()),
        _("Disconnected."),
    )


def _done(request: HttpRequest, act: Callable[[], object], said: str) -> HttpResponse:
    try:
        act()
    except ActionRefused as refused:
        return _page(request, refused=refused.sentence)
    messages.success(request, said)
    return redirect("own-notifications")


def _kinds(request: HttpRequest) -> list[Kind]:
    """What this person can be told of: alerts are staff's."""
    is_staff = bool(visitor(request).held)
    hidden = {"connect_code", "test"}
    return [
        each
        for each in KINDS.values()
        if each.name not in hidden and (is_staff or not each.is_alert)
    ]


def _page(request: HttpRequest, *, refused: str = "") -> HttpResponse:
    person = myself(request)
    held = {
        (each.kind, each.channel): each.is_on
        for each in Preference.objects.filter(person=person.id)
    }
    contacts = {
        each.channel: each
        for each in Contact.objects.filter(person=person.id, ended_at__isnull=True)
    }
    context = {
        "rows": [_row(kind, held) for kind in _kinds(request)],
        "channels": PERSONAL,
        "contacts": contacts,
        "offered": _offered(contacts, person),
        "refused": refused,
    }
    status = UNPROCESSABLE if refused else 200
    return render(request, "web/notices/notifications.html", context, status=status)


def _row(
    kind: Kind, held: dict[tuple[str, str], bool]
) -> tuple[Kind, list[tuple[Channel, bool, bool]]]:
    """A kind, and of each channel whether it is on and whether it stays so."""
    cells = []
    for channel in PERSONAL:
        stays = channel == Channel.MAIL and kind.mail_is_locked
        cells.append((channel, stays or held.get((kind.name, channel.value), True), stays))
    return kind, cells


def _offered(contacts: dict[str, Contact], _person: Person) -> list[Channel]:
    """What can be connected: Telegram only where the firm has a bot."""
    has_bot = bool(terms().telegram_token)
    offered = [Channel.DISCORD, *([Channel.TELEGRAM] if has_bot else [])]
    return [each for each in offered if each.value not in contacts]
