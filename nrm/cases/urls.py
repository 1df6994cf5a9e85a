from django.urls import path

from nrm.cases import emergency_pages, extending, linking, views

app_name = "cases"
urlpatterns = [
    path("cases/<str:code>/consents/new/", views.record_consent, name="record_consent"),
    path("consents/<uuid:pk>/<str:transition>/", views.consent_step, name="consent_step"),
    path("cases/<str:code>/risk/", views.assess_risk, name="assess_risk"),
    path("cases/<str:code>/notes/new/", views.add_note, name="add_note"),
    path("cases/<str:code>/identity/", views.identity, name="identity"),
    path("cases/<str:code>/identity/open/", views.open_identity_form, name="open_identity_form"),
    path("cases/<str:code>/identity/write/", views.write_identity, name="write_identity"),
    path("cases/<str:code>/links/new/", linking.link, name="link"),
    path("case-links/<uuid:link_id>/remove/", linking.unlink, name="unlink"),
    path("cases/<str:code>/age/", views.record_age, name="record_age"),
    path("cases/<str:code>/guardian/new/", views.record_guardian, name="record_guardian"),
    path("cases/<str:code>/best-interests/new/", views.assess_best_interests, name="assess_best_interests"),
    path("cases/<str:code>/track/<slug:transition>/", views.track_step, name="track_step"),
    path("cases/<str:code>/clocks/<uuid:pk>/extend/", extending.extend_clock, name="extend_clock"),
    path("emergency/", emergency_pages.emergency, name="emergency"),
    path("emergency/register/", emergency_pages.emergency_register, name="emergency_register"),
    path("emergency/<uuid:pk>/end/", emergency_pages.end_emergency, name="end_emergency"),
    path("emergency/<uuid:pk>/review/", emergency_pages.review_emergency, name="review_emergency"),
    path("cases/<str:code>/steps/<str:transition>/", views.case_step, name="step"),
]
