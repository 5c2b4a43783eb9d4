"""The public catalogue: what the firm sells, side by side, and a page for each programme."""

from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from propdesk.crm.catalog.models import AddOnPrice, Programme
from propdesk.crm.catalog.shelf import OnSale, add_on_prices, admission_to, findable, listed
from propdesk.crm.catalog.shelf import on_sale as offered
from propdesk.crm.catalog.versions import loaded
from propdesk.web.access import public
from propdesk.web.prices import phase_words, plain, price_table, shown
from propdesk.web.received import received_at
from propdesk.web.rulebook_catalogue import programme_line
from propdesk.web.visitor import visitor


@require_safe
@public
def programmes(request: HttpRequest) -> HttpResponse:
    """What whoever asks may see and buy; a programme without a price is not shown."""
    today = received_at().date()
    person = visitor(request).person
    shelf = [
        (sold, programme_line(loaded(sold.version)), price_table(sold.prices))
        for each in listed(None if person is None else person.id)
        if (sold := offered(each, today)) is not None
    ]
    return render(request, "web/shop/programmes.html", {"shelf": shelf})


@require_safe
@public
def programme(request: HttpRequest, slug: str) -> HttpResponse:
    sold = found(request, slug)
    book = loaded(sold.version).rulebook
    size = _size(request, sold)
    titles = {name: said.get("title") or name for name, said in book.add_ons.items()}
    context = {
        "sold": sold,
        "programme": sold.programme,
        "book": book,
        "size": size,
        "sizes": sorted({plain(each.size) for each in sold.prices}),
        "prices": price_table(sold.prices),
        "phases": phase_words(book, size),
        "line": programme_line(loaded(sold.version)),
        "add_ons": [
            (titles.get(each.add_on, each.add_on), _cost(each))
            for each in add_on_prices(sold.programme)
        ],
        "admission": admission_to(sold.programme),
        "link": request.GET.get("link", ""),
    }
    return render(request, "web/shop/programme.html", context)


@require_safe
@public
def programme_yaml(request: HttpRequest, slug: str) -> HttpResponse:
    """The rulebook by which the programme is sold, as it was written."""
    sold = found(request, slug)
    disposition = {"Content-Disposition": f'attachment; filename="{slug}.yaml"'}
    return HttpResponse(sold.version.rulebook, content_type="application/yaml", headers=disposition)


def found(request: HttpRequest, slug: str) -> OnSale:
    """The programme of an address, where it is on sale and whoever asks may see it."""
    person = visitor(request).person
    link = request.GET.get("link", "")
    seen: Programme | None = findable(slug, None if person is None else person.id, link)
    sold = None if seen is None else offered(seen, received_at().date())
    if sold is None:
        raise Http404
    return sold


def _size(request: HttpRequest, sold: OnSale) -> Decimal:
    """The size asked for, where it is sold; the smallest, where none is asked for."""
    sizes = sorted({plain(each.size) for each in sold.prices})
    asked = request.GET.get("size", "")
    known = {f"{each:f}": each for each in sizes}
    if not asked:
        return sizes[0]
    if asked not in known:
        raise Http404
    return known[asked]


def _cost(add_on: AddOnPrice) -> str:
    if add_on.percent is not None:
        return f"+{add_on.percent.normalize():f} %"
    return f"+{shown(add_on.amount_minor or 0, add_on.currency)}"
