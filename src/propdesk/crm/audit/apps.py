"""The Django app of the audit."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "propdesk.crm.audit"
    label = "audit"
