"""Every address of the service, one line a room."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("nrm.languages.urls")),
    path("", include("nrm.accounts.urls")),
    path("audit/", include("nrm.audit.urls")),
]
