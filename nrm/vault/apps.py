from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "nrm.vault"
    label = "vault"
