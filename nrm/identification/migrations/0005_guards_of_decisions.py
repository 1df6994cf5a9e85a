"""Former values of decisions can only be added to; what was signed, and what a court said, never changes."""

from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only

TABLES = (
    "identification_historicaldecision",
    "identification_historicalsignature",
    "identification_historicalcourtview",
    "identification_signature",
    "identification_courtview",
)


class Migration(migrations.Migration):
    dependencies = [("identification", "0004_catalogue_and_decisions"), ("audit", "0002_guards")]

    operations = [append_only(table) for table in TABLES]
