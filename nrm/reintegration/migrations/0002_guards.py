"""Former values of plans, goals and contacts can only be added to."""

from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only

TABLES = ("plan", "goal", "followup")


class Migration(migrations.Migration):
    dependencies = [("reintegration", "0001_initial"), ("audit", "0002_guards")]

    operations = [append_only(f"reintegration_historical{table}") for table in TABLES]
