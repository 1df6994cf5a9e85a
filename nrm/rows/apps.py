from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RowsConfig(AppConfig):
    name = "nrm.rows"
    label = "rows"

    def ready(self) -> None:
        from nrm.rows.protecting import after_migrations  # noqa: PLC0415  reads the models' tables

        post_migrate.connect(after_migrations, sender=self, dispatch_uid="nrm.rows")
