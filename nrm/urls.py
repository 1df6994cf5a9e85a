"""Every address of the service, one line a room."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("nrm.web.urls")),
    path("", include("nrm.languages.urls")),
    path("", include("nrm.accounts.urls")),
    path("", include("nrm.notices.urls")),
    path("audit/", include("nrm.audit.urls")),
    path("drafts/", include("nrm.drafts.urls")),
    path("", include("nrm.identification.urls")),
    path("", include("nrm.cases.urls")),
    path("", include("nrm.referrals.urls")),
    path("", include("nrm.placements.urls")),
    path("", include("nrm.directory.urls")),
    path("", include("nrm.desk.urls")),
    path("", include("nrm.support.urls")),
    path("", include("nrm.reintegration.urls")),
    path("", include("nrm.conferences.urls")),
]

handler400 = "nrm.web.errors.bad_request"
handler403 = "nrm.web.errors.permission_denied"
handler404 = "nrm.web.errors.not_found"
handler500 = "nrm.web.errors.server_error"
