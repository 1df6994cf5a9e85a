"""Part of the addresses of referrals. Those of the other organisation say nothing, and hold nothing but the token."""

from django.urls import path

from nrm.referrals.outside import sending, visits

urlpatterns = [
    path("reply/", visits.code, name="outside_code"),
    path("reply/read/", visits.read, name="outside_read"),
    path("reply/done/", visits.done, name="outside_done"),
    path("reply/read/<slug:transition>/", visits.step, name="outside_step"),
    path("reply/<str:token>/", visits.link, name="outside_link"),
    path("referrals/<uuid:pk>/link/", sending.make_link, name="make_link"),
    path("referrals/<uuid:pk>/link/end/", sending.end_link, name="end_link"),
    path("referrals/<uuid:pk>/letter/", sending.make_letter, name="make_letter"),
    path("referrals/<uuid:pk>/told/<slug:transition>/", sending.record_told, name="record_told"),
]
