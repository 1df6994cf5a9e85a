from django.apps import AppConfig


class PlacementsConfig(AppConfig):
    name = "nrm.placements"
    label = "placements"
