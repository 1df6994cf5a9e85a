from django.apps import AppConfig


class CountriesConfig(AppConfig):
    name = "nrm.countries"
    label = "countries"
