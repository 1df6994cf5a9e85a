from django.urls import path

from nrm.languages.views import set_language

app_name = "languages"
urlpatterns = [path("language/", set_language, name="set")]
