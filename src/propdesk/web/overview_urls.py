"""The addresses of the overviews: what the firm looks like from above."""

from django.urls import path

from propdesk.web.pages import (
    overview_exposure,
    overview_funnel,
    overview_money,
    overview_search,
    overview_today,
)

urlpatterns = [
    path("staff/", overview_today.home, name="today"),
    path("staff/search/", overview_search.found, name="search"),
    path("staff/exposure/", overview_exposure.exposure, name="overview-exposure"),
    path("staff/funnel/", overview_funnel.funnel, name="overview-funnel"),
    path("staff/money/", overview_money.money, name="overview-money"),
]
