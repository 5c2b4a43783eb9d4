"""The desk's pages about legal texts, with whom the firm deals, and how it looks."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from propdesk.crm.catalog.actions.publish_legal_text import NewText, publish_legal_text
from propdesk.crm.catalog.actions.set_firm import COLOUR, Look, set_brand, set_firm_terms
from propdesk.crm.catalog.contrast import READABLE_MIN, WHITE, contrast
from propdesk.crm.catalog.models import Brand, LegalKind, LegalText
from propdesk.crm.catalog.models.firm import DEFAULT_BRAND
from propdesk.crm.catalog.palette import BLACK, readable_on
from propdesk.crm.catalog.shelf import firm_terms
from propdesk.crm.people.permissions import permitting_role
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import allowed
from propdesk.web.brand_look import shades_of
from propdesk.web.legal_forms import BrandForm, TermsForm, TextForm
from propdesk.web.logo import logo_of
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422
SHOWN_MAX = 200


@require_safe
@never_cache
@allowed("catalog.read")
def texts(request: HttpRequest) -> HttpResponse:
    return _texts(request, TextForm())


@require_POST
@allowed("catalog.publish_legal_text")
def publish(request: HttpRequest) -> HttpResponse:
    form = TextForm(request.POST)
    if not form.is_valid():
        return _texts(request, form, status=UNPROCESSABLE)
    said, by = dict(form.cleaned_data), visitor(request).acting("catalog.publish_legal_text")
    said["kind"] = LegalKind(said["kind"])
    try:
        publish_legal_text(NewText(**said), by=by, at=received_at())
    except ActionRefused as refused:
        return _texts(request, form, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("Done, and recorded."))
    return redirect("staff-texts")


def _texts(
    request: HttpRequest, form: TextForm, *, refused: str = "", status: int = 200
) -> HttpResponse:
    rows = LegalText.objects.annotate(accepted=Count("acceptances"))
    may = permitting_role("catalog.publish_legal_text", visitor(request).roles) is not None
    context = {
        "texts": rows.order_by("kind", "language", "-published_at")[:SHOWN_MAX],
        "form": form,
        "may_publish": may,
        "refused": refused,
    }
    return render(request, "web/legal/staff.html", context, status=status)


@require_safe
@never_cache
@allowed("catalog.read")
def accepted(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """Who accepted one text, when and from where."""
    text = LegalText.objects.filter(pk=id).first()
    if text is None:
        raise Http404
    rows = text.acceptances.select_related("person").order_by("-at", "-id")[:SHOWN_MAX]
    return render(request, "web/legal/accepted.html", {"text": text, "rows": rows})


@require_safe
@never_cache
@allowed("catalog.read")
def firm(request: HttpRequest) -> HttpResponse:
    return _firm(request)


@require_POST
@allowed("catalog.set_firm_terms")
def terms(request: HttpRequest) -> HttpResponse:
    form = TermsForm(request.POST)
    if not form.is_valid():
        return _firm(request, terms_form=form, status=UNPROCESSABLE)
    said, by = form.cleaned_data, visitor(request).acting("catalog.set_firm_terms")
    try:
        set_firm_terms(said["minimum_age"], said["refused_countries"], by=by, at=received_at())
    except ActionRefused as refused:
        return _firm(request, terms_form=form, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("Done, and recorded."))
    return redirect("firm")


@require_POST
@allowed("catalog.set_brand")
def brand(request: HttpRequest) -> HttpResponse:
    form = BrandForm(request.POST, request.FILES)
    if not form.is_valid():
        return _firm(request, brand_form=form, status=UNPROCESSABLE)
    said, by = dict(form.cleaned_data), visitor(request).acting("catalog.set_brand")
    sent = said.pop("logo")
    try:
        look = Look(**said, logo_png=None if sent is None else logo_of(sent))
        set_brand(DEFAULT_BRAND, look, by=by, at=received_at())
    except ActionRefused as refused:
        return _firm(request, brand_form=form, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("Done, and recorded."))
    return redirect("firm")


def _firm(
    request: HttpRequest, *, terms_form: TermsForm | None = None,
    brand_form: BrandForm | None = None, refused: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    who = visitor(request)
    shown = Brand.objects.filter(slug=DEFAULT_BRAND).first() or Brand(slug=DEFAULT_BRAND)
    chosen = shown.accent
    if brand_form is not None and COLOUR.match(brand_form.cleaned_data.get("accent", "")):
        chosen = brand_form.cleaned_data["accent"]
    context = {
        "brand": shown,
        "chosen": chosen,
        "contrast": contrast(chosen, WHITE),
        "is_readable": contrast(chosen, WHITE) >= READABLE_MIN,
        "nearest": readable_on(WHITE, chosen, towards=BLACK),
        "shades": shades_of(chosen),
        "terms_form": terms_form or TermsForm.of(firm_terms()),
        "brand_form": brand_form or BrandForm.of(shown),
        "may_set": permitting_role("catalog.set_brand", who.roles) is not None,
        "refused": refused,
    }
    return render(request, "web/legal/firm.html", context, status=status)
