"""The Django app of the ledger."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "propdesk.crm.ledger"
    label = "ledger"
