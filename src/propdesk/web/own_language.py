"""The language of a page: the person's own; for who has not signed in, the one chosen in this
browser, or else the browser's.

Arabic is spoken by the pages named here alone; elsewhere English stands in for it.
"""

import re
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import get_language_info

from propdesk.crm.people.models import Person

Answer = Callable[[HttpRequest], HttpResponseBase]
MIRRORED: Final = re.compile(r"/(programmes/([a-z0-9-]+/)?|certificates/[^/]+/|language/)")
"""Addresses of the pages that are written in right-to-left languages too."""


def own_language(answer: Answer) -> Answer:
    def speaking(request: HttpRequest) -> HttpResponseBase:
        language = chosen_language(request)
        if is_right_to_left(language) and not MIRRORED.fullmatch(request.path_info):
            language = settings.LANGUAGE_CODE
        with translation.override(language):
            return answer(request)

    return speaking


def chosen_language(request: HttpRequest) -> str:
    """What the person's profile says, or this browser."""
    user = request.user
    if isinstance(user, Person):
        return user.language
    return translation.get_language_from_request(request)


def is_right_to_left(language: str) -> bool:
    """Whether the language is written from the right; one that is not known is not."""
    try:
        return bool(get_language_info(language)["bidi"])
    except KeyError:
        return False
