"""The texts of notices: what ships, what staff wrote instead, and how it will look."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from propdesk.crm.catalog.models.firm import DEFAULT_BRAND
from propdesk.crm.notices.actions.save_text import (
    LANGUAGE,
    check_text,
    restore_shipped_text,
    save_text,
)
from propdesk.crm.notices.kinds import Kind
from propdesk.crm.notices.links import path_to
from propdesk.crm.notices.models import TextVersion
from propdesk.crm.notices.shipped_texts import KINDS
from propdesk.crm.notices.terms import looks, terms
from propdesk.crm.notices.texts import shipped, texts_in_force
from propdesk.crm.notices.wording import filled_in
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import allowed
from propdesk.web.notices_forms import TextForm
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422
EXAMPLE = {
    "name": "Ada", "account": "1000123", "programme": "two-step", "phase": "challenge",
    "currency": "USD", "size": "100,000", "rule": "daily loss", "equity": "94990.00",
    "floor": "95000.00", "basis": "equity", "verdict": "0193-example", "level": "70",
    "left": "1500.00", "order": "O-2026-000123", "amount": "549.00 USD",
    "reason": "an example", "gate": "proof of identity", "next_phase": "verification",
    "address": "192.0.2.7", "client": "a browser", "code": "12345678",
    "deadline": "2026-11-27 21:00:00 UTC", "until": "2026-12-23 12:00:00 UTC",
    "symbol": "EURUSD", "feed": "main", "count": "3", "minutes": "10",
    "certificate": "C-2026-000123",
}  # fmt: skip
"""What a preview fills in; a name that is not here is shown as itself."""


@require_safe
@never_cache
@allowed("notices.read")
def texts(request: HttpRequest) -> HttpResponse:
    written: dict[str, list[TextVersion]] = {}
    for each in texts_in_force().written.values():
        if not each.is_shipped:
            written.setdefault(each.kind, []).append(each)
    context = {"rows": [(kind, written.get(kind.name, [])) for kind in KINDS.values()]}
    return render(request, "web/notices/texts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@allowed("notices.save_text")
def text(request: HttpRequest, kind: str) -> HttpResponse:
    found = KINDS.get(kind)
    if found is None:
        raise Http404
    if request.method != "POST":
        return _page(request, found, _form_of(found, _language(request)))
    form = TextForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=UNPROCESSABLE)
    said = form.cleaned_data
    try:
        if "preview" in request.POST:
            check_text(kind, said["language"], said["subject"], said["body"])
            return _page(request, found, form)
        save_text(
            kind, said["language"], said["subject"], said["body"], after=said["after"],
            by=visitor(request).acting("notices.save_text"), at=received_at(),
        )  # fmt: skip
    except ActionRefused as refused:
        return _page(request, found, form, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("Kept: from the next notice on."))
    return _back(kind, said["language"])


@require_POST
@allowed("notices.save_text")
def restore(request: HttpRequest, kind: str) -> HttpResponse:
    """Use what ships again."""
    found = KINDS.get(kind)
    if found is None:
        raise Http404
    language = request.POST.get("language", "")
    by = visitor(request).acting("notices.save_text")
    try:
        after = int(request.POST.get("after", "0"))
        restore_shipped_text(kind, language, after=after, by=by, at=received_at())
    except ValueError:
        return _back(kind, language)
    except ActionRefused as refused:
        form = _form_of(found, language)
        return _page(request, found, form, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("The text that ships is in use again."))
    return _back(kind, language)


def _back(kind: str, language: str) -> HttpResponse:
    known = language if LANGUAGE.match(language) else settings.LANGUAGE_CODE
    return redirect(f"{reverse('notice-text', kwargs={'kind': kind})}?language={known}")


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("language", "").strip().lower()
    return asked if LANGUAGE.match(asked) else settings.LANGUAGE_CODE


def _form_of(kind: Kind, language: str) -> TextForm:
    """The editor with what is in force for the language itself, or with what ships."""
    newest = TextVersion.objects.filter(kind=kind.name, language=language).order_by("-version")
    row = newest.first()
    now = shipped(kind) if row is None else row
    return TextForm(
        initial={
            "language": language, "after": 0 if row is None else row.version,
            "subject": now.subject, "body": now.body,
        }
    )  # fmt: skip


def _page(
    request: HttpRequest, kind: Kind, form: TextForm, *, refused: str = "", status: int = 200
) -> HttpResponse:
    language = str(form["language"].value() or settings.LANGUAGE_CODE)
    versions = TextVersion.objects.filter(kind=kind.name, language=language)
    known = TextVersion.objects.filter(kind=kind.name).values_list("language", flat=True)
    look = looks()[DEFAULT_BRAND]
    path = path_to(
        kind.to, account="example", engine_account="1000123", order="O-2026-000123"
    )  # fmt: skip
    values = {
        **{name: f"[{name}]" for name in kind.names}, **EXAMPLE, "firm": look.name,
        "link": terms().site + path,
        "at": f"{datetime(2026, 11, 23, 12, tzinfo=UTC):%Y-%m-%d %H:%M:%S %Z}",
    }  # fmt: skip
    context = {
        "kind": kind,
        "form": form,
        "language": language,
        "languages": sorted({settings.LANGUAGE_CODE, language, *known}),
        "versions": list(versions.order_by("-version")[:20]),
        "after": form["after"].value() or 0,
        "look": look,
        "subject": filled_in(str(form["subject"].value() or ""), values),
        "preview": filled_in(str(form["body"].value() or ""), values),
        "refused": refused,
    }
    return render(request, "web/notices/text.html", context, status=status)
