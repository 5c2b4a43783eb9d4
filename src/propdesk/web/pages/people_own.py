"""The pages about oneself: the profile, the sessions, and why a second factor is needed."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from propdesk.crm.audit.record import record
from propdesk.crm.catalog.accepting import changed_since
from propdesk.crm.people.actions.change_profile import change_profile
from propdesk.crm.people.models import Person, SessionEvent, consents_of
from propdesk.web.access import signed_in
from propdesk.web.first_steps import leads_first
from propdesk.web.people_forms import ProfileForm
from propdesk.web.received import received_at
from propdesk.web.seen_from import know_device
from propdesk.web.visitor import visitor

EVENTS = 20


def myself(request: HttpRequest) -> Person:
    """Who asks. The guard has let nobody through who has not signed in."""
    person = visitor(request).person
    if person is None:
        raise Http404
    return person


@require_safe
@never_cache
@signed_in
def welcome(request: HttpRequest) -> HttpResponse:
    """Where signing in leads: to the desk, to the second factor, or to oneself."""
    who = visitor(request)
    if who.is_staff:
        return redirect("first-steps" if leads_first(who) else "today")
    if who.person is not None and changed_since(who.person.id, who.person.language):
        return redirect("own-terms")
    return redirect("second-factor" if who.held else "profile")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    person = myself(request)
    if request.method != "POST":
        form = ProfileForm.of(person, consents_of(person.id))
        return render(request, "web/people/profile.html", {"form": form})
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return render(request, "web/people/profile.html", {"form": form}, status=400)
    said, consents = form.said()
    by = visitor(request).acting("people.change_profile")
    change_profile(person.id, said, consents, by=by, at=received_at())
    messages.success(request, _("Your profile is kept."))
    response = redirect("profile")
    know_device(request, person.id, response)
    return response


@require_safe
@never_cache
@signed_in
def sessions(request: HttpRequest) -> HttpResponse:
    person = myself(request)
    open_ones = UserSession.objects.purge_and_list(person)
    context = {
        "sessions": sorted(open_ones, key=lambda each: each.last_seen_at, reverse=True),
        "current": request.session.session_key,
        "events": SessionEvent.objects.filter(person=person).order_by("-at")[:EVENTS],
    }
    return render(request, "web/people/sessions.html", context)


@require_POST
@signed_in
def end_session(request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002
    """End one session of one's own; another person's is not found."""
    person = myself(request)
    ended = UserSession.objects.filter(user=person, pk=id).first()
    if ended is None:
        raise Http404
    _end(request, person, [ended])
    return redirect("sessions")


@require_POST
@signed_in
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    person = myself(request)
    others = UserSession.objects.filter(user=person)
    _end(request, person, list(others.exclude(session_key=request.session.session_key)))
    return redirect("sessions")


def _end(request: HttpRequest, person: Person, ended: list[UserSession]) -> None:
    by = visitor(request).acting("people.end_session")
    with transaction.atomic():
        for each in ended:
            each.end()
        record(
            by=by,
            action="people.end_session",
            object_type="person",
            object_id=person.id,
            at=received_at(),
            after={"sessions": [each.pk for each in ended]},
        )
    messages.success(request, _("Ended."))


@require_safe
@never_cache
@signed_in
def second_factor(request: HttpRequest) -> HttpResponse:
    """Why a role has no effect yet, and what gives it effect."""
    who, person = visitor(request), myself(request)
    after = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(after, allowed_hosts=None):
        after = ""
    if who.is_proved or not who.held:
        return redirect(after or "mfa_index")
    usable = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    context = {
        "has_factor": Authenticator.objects.filter(user=person, type__in=usable).exists(),
        "held": sorted(who.held),
        "after": after or reverse("welcome"),
    }
    return render(request, "web/people/second_factor.html", context)
