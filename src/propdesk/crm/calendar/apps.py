"""The app of the economic calendar."""

from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "propdesk.crm.calendar"
    label = "calendar"
