"""The Django app of the outbox."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "propdesk.crm.outbox"
    label = "outbox"
