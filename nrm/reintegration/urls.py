from django.urls import path

from nrm.reintegration import views

app_name = "reintegration"
urlpatterns = [
    path("cases/<str:code>/plans/new/", views.start_plan, name="start"),
    path("cases/<str:code>/follow-ups/new/", views.follow_up, name="follow_up"),
    path("plans/<uuid:pk>/", views.plan, name="plan"),
    path("plans/<uuid:pk>/goals/new/", views.add_goal, name="add_goal"),
    path("plans/<uuid:pk>/<slug:transition>/", views.step, name="step"),
    path("goals/<uuid:pk>/review/", views.review_goal, name="review"),
]
