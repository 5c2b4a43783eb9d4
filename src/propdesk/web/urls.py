"""Every address of the pages."""

from django.urls import include, path

from propdesk.web import health
from propdesk.web.pages import (
    audit,
    comparison,
    home,
    judgements,
    judging,
    live,
    people,
    people_actions,
    people_first_owner,
    people_own,
    rulebooks,
)

urlpatterns = [
    path("api/v1/", include("propdesk.web.api.urls")),
    path("api/v1/", include("propdesk.web.api.urls")),
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
    path("", include("propdesk.web.firm_urls")),
    path("", include("propdesk.web.desk_urls")),
    path("", include("propdesk.web.notices_urls")),
    path("", include("propdesk.web.documents_urls")),
    path("", include("propdesk.web.overview_urls")),
    path("me/accounts/", include("propdesk.web.portal_urls")),
    path("welcome/", people_own.welcome, name="welcome"),
    path("first-owner/", people_first_owner.first_owner, name="first-owner"),
    path("me/profile/", people_own.profile, name="profile"),
    path("me/sessions/", people_own.sessions, name="sessions"),
    path("me/sessions/<int:id>/end", people_own.end_session, name="session-end"),
    path("me/sessions/end-others", people_own.end_other_sessions, name="sessions-end-others"),
    path("me/second-factor/", people_own.second_factor, name="second-factor"),
    path("me/", include("allauth.account.urls")),
    path("me/2fa/", include("allauth.mfa.urls")),
    path("staff/people/", people.people, name="people"),
    path("staff/people/invite", people_actions.invite, name="staff-invite"),
    path("staff/people/<uuid:id>/", people.person, name="person"),
    path("staff/people/<uuid:id>/suspend", people_actions.suspend, name="person-suspend"),
    path("staff/people/<uuid:id>/resume", people_actions.resume, name="person-resume"),
    path("staff/people/<uuid:id>/ban", people_actions.ban, name="person-ban"),
    path("staff/people/<uuid:id>/merge", people_actions.merge, name="person-merge"),
    path("staff/people/<uuid:id>/grant", people_actions.grant, name="person-grant"),
    path("staff/people/<uuid:id>/revoke", people_actions.revoke, name="person-revoke"),
    path("staff/roles/", people.roles, name="roles"),
    path("staff/audit/", audit.audit, name="audit"),
    path("staff/audit.jsonl", audit.audit_export, name="audit-export"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "propdesk.web.pages.errors.bad_request"
handler404 = "propdesk.web.pages.errors.not_found"
handler500 = "propdesk.web.pages.errors.failed"
