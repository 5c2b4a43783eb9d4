"""The addresses of documents: certificates, legal texts, tickets and disputes."""

from django.urls import path

from propdesk.web.pages import (
    documents_certificates,
    documents_own,
    documents_staff,
)

STAFF = "staff/certificates/"

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
]
