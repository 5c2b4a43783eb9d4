"""What is shown when there is nothing to show: each error a designed page with a next step.

It must not repeat a traceback or an address of this machine.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def _page(request: HttpRequest, status: int, title: str, says: str) -> HttpResponse:
    context = {"status": status, "title": title, "says": says}
    return render(request, "web/error.html", context, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception
    return _page(
        request,
        404,
        _("There is no such page"),
        _("The address is mistyped, or what was here is gone."),
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception
    return _page(
        request,
        400,
        _("This request cannot be read"),
        _("It has too many parts or a broken one. Nothing was kept. Send the form again."),
    )


def not_permitted(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        403,
        _("This page is not for you to see"),
        _("It asks for a role that you do not have. Whoever runs this installation grants roles."),
    )


def only_looking(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        403,
        _("You are only looking"),
        _("You see a trader's pages as he does. Nothing can be done so; end it above first."),
    )


def only_here(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        403,
        _("The owner is made on the machine itself"),
        _(
            "Open this page on the machine that runs Propdesk, or by the address with a token that "
            "it printed when it started; or run “propdesk people create-owner”."
        ),
    )


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    del reason
    return _page(
        request,
        403,
        _("The form has expired"),
        _("Nothing was kept. Open the first page again, with cookies allowed, and resend."),
    )


def too_large(request: HttpRequest) -> HttpResponse:
    limit = f"{settings.UPLOAD_BYTES_MAX // 1_000_000}"
    return _page(
        request,
        413,
        _("The upload is too large"),
        _(
            "At most %(limit)s MB can be sent at once. Nothing was kept. Larger histories are "
            "judged by the command “propdesk evaluate”."
        )
        % {"limit": limit},
    )


def too_busy(request: HttpRequest) -> HttpResponse:
    answer = _page(
        request,
        503,
        _("Too many histories are being judged"),
        _("Nothing was kept. Send yours again in a minute."),
    )
    answer["Retry-After"] = "60"
    return answer


def failed(request: HttpRequest) -> HttpResponse:
    # What failed may be the database: this page asks it nothing.
    request.resolver_match = None
    return _page(
        request,
        500,
        _("Something failed here"),
        _(
            "It is not your file's fault alone: the program met what it did not expect. Nothing "
            "was kept."
        ),
    )
