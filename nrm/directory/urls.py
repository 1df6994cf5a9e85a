from django.urls import path

from nrm.directory import views

app_name = "directory"
urlpatterns = [
    path("directory/", views.directory, name="directory"),
    path("directory/ours/", views.ours, name="ours"),
    path("directory/new/", views.add, name="add"),
    path("directory/outside/", views.add_outside, name="add_outside"),
    path("directory/waiting/", views.queue, name="queue"),
    path("directory/<uuid:pk>/", views.listing, name="listing"),
    path("directory/<uuid:pk>/change/", views.change, name="change"),
    path("directory/<uuid:pk>/full/", views.full, name="full"),
    path("directory/<uuid:pk>/confirm/", views.confirm, name="confirm"),
    path("directory/<uuid:pk>/accept/", views.accept, name="accept"),
    path("directory/<uuid:pk>/quality/", views.assess, name="assess"),
    path("directory/<uuid:pk>/steps/<slug:transition>/", views.step, name="step"),
]
