from django.urls import path

from nrm.conferences import views

app_name = "conferences"
urlpatterns = [
    path("cases/<str:code>/conferences/new/", views.call, name="call"),
    path("conferences/<uuid:pk>/", views.page, name="page"),
    path("conferences/<uuid:pk>/time/", views.move, name="move"),
    path("conferences/<uuid:pk>/invite/", views.invite, name="invite"),
    path("conferences/<uuid:pk>/agenda/", views.agenda, name="agenda"),
    path("conferences/<uuid:pk>/person/", views.person, name="person"),
    path("conferences/<uuid:pk>/points/<slug:topic>/", views.point, name="point"),
    path("conferences/<uuid:pk>/decisions/new/", views.decide, name="decide"),
    path("conferences/<uuid:pk>/minutes/", views.minutes, name="minutes"),
    path("conferences/<uuid:pk>/<slug:transition>/", views.step, name="step"),
    path("conference-parts/<uuid:pk>/", views.part, name="part"),
    path("conference-parts/<uuid:pk>/<slug:transition>/", views.answer, name="answer"),
    path("conference-decisions/<uuid:pk>/", views.decision, name="decision"),
    path("conference-decisions/<uuid:pk>/drop/", views.drop, name="drop"),
]
