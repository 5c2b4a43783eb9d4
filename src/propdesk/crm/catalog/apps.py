"""The Django app of the catalogue."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "propdesk.crm.catalog"
    label = "catalog"
