from django.urls import path

from nrm.web import health, views

app_name = "web"
urlpatterns = [
    path("leave/", views.leave, name="leave"),
    path("keep/", views.keep, name="keep"),
    path("health/", health.health, name="health"),
]
