"""The desk's pages about programmes: the list, one of them, its offer and its prices."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from propdesk.crm.catalog.actions.create_programme import NewProgramme, create_programme
from propdesk.crm.catalog.actions.duplicate_programme import duplicate_programme
from propdesk.crm.catalog.actions.set_add_on_price import set_add_on_price
from propdesk.crm.catalog.actions.set_offer import set_offer
from propdesk.crm.catalog.actions.set_prices import set_prices
from propdesk.crm.catalog.models import Price, Programme, Purpose
from propdesk.crm.catalog.shelf import add_on_prices
from propdesk.crm.catalog.versions import draft_of, last_published, version_on_sale
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import allowed
from propdesk.web.catalog_forms import (
    AddOnPriceForm,
    DuplicateForm,
    NewProgrammeForm,
    OfferForm,
    PriceForm,
    WithdrawForm,
    whole_percent,
)
from propdesk.web.prices import plain, shown
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422


@require_safe
@never_cache
@allowed("catalog.read")
def programmes(request: HttpRequest) -> HttpResponse:
    return programmes_page(request, NewProgrammeForm())


def programmes_page(
    request: HttpRequest, form: forms.Form, *, refused: str = "", status: int = 200
) -> HttpResponse:
    today = received_at().date()
    rows = [
        (each, version_on_sale(each, today), draft_of(each))
        for each in Programme.objects.select_related("brand").order_by("title")
    ]
    context = {"rows": rows, "form": form, "refused": refused}
    return render(request, "web/catalog/programmes.html", context, status=status)


@require_POST
@allowed("catalog.create_programme")
def create(request: HttpRequest) -> HttpResponse:
    form = NewProgrammeForm(request.POST)
    if not form.is_valid():
        return programmes_page(request, form, status=UNPROCESSABLE)
    by = visitor(request).acting("catalog.create_programme")
    try:
        made = create_programme(NewProgramme(**form.cleaned_data), by=by, at=received_at())
    except ActionRefused as refused:
        return programmes_page(request, form, refused=refused.sentence, status=UNPROCESSABLE)
    return redirect("staff-programme", slug=made.slug)


@require_safe
@never_cache
@allowed("catalog.read")
def programme(request: HttpRequest, slug: str) -> HttpResponse:
    return programme_page(request, found(slug))


def programme_page(
    request: HttpRequest, of: Programme, *, refused: str = "", status: int = 200
) -> HttpResponse:
    """The page of a programme, with what was refused above it."""
    prices = Price.objects.filter(programme=of, until__isnull=True)
    context = {
        "programme": of,
        "refused": refused,
        "versions": of.versions.order_by("-number"),
        "draft": draft_of(of),
        "last": last_published(of),
        "prices": [
            (each.get_purpose_display(), plain(each.size), shown(each.amount_minor, each.currency))
            for each in prices.order_by("purpose", "size", "currency")
        ],
        "add_ons": [
            (
                each.add_on,
                each.currency,
                whole_percent(each.percent) or shown(each.amount_minor or 0, each.currency),
            )
            for each in add_on_prices(of)
        ],
        "offer_form": OfferForm.of(of),
        "price_form": PriceForm(auto_id="price_%s"),
        "add_on_form": AddOnPriceForm(auto_id="add_on_%s"),
        "duplicate_form": DuplicateForm(auto_id="copy_%s"),
        "withdraw_form": WithdrawForm(auto_id="withdraw_%s"),
    }
    return render(request, "web/catalog/programme.html", context, status=status)


@require_POST
@allowed("catalog.set_offer")
def offer(request: HttpRequest, slug: str) -> HttpResponse:
    of, form = found(slug), OfferForm(request.POST)
    by = visitor(request).acting("catalog.set_offer")
    return done(request, of, form, lambda: set_offer(of, form.offer(), by=by, at=received_at()))


@require_POST
@allowed("catalog.set_prices")
def prices(request: HttpRequest, slug: str) -> HttpResponse:
    of, form = found(slug), PriceForm(request.POST)
    by = visitor(request).acting("catalog.set_prices")

    def act() -> None:
        said = form.cleaned_data
        set_prices(
            of,
            Purpose(said["purpose"]),
            said["currency"],
            {said["size"]: said["minor"]},
            by=by,
            at=received_at(),
        )

    return done(request, of, form, act)


@require_POST
@allowed("catalog.set_add_on_price")
def add_on_price(request: HttpRequest, slug: str) -> HttpResponse:
    of, form = found(slug), AddOnPriceForm(request.POST)
    by = visitor(request).acting("catalog.set_add_on_price")

    def act() -> None:
        said = form.cleaned_data
        set_add_on_price(
            of,
            said["add_on"],
            said["currency"],
            percent=said["percent"],
            amount_minor=said["minor"],
            by=by,
            at=received_at(),
        )

    return done(request, of, form, act)


@require_POST
@allowed("catalog.duplicate_programme")
def duplicate(request: HttpRequest, slug: str) -> HttpResponse:
    of, form = found(slug), DuplicateForm(request.POST)
    by = visitor(request).acting("catalog.duplicate_programme")

    def act() -> Programme:
        return duplicate_programme(of, **form.cleaned_data, by=by, at=received_at())

    return done(request, of, form, act)


def found(slug: str) -> Programme:
    programme = Programme.objects.filter(slug=slug).first()
    if programme is None:
        raise Http404
    return programme


def done(
    request: HttpRequest, of: Programme, form: forms.Form, act: Callable[[], Programme | None]
) -> HttpResponse:
    """Act, and go to the programme's page (or the copy's); or show why not."""
    if not form.is_valid():
        told = " ".join(f"{name}: {' '.join(map(str, said))}" for name, said in form.errors.items())
        return programme_page(request, of, refused=told, status=UNPROCESSABLE)
    try:
        made = act()
    except ActionRefused as refused:
        return programme_page(request, of, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("Done, and recorded."))
    return redirect("staff-programme", slug=(made or of).slug)
