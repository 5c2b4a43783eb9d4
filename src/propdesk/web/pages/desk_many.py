"""Acting on many accounts: what was chosen on the board, confirmed, and the result of each."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from propdesk.web.access import allowed
from propdesk.web.desk_forms import ManyForm
from propdesk.web.desk_many import CHOSEN_MAX, VERBS_OF_MANY, chosen, done_to_each
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422


@require_POST
@allowed("accounts.act_on_many")
def act(request: HttpRequest) -> HttpResponse:
    """First the confirmation; with ``confirmed`` the deed, and what became of each."""
    name = request.POST.get("verb", "")
    ids = request.POST.getlist("account")
    accounts = chosen(ids)
    if name not in VERBS_OF_MANY or not accounts or len(ids) > CHOSEN_MAX:
        most = {"most": CHOSEN_MAX}
        messages.error(request, _("Choose at least one account, and %(most)s at most.") % most)
        return redirect("board")
    verb, is_confirmed = VERBS_OF_MANY[name], "confirmed" in request.POST
    form = ManyForm(request.POST if is_confirmed else None)
    context = {"name": name, "verb": verb, "accounts": accounts, "form": form}
    if not is_confirmed or not form.is_valid():
        status = UNPROCESSABLE if is_confirmed else 200
        return render(request, "web/desk/many.html", context, status=status)
    results = done_to_each(verb, accounts, form.cleaned_data, visitor(request), received_at())
    context |= {"results": results, "count": sum(not each.refused for each in results)}
    return render(request, "web/desk/many_done.html", context)
