"""Who may open which page: each view says it, and what says nothing is opened by nobody.

It must not know whose a record is: a view that shows one asks for it with its owner.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from propdesk.crm.people.models import has_owner
from propdesk.crm.people.permissions import PERMITTED, permitting_role
from propdesk.web.pages import errors
from propdesk.web.view_as import KEPT, may_be_seen
from propdesk.web.visitor import Visitor, visitor

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
Answer = Callable[[HttpRequest], HttpResponseBase]
_MARK = "propdesk_access"


class Kind(Enum):
    """What a page asks of who opens it."""

    PUBLIC = auto()
    TOOL = auto()
    """Public, unless the installation closes its tools to all but staff."""
    SIGNED_IN = auto()
    ACTION = auto()
    API = auto()
    """An address of the API: its door asks, of a session or a key, and answers in its words."""


@dataclass(frozen=True, slots=True)
class Access:
    """What one view asks of who opens it."""

    kind: Kind
    action: str = ""
    is_open_unowned: bool = False
    """Whether anybody may while the installation has no owner."""


PUBLIC, TOOL, SIGNED_IN = Access(Kind.PUBLIC), Access(Kind.TOOL), Access(Kind.SIGNED_IN)
API = Access(Kind.API)

# The views of the library that signs people in, by the names of their addresses. They ask for a
# session themselves where they need one that is only half begun.
LIBRARY: Mapping[str, Access] = {
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_inactive": PUBLIC,
    "account_signup": PUBLIC,
    "account_email_verification_sent": PUBLIC,
    "account_confirm_email": PUBLIC,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "account_confirm_login_code": PUBLIC,
    "account_reauthenticate": SIGNED_IN,
    "account_email": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "account_set_password": SIGNED_IN,
    "mfa_authenticate": PUBLIC,
    "mfa_login_webauthn": PUBLIC,
    "mfa_index": SIGNED_IN,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
    "mfa_list_webauthn": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_reauthenticate_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": SIGNED_IN,
    "mfa_edit_webauthn": SIGNED_IN,
}


def public(view: View) -> View:
    """Anybody may open it."""
    return _marked(view, PUBLIC)


def tool(view: View) -> View:
    """Anybody may open it, unless the tools are closed; then staff may."""
    return _marked(view, TOOL)


def signed_in(view: View) -> View:
    """Whoever has signed in may open it, and sees there what is his own."""
    return _marked(view, SIGNED_IN)


def by_the_door(view: View) -> View:
    """Whoever the door of the API lets in may open it."""
    return _marked(view, API)


def allowed(action: str, *, unowned: bool = False) -> Callable[[View], View]:
    """Whom the table of permissions permits ``action`` may open it; with ``unowned``, anybody
    while there is no owner. Raises ``KeyError`` for an action that is not in the table."""
    access = Access(Kind.ACTION, action, unowned)
    if action not in PERMITTED:
        raise KeyError(action)

    def mark(view: View) -> View:
        return _marked(view, access)

    return mark


def access_of(view: Callable[..., Any], name: str) -> Access | None:
    """What is asked of who opens ``view`` at the address called ``name``; None: it says nothing."""
    found = getattr(view, _MARK, None)
    return found if isinstance(found, Access) else LIBRARY.get(name)


class Guard:
    """The middleware that opens a page to whom its view says, and to nobody else."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._answer(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        _args: tuple[Any, ...],
        _kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        name = request.resolver_match.url_name if request.resolver_match else None
        if KEPT in request.session and visitor(request).viewed_by and not may_be_seen(request):
            return errors.only_looking(request)
        access = access_of(view, name or "")
        if access is None:
            return errors.not_permitted(request)
        if access.kind in {Kind.PUBLIC, Kind.API} or (
            access.kind is Kind.TOOL and settings.TOOLS_ARE_PUBLIC
        ):
            return None
        who = visitor(request)
        if _opens(access, who):
            return None
        if access.is_open_unowned and not has_owner():
            return None
        return _turned_away(request, access, who)


def _opens(access: Access, who: Visitor) -> bool:
    if access.kind is Kind.SIGNED_IN:
        return who.person is not None
    if access.kind is Kind.TOOL:
        return who.is_staff
    return permitting_role(access.action, who.roles) is not None


def _turned_away(request: HttpRequest, access: Access, who: Visitor) -> HttpResponse:
    back = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
    if who.person is None:
        return redirect(f"{reverse('account_login')}?{back}")
    with_factor = Visitor(who.person, who.held, is_proved=True)
    if not who.is_proved and _opens(access, with_factor):
        return redirect(f"{reverse('second-factor')}?{back}")
    return errors.not_permitted(request)


def _marked(view: View, access: Access) -> View:
    setattr(view, _MARK, access)
    return view
