"""What staff do to a person from its page: each address one action, and back to the page."""

from collections.abc import Callable
from uuid import UUID

from allauth.account import app_settings as account_settings
from allauth.account.adapter import get_adapter
from allauth.account.utils import user_pk_to_url_str
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from propdesk.crm.accounts.actions.propose_merge import propose_merge
from propdesk.crm.challenges.actions.propose_ban import propose_ban
from propdesk.crm.people.actions.begin_view_as import begin_view_as
from propdesk.crm.people.actions.grant_role import grant_role
from propdesk.crm.people.actions.invite_staff import invite_staff
from propdesk.crm.people.actions.resume_person import resume_person
from propdesk.crm.people.actions.revoke_role import revoke_role
from propdesk.crm.people.actions.suspend_person import suspend_person
from propdesk.crm.people.models import Person, StaffRole
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import allowed
from propdesk.web.pages.people import person_page
from propdesk.web.people_forms import BanForm, GrantForm, InviteForm, MergeForm, ReasonForm
from propdesk.web.received import received_at
from propdesk.web.view_as import begin
from propdesk.web.visitor import visitor

# A refusal of an action, or of the form, shows the page with the sentence above it.
UNPROCESSABLE = 422
DONE = gettext_lazy("Done, and recorded.")
PROPOSED = gettext_lazy("Proposed. Another person must approve it.")


@require_POST
@allowed("people.suspend_person")
def suspend(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    return _standing(request, id, suspend_person, "people.suspend_person")


@require_POST
@allowed("people.resume_person")
def resume(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    return _standing(request, id, resume_person, "people.resume_person")


@require_POST
@allowed("challenges.propose_ban")
def ban(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """Proposed here; another person does it from the approvals."""
    form = BanForm(request.POST)
    if not form.is_valid():
        return _refused(request, id, _("Say the reason: the person may ask for it."))
    said, by = form.cleaned_data, visitor(request).acting("challenges.propose_ban")
    return _done(
        request,
        id,
        lambda: propose_ban(
            id, reason=said["reason"], positions=said["positions"], by=by, at=received_at()
        ),
        says=PROPOSED,
    )


@require_POST
@allowed("people.view_as")
def view_as(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """Begin to see the trader's pages as he does."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _refused(request, id, _("Say why: the trader may ask for it."))
    by = visitor(request).acting("people.view_as")
    try:
        until = begin_view_as(id, reason=form.cleaned_data["reason"], by=by, at=received_at())
    except ActionRefused as refused:
        return _refused(request, id, refused.sentence)
    begin(request, id, until)
    return redirect("own-accounts")


def _standing(
    request: HttpRequest, whom: UUID, act: Callable[..., Person], action: str
) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _refused(request, whom, _("Say the reason: the person may ask for it."))
    by = visitor(request).acting(action)
    return _done(
        request,
        whom,
        lambda: act(whom, reason=form.cleaned_data["reason"], by=by, at=received_at()),
    )


@require_POST
@allowed("people.propose_merge")
def merge(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    form = MergeForm(request.POST)
    if not form.is_valid():
        return _refused(request, id, _("Name the person who remains by the id, and the reason."))
    said, by = form.cleaned_data, visitor(request).acting("people.propose_merge")
    return _done(
        request,
        id,
        lambda: propose_merge(id, said["into"], reason=said["reason"], by=by, at=received_at()),
        says=PROPOSED,
    )


@require_POST
@allowed("people.grant_role")
def grant(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    form = GrantForm(request.POST)
    if not form.is_valid():
        return _refused(request, id, _("Choose the role and say the reason."))
    said, by = form.cleaned_data, visitor(request).acting("people.grant_role")
    role = StaffRole(said["role"])
    return _done(
        request,
        id,
        lambda: grant_role(id, role, reason=said["reason"], by=by, at=received_at()),
    )


@require_POST
@allowed("people.revoke_role")
def revoke(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    form = GrantForm(request.POST)
    if not form.is_valid():
        return _refused(request, id, _("Choose the role and say the reason."))
    said, by = form.cleaned_data, visitor(request).acting("people.revoke_role")
    role = StaffRole(said["role"])
    return _done(
        request,
        id,
        lambda: revoke_role(id, role, reason=said["reason"], by=by, at=received_at()),
    )


@require_POST
@allowed("people.invite_staff")
def invite(request: HttpRequest) -> HttpResponse:
    form = InviteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nobody was invited: the address or the name is missing."))
        return redirect("people")
    said, by = form.cleaned_data, visitor(request).acting("people.invite_staff")
    try:
        invited = invite_staff(
            said["email"],
            StaffRole(said["role"]),
            display_name=said["display_name"],
            by=by,
            at=received_at(),
        )
    except ActionRefused as refused:
        messages.error(request, refused.sentence)
        return redirect("people")
    _send_invitation(request, invited)
    messages.success(request, _("The invitation is on its way."))
    return redirect("person", id=invited.id)


def _send_invitation(request: HttpRequest, invited: Person) -> None:
    """The mail from which the invited chooses a password. Where it is lost, “forgotten password”
    sends the same link."""
    adapter = get_adapter(request)
    token = account_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(invited)
    address = adapter.get_reset_password_from_key_url(f"{user_pk_to_url_str(invited)}-{token}")
    adapter.send_mail("web/mail/invited", invited.email, {"address": address})


def _done(
    request: HttpRequest,
    whom: UUID,
    act: Callable[[], object],
    *,
    says: Promise = DONE,
) -> HttpResponse:
    try:
        act()
    except ActionRefused as refused:
        return _refused(request, whom, refused.sentence)
    messages.success(request, str(says))
    return redirect("person", id=whom)


def _refused(request: HttpRequest, whom: UUID, sentence: str) -> HttpResponse:
    return person_page(request, whom, refused=sentence, status=UNPROCESSABLE)
