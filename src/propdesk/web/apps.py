"""The Django app that holds templates, filters and static files of the pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "propdesk.web"
    label = "web"
