from django.urls import path

from nrm.desk import searching, views

app_name = "desk"
urlpatterns = [
    path("", views.my_work, name="my_work"),
    path("tasks/<uuid:pk>/take/", views.claim_task, name="claim_task"),
    path("tasks/<uuid:pk>/put-back/", views.release_task, name="release_task"),
    path("tasks/<uuid:pk>/done/", views.finish_task, name="finish_task"),
    path("tasks/<uuid:pk>/stop-using/", views.stop_using, name="stop_using"),
    path("sharing/<uuid:pk>/left/", views.left_before, name="left_before"),
    path("cases/", views.case_list, name="case_list"),
    path("cases/<str:code>/", views.case_page, name="case_page"),
    path("cases/<str:code>/readers/", views.readers, name="readers"),
    path("search/", searching.search, name="search"),
    path("search/code/", searching.search_code, name="search_code"),
    path("search/person/", searching.search_person, name="search_person"),
    path("supervision/", views.supervision, name="supervision"),
    path("country/", views.country, name="country"),
    path("mechanism/", views.mechanism, name="mechanism"),
]
