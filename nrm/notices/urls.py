from django.urls import path

from nrm.notices import views

app_name = "notices"
urlpatterns = [
    path("account/mail/", views.mail, name="mail"),
    path("account/mail/works-again/", views.works_again, name="works_again"),
    path("account/calendar/make/", views.make_calendar, name="make_calendar"),
    path("account/calendar/end/", views.end_calendar, name="end_calendar"),
    path("administration/mail/", views.outgoing, name="outgoing"),
    path("administration/mail/<uuid:user_id>/try-again/", views.try_again, name="try_again"),
]
