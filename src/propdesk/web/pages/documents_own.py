"""A trader's own documents: certificates, and which legal texts he accepted."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from propdesk.crm.catalog.models import Acceptance
from propdesk.crm.documents.actions.name_certificate import name_certificate
from propdesk.crm.documents.drawing import size_of
from propdesk.crm.documents.models import Certificate, NameShown
from propdesk.crm.people.actions.export_own_data import export_own_data
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import signed_in
from propdesk.web.own_data import own_data
from propdesk.web.pages.people_own import myself
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422
SHOWN_MAX = 200


@require_safe
@never_cache
@signed_in
def own_documents(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@signed_in
def certificate_name(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    own = Certificate.objects.filter(pk=id, person=myself(request)).first()
    if own is None:
        raise Http404
    chosen = request.POST.get("name", "")
    if chosen not in NameShown.values:
        return _page(request, refused=_("Choose one of the names."), status=UNPROCESSABLE)
    by = visitor(request).acting("documents.name_certificate")
    try:
        name_certificate(own.pk, NameShown(chosen), by=by, at=received_at())
    except ActionRefused as refused:
        return _page(request, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("Done, and recorded."))
    return redirect("own-documents")


@require_POST
@signed_in
def data_export(request: HttpRequest) -> HttpResponse:
    """All that is kept of oneself, as an archive."""
    by = visitor(request).acting("people.export_own_data")
    person = export_own_data(myself(request).id, by=by, at=received_at())

    def address_of(certificate: Certificate) -> str:
        place = reverse("certificate", kwargs={"code": certificate.code})
        return request.build_absolute_uri(place)

    return HttpResponse(
        own_data(person, address_of),
        content_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="propdesk-own-data.zip"'},
    )


def _page(request: HttpRequest, *, refused: str = "", status: int = 200) -> HttpResponse:
    person = myself(request)
    certificates = Certificate.objects.filter(person=person).order_by("-issued_at", "-id")
    accepted = Acceptance.objects.filter(person=person).select_related("text")
    context = {
        "certificates": [(each, size_of(each)) for each in certificates[:SHOWN_MAX]],
        "accepted": accepted.order_by("-at", "-id")[:SHOWN_MAX],
        "names": NameShown.choices,
        "refused": refused,
    }
    return render(request, "web/documents/own.html", context, status=status)
