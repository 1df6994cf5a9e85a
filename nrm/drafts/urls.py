from django.urls import path

from nrm.drafts import views

app_name = "drafts"
urlpatterns = [
    path("keep/", views.keep, name="keep"),
    path("<uuid:pk>/throw-away/", views.throw_away, name="throw_away"),
]
