"""The editor of a rulebook: the draft with its errors by line, what it changes, and publishing."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from propdesk.crm.catalog.actions.publish_version import publish_version
from propdesk.crm.catalog.actions.save_draft import save_draft
from propdesk.crm.catalog.actions.withdraw_version import withdraw_version
from propdesk.crm.catalog.models import Programme
from propdesk.crm.catalog.versions import draft_of, last_published, loaded
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import allowed
from propdesk.web.catalog_forms import DraftForm, WithdrawForm
from propdesk.web.pages.programmes import UNPROCESSABLE, done, found
from propdesk.web.prices import phase_words
from propdesk.web.received import received_at
from propdesk.web.rulebook_library import usual_size
from propdesk.web.visitor import visitor
from propdesk.wire.rulebook_difference import differences
from propdesk.wire.rulebook_file import RulebookRefused


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@allowed("catalog.save_draft")
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    of = found(slug)
    if request.method != "POST":
        current = draft_of(of) or last_published(of)
        initial = {"text": "" if current is None else current.rulebook}
        return _page(request, of, DraftForm(initial=initial))
    form = DraftForm(request.POST)
    if not form.is_valid():
        return _page(request, of, form, status=UNPROCESSABLE)
    by = visitor(request).acting("catalog.save_draft")
    try:
        save_draft(of, form.cleaned_data["text"], by=by, at=received_at())
    except RulebookRefused as refused:
        return _page(request, of, form, problems=refused.lines, status=UNPROCESSABLE)
    messages.success(request, _("The draft is saved and holds together."))
    return redirect("programme-draft", slug=slug)


@require_POST
@allowed("catalog.publish_version")
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    of = found(slug)
    by = visitor(request).acting("catalog.publish_version")
    try:
        publish_version(of, sha256=request.POST.get("sha256", ""), by=by, at=received_at())
    except ActionRefused as refused:
        current = draft_of(of) or last_published(of)
        form = DraftForm(initial={"text": "" if current is None else current.rulebook})
        return _page(request, of, form, problems=[refused.sentence], status=UNPROCESSABLE)
    messages.success(request, _("Published, and on its way to the engine."))
    return redirect("staff-programme", slug=slug)


@require_POST
@allowed("catalog.withdraw_version")
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    of, form = found(slug), WithdrawForm(request.POST)
    by = visitor(request).acting("catalog.withdraw_version")

    def act() -> None:
        version = of.versions.filter(pk=form.cleaned_data["version"]).first()
        if version is None:
            raise ActionRefused("not_published", _("This version is not on sale."))
        withdraw_version(version, reason=form.cleaned_data["reason"], by=by, at=received_at())

    return done(request, of, form, act)


def _page(
    request: HttpRequest,
    of: Programme,
    form: DraftForm,
    *,
    problems: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    """With the saved draft in words, and what it changes of the version published last."""
    saved, last = draft_of(of), last_published(of)
    book = None if saved is None else loaded(saved).rulebook
    before = None if last is None else loaded(last).rulebook
    context = {
        "programme": of,
        "form": form,
        "problems": problems,
        "draft": saved,
        "last": last,
        "changes": differences(before, book) if book is not None and before is not None else None,
        "phases": () if book is None else phase_words(book, usual_size(book)),
        "size": None if book is None else usual_size(book),
    }
    return render(request, "web/catalog/draft.html", context, status=status)
