"""The public rulebooks: a list, and a page for each, generated from the data."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from propdesk.web import rulebook_library


def rulebooks(request: HttpRequest) -> HttpResponse:
    return render(request, "web/rulebooks.html", {"library": rulebook_library.shelf()})


def rulebook(request: HttpRequest, name: str) -> HttpResponse:
    loaded = rulebook_library.find(name)
    if loaded is None:
        raise Http404
    phases = rulebook_library.phase_cards(loaded)
    context = {"loaded": loaded, "book": loaded.rulebook, "phases": phases}
    return render(request, "web/rulebook.html", context)
