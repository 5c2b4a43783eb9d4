"""The app of traders' own limits."""

from django.apps import AppConfig


class OwnLimitsConfig(AppConfig):
    name = "propdesk.crm.own_limits"
    label = "own_limits"
