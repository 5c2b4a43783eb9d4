"""The public rulebooks: the catalogue, a page for each programme, two side by side, the files."""

from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from propdesk.domain.rulebook import Rulebook
from propdesk.web import rulebook_catalogue as catalogue
from propdesk.web.access import tool
from propdesk.web.rulebook_cards import add_on_cards, phase_cards, version_cards
from propdesk.web.rulebook_library import find, shelf, usual_size
from propdesk.wire.rulebook_difference import differences
from propdesk.wire.rulebook_file import LoadedRulebook
from propdesk.wire.rulebook_publication import preset_text, publication


@require_safe
@tool
def rulebooks(request: HttpRequest) -> HttpResponse:
    wanted = catalogue.Wanted.of(request.GET.dict())
    found = [each for each in catalogue.programmes() if wanted.fits(each)]
    context = {
        "wanted": wanted,
        "found": found,
        "groups": catalogue.by_firm(found),
        "every": len(catalogue.programmes()),
        "firms": catalogue.firms(),
        "kinds": catalogue.KINDS,
        "steps": catalogue.STEPS,
        "markets": catalogue.MARKETS,
    }
    return render(request, "web/rulebooks.html", context)


@require_safe
@tool
def rulebook(request: HttpRequest, name: str) -> HttpResponse:
    loaded = _found(name)
    book = loaded.rulebook
    size = _size(request, book)
    context = {
        "loaded": loaded,
        "book": book,
        "size": size,
        "phases": phase_cards(name, size),
        "add_ons": add_on_cards(name, size),
        "versions": version_cards(name),
        "others": _others(name),
    }
    return render(request, "web/rulebook.html", context)


@require_safe
@tool
def difference(request: HttpRequest, name: str) -> HttpResponse:
    """What changes for a trader who takes another programme (``?with=``) instead of this one."""
    loaded = _found(name)
    other = _found(request.GET.get("with", ""))
    shared = {each.size for each in loaded.rulebook.sizes} & {
        each.size for each in other.rulebook.sizes
    }
    usual = usual_size(loaded.rulebook)
    size = usual if usual in shared else max(shared, default=None)
    context = {
        "book": loaded.rulebook,
        "other": other.rulebook,
        "size": size,
        "changes": differences(loaded.rulebook, other.rulebook, size),
        "others": _others(name),
    }
    return render(request, "web/rulebook_difference.html", context)


@require_safe
@tool
def rulebook_json(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001
    answer = JsonResponse(publication(_found(name)), json_dumps_params={"ensure_ascii": False})
    answer.headers["Access-Control-Allow-Origin"] = "*"  # public data, no credentials
    return answer


@require_safe
@tool
def rulebook_yaml(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001
    _found(name)
    disposition = {"Content-Disposition": f'attachment; filename="{name}.yaml"'}
    return HttpResponse(preset_text(name), content_type="application/yaml", headers=disposition)


def _found(name: str) -> LoadedRulebook:
    loaded = find(name)
    if loaded is None:
        raise Http404
    return loaded


def _size(request: HttpRequest, book: Rulebook) -> Decimal:
    """The size asked for, where it is on offer; anything else is no page of ours."""
    asked = request.GET.get("size", "")
    if not asked:
        return usual_size(book)
    offered = {f"{each.size:f}": each.size for each in book.sizes}
    if asked not in offered:
        raise Http404
    return offered[asked]


def _others(name: str) -> list[tuple[str, str]]:
    """The programmes this one can be compared with."""
    every = (each.rulebook for each in shelf())
    found = [(each.name, each.title or each.name) for each in every if each.name != name]
    return sorted(found, key=lambda each: each[1].casefold())
