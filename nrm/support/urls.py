from django.urls import path

from nrm.support import views

app_name = "support"
urlpatterns = [
    path("appointments/", views.appointments, name="appointments"),
    path("appointments/<uuid:pk>/", views.appointment, name="appointment"),
    path("cases/<str:code>/episodes/new/", views.plan_service, name="plan"),
    path("cases/<str:code>/alerts/new/", views.raise_alert, name="raise_alert"),
    path("episodes/<uuid:pk>/", views.episode, name="episode"),
    path("episodes/<uuid:pk>/appointments/new/", views.add_appointment, name="add_appointment"),
    path("episodes/<uuid:pk>/notes/new/", views.add_note, name="add_note"),
    path("episodes/<uuid:pk>/<slug:transition>/", views.step, name="step"),
    path("alerts/<uuid:pk>/<slug:transition>/", views.alert_step, name="alert_step"),
]
