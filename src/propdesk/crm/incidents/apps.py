"""The app of incidents."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "propdesk.crm.incidents"
    label = "incidents"
