"""The addresses of the API. Each is a door; the document of all is beside them."""

from django.urls import URLPattern, path, re_path

from propdesk.web.access import by_the_door
from propdesk.web.api.declaring import DECLARED
from propdesk.web.api.document import document
from propdesk.web.api.door import door
from propdesk.web.api.problems import no_such_address
from propdesk.web.api.serving import api


def _behind_doors() -> list[URLPattern]:
    """Every address of the library's once, by a door that knows what was declared of it. (No two
    routers may have one address: the second would never be reached; a test looks.)"""
    served: dict[str, URLPattern] = {}
    for each in api.urls[0]:
        route = str(each.pattern)
        declared = "/" + route.replace("<uuidstr:", "<uuid:").replace("<", "{").replace(">", "}")
        if each.callback is not None and any(of == declared for _, of in DECLARED):
            view = door(each.callback, declared)
            served.setdefault(route, path(route, view, name=f"api{declared}"))
    return list(served.values())


urlpatterns = [
    path("openapi.json", document, name="api-openapi"),
    *_behind_doors(),
    re_path(r"^(?P<rest>.*)$", by_the_door(no_such_address), name="api-none"),
]
