"""Former values of a service in the directory can only be added to."""

from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_directory"), ("audit", "0002_guards")]

    operations = [append_only("directory_historicallisting")]
