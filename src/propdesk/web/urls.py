"""Every address of the pages."""

from django.urls import path

from propdesk.web import health
from propdesk.web.pages import comparison, home, judgements, judging, live, rulebooks

urlpatterns = [
    path("", home.home, name="home"),
    path("judge", home.judge_upload, name="judge-upload"),
    path("samples/<slug:name>/judge", home.judge_sample, name="judge-sample"),
    path("judging/<uuid:id>/", judging.judging, name="judging"),
    path("judgements/<uuid:id>/", judgements.judgement, name="judgement"),
    path("judgements/<uuid:id>/evidence.json", judgements.evidence, name="evidence"),
    path("judgements/<uuid:id>/compare/", comparison.comparison, name="compare"),
    path("judgements/<uuid:id>/days/<str:day>/", judgements.day, name="day"),
    path("judgements/<uuid:id>/trades/", judgements.trades, name="trades"),
    path("judgements/<uuid:id>/trades.csv", judgements.trades_csv, name="trades-csv"),
    path("rulebooks/", rulebooks.rulebooks, name="rulebooks"),
    path("rulebooks/<slug:name>.json", rulebooks.rulebook_json, name="rulebook-json"),
    path("rulebooks/<slug:name>.yaml", rulebooks.rulebook_yaml, name="rulebook-yaml"),
    path("rulebooks/<slug:name>/", rulebooks.rulebook, name="rulebook"),
    path("rulebooks/<slug:name>/difference", rulebooks.difference, name="rulebook-difference"),
    path("live/", live.board, name="live"),
    path("live/events", live.events, name="live-events"),
    path("live/<path:name>/", live.account, name="live-account"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "propdesk.web.pages.errors.bad_request"
handler404 = "propdesk.web.pages.errors.not_found"
handler500 = "propdesk.web.pages.errors.failed"
