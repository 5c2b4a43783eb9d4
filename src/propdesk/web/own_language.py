"""The language of a page: the person's own, the default for who has not signed in."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

from propdesk.crm.people.models import Person

Answer = Callable[[HttpRequest], HttpResponseBase]


def own_language(answer: Answer) -> Answer:
    def speaking(request: HttpRequest) -> HttpResponseBase:
        user = request.user
        language = user.language if isinstance(user, Person) else settings.LANGUAGE_CODE
        with translation.override(language):
            return answer(request)

    return speaking
