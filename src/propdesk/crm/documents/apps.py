"""The Django app of documents."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "propdesk.crm.documents"
    label = "documents"
