from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0009_gaps"),
        ("audit", "0002_guards"),
    ]

    operations = [append_only("referrals_historicalgap")]
