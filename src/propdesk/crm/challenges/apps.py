"""The Django app of enrolments."""

from django.apps import AppConfig


class ChallengesConfig(AppConfig):
    name = "propdesk.crm.challenges"
    label = "challenges"
