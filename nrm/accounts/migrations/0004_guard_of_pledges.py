"""Who accepted which code of conduct can only be added to."""

from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_pledge"), ("audit", "0002_guards")]

    operations = [append_only("accounts_historicalpledgeacceptance")]
