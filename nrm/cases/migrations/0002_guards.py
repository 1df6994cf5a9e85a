"""Former values of a case and its records can only be added to."""

from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only

TABLES = ("case", "participation", "consent", "riskassessment", "note")


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("audit", "0002_guards")]

    operations = [append_only(f"cases_historical{table}") for table in TABLES]
