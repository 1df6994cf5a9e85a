"""Former values of shelters, places and stays can only be added to."""

from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only

TABLES = ("shelter", "unit", "placement")


class Migration(migrations.Migration):
    dependencies = [("placements", "0001_initial"), ("audit", "0002_guards")]

    operations = [append_only(f"placements_historical{table}") for table in TABLES]
