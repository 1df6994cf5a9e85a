from django.urls import include, path

from nrm.referrals import views

app_name = "referrals"
urlpatterns = [
    path("", include("nrm.referrals.outside.urls")),
    path("referrals/", views.inbox, name="inbox"),
    path("referrals/<uuid:pk>/", views.page, name="page"),
    path("referrals/services/", views.services, name="services"),
    path("referrals/<uuid:pk>/change/", views.change, name="change"),
    path("referrals/<uuid:pk>/feedback/", views.feedback, name="feedback"),
    path("referrals/<uuid:pk>/<slug:transition>/", views.step, name="step"),
    path("cases/<str:code>/refer/", views.choose, name="choose"),
    path("cases/<str:code>/refer/missing/", views.count_gap, name="count_gap"),
    path("cases/<str:code>/interpreter/", views.interpreter, name="interpreter"),
    path("cases/<str:code>/referrals/new/", views.prepare, name="prepare"),
]
