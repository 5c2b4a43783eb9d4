"""The addresses of the overviews: what the firm looks like from above."""

from django.urls import path

from propdesk.web.pages import overview_search

urlpatterns = [
    path("staff/search/", overview_search.found, name="search"),
]
