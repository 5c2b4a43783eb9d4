"""The addresses of incidents and cases."""

from django.urls import path

from propdesk.web.pages import desk_cases, incident_measures, incidents

INCIDENT = "staff/incidents/<uuid:id>/"
CASE = "staff/cases/<uuid:id>/"

urlpatterns = [
    path("staff/incidents/", incidents.incidents, name="incidents"),
    path("staff/incidents/new", incidents.new, name="incident-new"),
    path(INCIDENT, incidents.incident, name="incident"),
    path(f"{INCIDENT}change", incidents.change, name="incident-change"),
    path(f"{INCIDENT}count", incidents.count, name="incident-count"),
    path(f"{INCIDENT}decide", incidents.decide, name="incident-decide"),
    path(f"{INCIDENT}close", incidents.close, name="incident-close"),
    path(f"{INCIDENT}publish", incidents.publish, name="incident-publish"),
    path(f"{INCIDENT}withdraw", incidents.withdraw, name="incident-withdraw"),
    path(f"{INCIDENT}measures/<slug:kind>", incident_measures.measure, name="incident-measure"),
    path("staff/measures/<uuid:id>/undo", incident_measures.undo, name="measure-undo"),
    path("incidents/<str:reference>/", incidents.report, name="incident-report"),
    path(CASE, desk_cases.case, name="case"),
    path(f"{CASE}release", desk_cases.release, name="case-release"),
    path(f"{CASE}enforce", desk_cases.enforce, name="case-enforce"),
    path(f"{CASE}reinstate", desk_cases.reinstate, name="case-reinstate"),
    path(f"{CASE}decide", desk_cases.decide, name="case-decide"),
]
