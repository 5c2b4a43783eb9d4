"""The Django app of purchases."""

from django.apps import AppConfig


class PurchasesConfig(AppConfig):
    name = "propdesk.crm.purchases"
    label = "purchases"
