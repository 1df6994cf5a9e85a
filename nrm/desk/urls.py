from django.urls import path

from nrm.desk import feed, gaps, searching, tasks, views

app_name = "desk"
urlpatterns = [
    path("", views.my_work, name="my_work"),
    path("tasks/<uuid:pk>/", tasks.task, name="task"),
    path("tasks/<uuid:pk>/take/", tasks.claim_task, name="claim_task"),
    path("tasks/<uuid:pk>/put-back/", tasks.release_task, name="release_task"),
    path("tasks/<uuid:pk>/give/", tasks.hand_on, name="hand_on_task"),
    path("tasks/<uuid:pk>/put-off/", tasks.put_off, name="put_off_task"),
    path("tasks/<uuid:pk>/comment/", tasks.comment, name="comment_on_task"),
    path("tasks/<uuid:pk>/done/", tasks.finish_task, name="finish_task"),
    path("cases/<str:code>/tasks/new/", tasks.give_task, name="give_task"),
    path("tasks/<uuid:pk>/stop-using/", views.stop_using, name="stop_using"),
    path("sharing/<uuid:pk>/left/", views.left_before, name="left_before"),
    path("cases/", views.case_list, name="case_list"),
    path("cases/<str:code>/", views.case_page, name="case_page"),
    path("cases/<str:code>/readers/", views.readers, name="readers"),
    path("calendar/<str:token>.ics", feed.calendar_feed, name="calendar_feed"),
    path("search/", searching.search, name="search"),
    path("search/code/", searching.search_code, name="search_code"),
    path("search/person/", searching.search_person, name="search_person"),
    path("supervision/", views.supervision, name="supervision"),
    path("supervision/<uuid:pk>/hand-over/", views.hand_over_work, name="hand_over_work"),
    path("directory/gaps/", gaps.gaps, name="gaps"),
    path("country/", views.country, name="country"),
    path("mechanism/", views.mechanism, name="mechanism"),
]
