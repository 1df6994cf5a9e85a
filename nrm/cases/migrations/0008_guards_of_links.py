"""Former values of a link can only be added to."""

from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_case_links"), ("audit", "0002_guards")]

    operations = [append_only("cases_historicalcaselink")]
