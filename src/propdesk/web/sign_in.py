"""How the library that signs people in calls the firm's own: registering, and session events.

It must not write a person but by an action.
"""

from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from propdesk.crm.audit.actor import anonymous
from propdesk.crm.catalog.models.firm import DEFAULT_BRAND
from propdesk.crm.notices.terms import looks
from propdesk.crm.people.actions.register import Registration, register
from propdesk.crm.people.models import Person, Purpose, SessionEventKind
from propdesk.crm.people.new_devices import tell_of_new_device
from propdesk.crm.people.session_events import keep_session_event
from propdesk.web.first_touch import first_touch_of
from propdesk.web.received import received_at
from propdesk.web.seen_from import know_device, seen_from
from propdesk.web.visitor import address_of, look_again


@dataclass(frozen=True, slots=True)
class _Site:
    """What the library's mails say of who writes: the firm, and the address of its pages."""

    name: str
    domain: str


class SignIn(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """What the library asks of the firm."""

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return bool(settings.REGISTRATION_IS_OPEN)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the firm's name: who is asked to confirm an address knows the firm, and no host."""
        site = _Site(looks()[DEFAULT_BRAND].name, self.request.get_host())
        super().send_mail(template_prefix, email, {**context, "current_site": site})

    def get_from_email(self) -> str:
        return looks()[DEFAULT_BRAND].sender

    def save_user(
        self, request: HttpRequest, _user: Person, form: Any, _commit: bool = True
    ) -> Person:
        said, first = form.cleaned_data, first_touch_of(request)
        registration = Registration(
            email=said["email"],
            password=said["password1"],
            display_name=said["display_name"],
            language=said["language"],
            time_zone=said["time_zone"],
            first_source=first.source,
            first_campaign=first.campaign,
            first_seen_at=first.at,
            consents=tuple((purpose, said[purpose.value]) for purpose in Purpose),
        )
        return register(registration, by=anonymous(address_of(request)), at=received_at())

    def post_login(self, request: HttpRequest, user: Person, **how: Any) -> HttpResponseBase:
        response: HttpResponse = super().post_login(request, user, **how)
        look_again(request)
        know_device(request, user.id, response)
        event = keep_session_event(
            SessionEventKind.LOGIN, at=received_at(), seen=seen_from(request), person=user.id
        )
        tell_of_new_device(event)
        return response

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, Person):
            keep_session_event(
                SessionEventKind.LOGOUT,
                at=received_at(),
                seen=seen_from(request),
                person=request.user.id,
            )
        super().logout(request)
        look_again(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        email = str(credentials.get("email", "")).strip().lower()
        keep_failed_sign_in(request, Person.objects.filter(email=email).first())

    def respond_user_inactive(self, request: HttpRequest, user: Person) -> HttpResponse:
        keep_failed_sign_in(request, user)
        return redirect("account_inactive")


def keep_failed_sign_in(request: HttpRequest, person: Person | None) -> None:
    """Keep that a sign-in failed, at whosever door it was."""
    keep_session_event(
        SessionEventKind.LOGIN_FAILED,
        at=received_at(),
        seen=seen_from(request),
        person=None if person is None else person.id,
    )


def display_of(person: Person) -> str:
    """How a mail and a page call the person."""
    return person.display_name or person.email
