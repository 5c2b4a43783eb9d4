"""Every address of the pages."""

from django.urls import path

from propdesk.web import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
