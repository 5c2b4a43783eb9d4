"""Legal texts as anybody reads them, and accepting a new version of one."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from propdesk.crm.catalog.accepting import unaccepted
from propdesk.crm.catalog.actions.accept_legal_texts import accept_legal_texts
from propdesk.crm.catalog.models import Brand, LegalKind, LegalText
from propdesk.crm.catalog.shelf import texts_to_accept
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import public, signed_in
from propdesk.web.brand_look import style_of
from propdesk.web.pages.people_own import myself
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422
STYLE_KEPT_S = 3_600


@require_safe
@public
def legal_texts(request: HttpRequest) -> HttpResponse:
    """The latest of each kind, in the visitor's language where there is one."""
    return render(request, "web/legal/list.html", {"texts": texts_to_accept(_language())})


@require_safe
@public
def legal_text(request: HttpRequest, kind: str) -> HttpResponse:
    """One text; the address may name a version and a language, for a link that stays."""
    if kind not in LegalKind.values:
        raise Http404
    versions = LegalText.objects.filter(kind=kind).order_by("-published_at", "-id")
    wanted = {name: request.GET.get(name, "")[:40] for name in ("version", "language")}
    if wanted["version"]:
        found = versions.filter(**{name: value for name, value in wanted.items() if value}).first()
    else:
        latest = texts_to_accept(wanted["language"] or _language())
        found = next((each for each in latest if each.kind == kind), None)
    if found is None:
        raise Http404
    return render(request, "web/legal/text.html", {"text": found, "versions": versions})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def own_terms(request: HttpRequest) -> HttpResponse:
    """What the person has not accepted yet, to be read and accepted."""
    person, refused, status = myself(request).id, "", 200
    if request.method == "POST":
        by = visitor(request).acting("catalog.accept_legal_texts")
        try:
            ids = {UUID(each) for each in request.POST.getlist("text")}
            accept_legal_texts(person, ids, _language(), by=by, at=received_at())
        except ValueError:
            raise Http404 from None
        except ActionRefused as why:
            refused, status = why.sentence, UNPROCESSABLE
        else:
            messages.success(request, _("Accepted, and kept with your documents."))
            return redirect("own-documents")
    context = {"texts": unaccepted(person, _language()), "refused": refused}
    return render(request, "web/legal/own.html", context, status=status)


@require_safe
@public
def brand_logo(_request: HttpRequest, slug: str) -> HttpResponse:
    """A brand's logo, as it was written anew when it was sent."""
    logo = Brand.objects.filter(slug=slug).values_list("logo_png", flat=True).first()
    if not logo:
        raise Http404
    return HttpResponse(bytes(logo), content_type="image/png")


@require_safe
@public
def brand_style(_request: HttpRequest, slug: str) -> HttpResponse:
    """A brand's colour as a style sheet. Its address has its version, so that it may be kept."""
    accent = Brand.objects.filter(slug=slug).values_list("accent", flat=True).first()
    if accent is None:
        raise Http404
    response = HttpResponse(style_of(accent), content_type="text/css; charset=utf-8")
    patch_cache_control(response, public=True, max_age=STYLE_KEPT_S)
    return response


def _language() -> str:
    return get_language() or "en"
