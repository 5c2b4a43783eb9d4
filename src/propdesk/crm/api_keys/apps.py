"""The Django app of keys for programs."""

from django.apps import AppConfig


class ApiKeysConfig(AppConfig):
    name = "propdesk.crm.api_keys"
    label = "api_keys"
