"""The Django app of persons."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "propdesk.crm.people"
    label = "people"
