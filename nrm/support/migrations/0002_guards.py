"""Former values of services, appointments, clinical notes and alerts can only be added to."""

from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only

TABLES = ("episode", "appointment", "clinicalnote", "alert")


class Migration(migrations.Migration):
    dependencies = [("support", "0001_initial"), ("audit", "0002_guards")]

    operations = [append_only(f"support_historical{table}") for table in TABLES]
