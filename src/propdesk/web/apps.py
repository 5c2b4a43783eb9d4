"""The Django app that holds templates, filters and static files of the pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "propdesk.web"
    label = "web"

    def ready(self) -> None:
        # The models of the library that signs people in exist only now.
        from propdesk.web import sign_in_changes  # noqa: PLC0415

        sign_in_changes.connect()
