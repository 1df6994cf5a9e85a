"""Former values of conferences, of parts in them, minutes and decisions can only be added to."""

from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only

TABLES = ("conference", "attendance", "minute", "decision")


class Migration(migrations.Migration):
    dependencies = [("conferences", "0001_initial"), ("audit", "0002_guards")]

    operations = [append_only(f"conferences_historical{table}") for table in TABLES]
