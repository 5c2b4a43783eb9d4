"""The Django app of the overviews."""

from django.apps import AppConfig


class OverviewConfig(AppConfig):
    name = "propdesk.crm.overview"
    label = "overview"
