from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0007_outside"),
        ("audit", "0002_guards"),
    ]

    operations = [append_only("referrals_historicaltoldanswer")]
