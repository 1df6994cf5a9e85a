from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "nrm.tasks"
    label = "tasks"
