from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0005_mail_and_calendar"),
        ("audit", "0002_guards"),
    ]

    operations = [append_only("notices_historicalmailpreference")]
