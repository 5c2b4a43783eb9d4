"""Certificates: the page by which anybody verifies one, and the drawn documents."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from propdesk.crm.documents.drawing import Form, drawn, size_of
from propdesk.crm.documents.models import Certificate
from propdesk.crm.people.permissions import permitting_role
from propdesk.web.access import public, signed_in
from propdesk.web.visitor import visitor

MEDIA: dict[Form, str] = {"pdf": "application/pdf", "png": "image/png"}


@require_safe
@never_cache
@public
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """What is certified, when, and whether it holds. Nothing that names the account, and a name
    only where its bearer chose one."""
    shown = Certificate.objects.filter(code=code).first()
    if shown is None:
        raise Http404
    context = {"certificate": shown, "size": size_of(shown)}
    return render(request, "web/documents/certificate.html", context)


@require_safe
@never_cache
@signed_in
def certificate_pdf(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    return _document(request, id, "pdf")


@require_safe
@never_cache
@signed_in
def certificate_png(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    return _document(request, id, "png")


def _document(request: HttpRequest, certificate_id: UUID, form: Form) -> HttpResponse:
    shown = _seen(request, certificate_id)
    address = request.build_absolute_uri(reverse("certificate", kwargs={"code": shown.code}))
    body = drawn(shown, address, form)
    disposition = f'attachment; filename="{shown.reference}.{form}"'
    return HttpResponse(
        body, content_type=MEDIA[form], headers={"Content-Disposition": disposition}
    )


def _seen(request: HttpRequest, certificate_id: UUID) -> Certificate:
    """One's own, or any for staff who may read them. A revoked one is not drawn any more."""
    who = visitor(request)
    found = Certificate.objects.filter(pk=certificate_id, revoked_at=None).first()
    is_own = found is not None and who.person is not None and found.person_id == who.person.id
    if found is None or not (is_own or permitting_role("documents.read", who.roles)):
        raise Http404
    return found
