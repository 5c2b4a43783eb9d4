"""The Django app of support."""

from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "propdesk.crm.support"
    label = "support"
