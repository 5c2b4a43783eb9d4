"""The addresses of documents: certificates, legal texts, tickets and disputes."""

from django.urls import path

from propdesk.web.pages import (
    documents_certificates,
    documents_language,
    documents_own,
    documents_staff,
    legal_public,
    legal_staff,
    support_desk,
    support_disputes,
    support_own,
)

STAFF = "staff/certificates/"
TICKETS = "staff/support/<str:reference>/"
DISPUTES = "staff/disputes/<str:reference>/"

urlpatterns = [
    path("certificates/<str:code>/", documents_certificates.certificate, name="certificate"),
    path("me/documents/", documents_own.own_documents, name="own-documents"),
    path(
        "me/certificates/<uuid:id>.pdf",
        documents_certificates.certificate_pdf,
        name="certificate-pdf",
    ),
    path(
        "me/certificates/<uuid:id>.png",
        documents_certificates.certificate_png,
        name="certificate-png",
    ),
    path("me/certificates/<uuid:id>/name", documents_own.certificate_name, name="certificate-name"),
    path(STAFF, documents_staff.certificates, name="staff-certificates"),
    path(f"{STAFF}<uuid:id>/revoke", documents_staff.revoke, name="certificate-revoke"),
    path(f"{STAFF}<uuid:id>/restore", documents_staff.restore, name="certificate-restore"),
    path("me/support/", support_own.tickets, name="tickets"),
    path("me/support/new", support_own.ticket_new, name="ticket-new"),
    path("me/support/<str:reference>/", support_own.ticket, name="ticket"),
    path("me/support/<str:reference>/reply", support_own.ticket_reply, name="ticket-reply"),
    path("support/files/<uuid:id>", support_own.attachment, name="attachment"),
    path(
        "me/disputes/of/<str:verdict>",
        support_disputes.dispute_verdict_page,
        name="dispute-verdict",
    ),
    path(
        "disputes/<str:reference>/evidence.json",
        support_disputes.dispute_evidence,
        name="dispute-evidence",
    ),
    path("disputes/<str:reference>/replay", support_disputes.dispute_replay, name="dispute-replay"),
    path("staff/support/", support_desk.tickets, name="staff-tickets"),
    path("staff/support/answers", support_desk.canned_answers, name="canned-answers"),
    path(TICKETS, support_desk.ticket, name="staff-ticket"),
    path(f"{TICKETS}answer", support_desk.answer, name="ticket-answer"),
    path(f"{TICKETS}note", support_desk.note, name="ticket-note"),
    path(f"{TICKETS}assign", support_desk.assign, name="ticket-assign"),
    path("staff/disputes/", support_disputes.disputes, name="staff-disputes"),
    path(DISPUTES, support_disputes.dispute, name="staff-dispute"),
    path(f"{DISPUTES}uphold", support_disputes.uphold, name="dispute-uphold"),
    path(f"{DISPUTES}accept", support_disputes.accept, name="dispute-accept"),
    path("legal/", legal_public.legal_texts, name="legal-texts"),
    path("legal/<slug:kind>/", legal_public.legal_text, name="legal-text"),
    path("me/terms/", legal_public.own_terms, name="own-terms"),
    path("brands/<slug:slug>.png", legal_public.brand_logo, name="brand-logo"),
    path("brands/<slug:slug>.css", legal_public.brand_style, name="brand-style"),
    path("staff/legal/", legal_staff.texts, name="staff-texts"),
    path("staff/legal/publish", legal_staff.publish, name="text-publish"),
    path("staff/legal/<uuid:id>/", legal_staff.accepted, name="text-accepted"),
    path("staff/firm/", legal_staff.firm, name="firm"),
    path("staff/firm/terms", legal_staff.terms, name="firm-terms-set"),
    path("staff/firm/brand", legal_staff.brand, name="brand-set"),
    path("language/", documents_language.language, name="language"),
    path("me/documents/data.zip", documents_own.data_export, name="data-export"),
]
