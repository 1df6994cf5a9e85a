from django.urls import path

from nrm.placements import views

app_name = "placements"
urlpatterns = [
    path("places/", views.units, name="units"),
    path("places/new/", views.add_unit, name="add_unit"),
    path("places/shelter/", views.shelter, name="shelter"),
    path("places/shelter/address/", views.address, name="address"),
    path("places/<uuid:pk>/", views.change_unit, name="change_unit"),
    path("placements/<uuid:pk>/", views.page, name="page"),
    path("placements/<uuid:pk>/<slug:transition>/", views.step, name="step"),
    path("cases/<str:code>/placements/new/", views.request_place, name="request"),
]
