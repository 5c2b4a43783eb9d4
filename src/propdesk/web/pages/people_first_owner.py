"""The page of the first run: it makes the owner where there is none.

It opens only on the machine itself, or to whoever has the token that the program printed.
"""

import ipaddress

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from propdesk.crm.audit.actor import Actor, system
from propdesk.crm.people.actions.create_owner import Owner, create_owner
from propdesk.crm.people.models import Person, has_owner
from propdesk.crm.people.owner_token import owner_token
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import public
from propdesk.web.pages import errors
from propdesk.web.people_forms import FirstOwnerForm
from propdesk.web.received import received_at
from propdesk.web.visitor import address_of

# What a proxy adds: a request that has one did not begin on this machine.
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")
OWN_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public
def first_owner(request: HttpRequest) -> HttpResponse:
    if has_owner():
        raise Http404
    token = request.GET.get("token", "") or request.POST.get("token", "")
    is_token = constant_time_compare(token, owner_token(settings.SECRET_KEY))
    if not is_token and not is_from_this_machine(request):
        return errors.only_here(request)
    form = FirstOwnerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _created(request, form):
        messages.success(request, _("The installation is yours. Sign in."))
        return redirect("account_login")
    status = 400 if form.errors else 200
    context = {"form": form, "token": token if is_token else ""}
    return render(request, "web/people/first_owner.html", context, status=status)


def is_from_this_machine(request: HttpRequest) -> bool:
    """Whether the request began here: a loop-back address, no proxy's mark, and a name that only
    this machine has (another page in the same browser could lead its own name here)."""
    if any(name in request.META for name in FORWARDED):
        return False
    host, _colon, _port = request.get_host().rpartition(":")
    if (host or request.get_host()) not in OWN_NAMES and request.get_host() not in OWN_NAMES:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _created(request: HttpRequest, form: FirstOwnerForm) -> Person | None:
    """The owner; or None, and the form says why not."""
    said = form.cleaned_data
    by = Actor(None, system("").role, address=address_of(request), process="first-owner page")
    try:
        validate_password(said["password"], Person(email=said["email"]))
    except ValidationError as weak:
        form.add_error("password", weak)
        return None
    owner = Owner(said["email"], said["password"], said["display_name"])
    try:
        return create_owner(owner, by=by, at=received_at())
    except ActionRefused as refused:
        form.add_error(None, refused.sentence)
        return None
