"""The end of looking at a trader's pages as he sees them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from propdesk.crm.people.actions.end_view_as import ACTION, end_view_as
from propdesk.web import view_as
from propdesk.web.access import signed_in
from propdesk.web.received import received_at
from propdesk.web.visitor import look_again, visitor


@require_POST
@signed_in
def end(request: HttpRequest) -> HttpResponse:
    """Back to the person's page; whoever looks at nobody comes to the board or to his own."""
    who = visitor(request)
    view_as.end(request)
    look_again(request)
    if who.viewed_by is None or who.person is None:
        return redirect("home")
    end_view_as(who.person.id, by=who.viewed_by.acting(ACTION), at=received_at())
    return redirect("person", id=who.person.id)
