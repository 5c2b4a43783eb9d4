"""The page that leads a new firm by the hand: what is done, what is next, and where."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from propdesk.web.access import allowed
from propdesk.web.first_steps import first_steps as steps_now


@require_safe
@never_cache
@allowed("catalog.set_firm_terms")
def first_steps(request: HttpRequest) -> HttpResponse:
    steps = steps_now()
    left = [each for each in steps if not each.is_done]
    context = {"steps": steps, "done": len(steps) - len(left), "next": left[0] if left else None}
    return render(request, "web/people/first_steps.html", context)
