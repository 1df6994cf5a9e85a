from django.urls import path

from nrm.identification.views import decisions, opening, screening, status

app_name = "identification"
urlpatterns = [
    path("cases/new/", opening.open_case, name="open_case"),
    path("cases/new/danger/", opening.danger, name="danger"),
    path("cases/new/<slug:page>/", opening.open_case_page, name="open_case_page"),
    path("cases/<str:code>/screenings/new/", screening.begin_screening, name="begin_screening"),
    path("screenings/<uuid:pk>/", screening.screening, name="screening"),
    path("screenings/<uuid:pk>/answers/", screening.save_answers, name="save_answers"),
    path("screenings/<uuid:pk>/focus/", screening.change_focus, name="change_focus"),
    path("screenings/<uuid:pk>/<slug:transition>/", screening.screening_step, name="screening_step"),
    path("cases/<str:code>/status/<slug:transition>/", status.status_step, name="status_step"),
    path("docket/", decisions.docket, name="docket"),
    path("docket/<str:code>/", decisions.decision, name="decision"),
    path("cases/<str:code>/decisions/new/", decisions.propose_decision, name="propose_decision"),
    path("decisions/<uuid:pk>/sign/", decisions.sign_decision, name="sign_decision"),
    path("decisions/<uuid:pk>/take-back/", decisions.take_back_decision, name="take_back_decision"),
    path("cases/<str:code>/court-views/new/", decisions.record_court_view, name="record_court_view"),
]
