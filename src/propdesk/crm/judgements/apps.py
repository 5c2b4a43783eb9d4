"""The Django app of judged histories."""

from django.apps import AppConfig


class JudgementsConfig(AppConfig):
    name = "propdesk.crm.judgements"
    label = "judgements"
