from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_task_remarks"), ("audit", "0002_guards")]

    operations = [append_only("cases_historicaltaskremark")]
