"""Former values of accounts can only be added to."""

from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("audit", "0002_guards")]

    operations = [
        append_only("accounts_historicalorganisation"),
        append_only("accounts_historicaluser"),
        append_only("accounts_historicalmembership"),
    ]
