from django.urls import path

from nrm.cases.views import case, clocks, emergency, links, retention

app_name = "cases"
urlpatterns = [
    path("cases/<str:code>/consents/new/", case.record_consent, name="record_consent"),
    path("consents/<uuid:pk>/<str:transition>/", case.consent_step, name="consent_step"),
    path("cases/<str:code>/risk/", case.assess_risk, name="assess_risk"),
    path("cases/<str:code>/notes/new/", case.add_note, name="add_note"),
    path("cases/<str:code>/identity/", case.identity, name="identity"),
    path("cases/<str:code>/identity/open/", case.open_identity_form, name="open_identity_form"),
    path("cases/<str:code>/identity/write/", case.write_identity, name="write_identity"),
    path("cases/<str:code>/links/new/", links.link, name="link"),
    path("case-links/<uuid:link_id>/remove/", links.unlink, name="unlink"),
    path("cases/<str:code>/age/", case.record_age, name="record_age"),
    path("cases/<str:code>/guardian/new/", case.record_guardian, name="record_guardian"),
    path("cases/<str:code>/best-interests/new/", case.assess_best_interests, name="assess_best_interests"),
    path("cases/<str:code>/track/<slug:transition>/", case.track_step, name="track_step"),
    path("cases/<str:code>/clocks/<uuid:pk>/extend/", clocks.extend_clock, name="extend_clock"),
    path("emergency/", emergency.emergency, name="emergency"),
    path("emergency/register/", emergency.emergency_register, name="emergency_register"),
    path("emergency/<uuid:pk>/end/", emergency.end_emergency, name="end_emergency"),
    path("emergency/<uuid:pk>/review/", emergency.review_emergency, name="review_emergency"),
    path("cases/<str:code>/retention/new/", retention.propose_erasure, name="propose_erasure"),
    path("retention/<uuid:pk>/erase/", retention.erase, name="erase"),
    path("retention/<uuid:pk>/<slug:transition>/", retention.retention_step, name="retention_step"),
    path("cases/<str:code>/steps/<str:transition>/", case.case_step, name="step"),
]
