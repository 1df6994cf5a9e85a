from django.apps import AppConfig
from django.core.checks import Tags, register

from nrm.vault.checks import check_keys, refuse_bad_keys


class VaultConfig(AppConfig):
    name = "nrm.vault"
    label = "vault"

    def ready(self) -> None:
        register(check_keys, Tags.security)
        refuse_bad_keys()
