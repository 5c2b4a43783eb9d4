"""The Django app of notices."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "propdesk.crm.notices"
    label = "notices"
