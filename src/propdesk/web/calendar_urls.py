"""The addresses of the economic calendar's desk."""

from django.urls import path

from propdesk.web.pages import calendar_desk, calendar_import, calendar_terms

DESK = "staff/calendar/"
RELEASE = f"{DESK}releases/<uuid:id>/"

urlpatterns = [
    path(DESK, calendar_desk.calendar, name="staff-calendar"),
    path(f"{DESK}add", calendar_desk.add, name="release-add"),
    path(f"{DESK}file", calendar_import.preview, name="calendar-file"),
    path(f"{DESK}file/take-in", calendar_import.confirm, name="calendar-take-in"),
    path(f"{DESK}terms/", calendar_terms.terms_page, name="calendar-terms"),
    path(f"{DESK}terms/set", calendar_terms.change, name="calendar-terms-set"),
    path(f"{DESK}map/add", calendar_terms.add, name="calendar-map-add"),
    path(f"{DESK}map/<uuid:id>/end", calendar_terms.end, name="calendar-map-end"),
    path(RELEASE, calendar_desk.release, name="staff-release"),
    path(f"{RELEASE}change", calendar_desk.change, name="release-change"),
    path(f"{RELEASE}withdraw", calendar_desk.withdraw, name="release-withdraw"),
]
