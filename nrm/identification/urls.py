from django.urls import path

from nrm.identification import views

app_name = "identification"
urlpatterns = [
    path("cases/new/", views.open_case, name="open_case"),
    path("cases/new/danger/", views.danger, name="danger"),
    path("cases/new/<slug:page>/", views.open_case_page, name="open_case_page"),
    path("cases/<str:code>/screenings/new/", views.begin_screening, name="begin_screening"),
    path("screenings/<uuid:pk>/", views.screening, name="screening"),
    path("screenings/<uuid:pk>/answers/", views.save_answers, name="save_answers"),
    path("screenings/<uuid:pk>/<slug:transition>/", views.screening_step, name="screening_step"),
    path("cases/<str:code>/status/<slug:transition>/", views.status_step, name="status_step"),
    path("docket/", views.docket, name="docket"),
    path("docket/<str:code>/", views.decision, name="decision"),
]
