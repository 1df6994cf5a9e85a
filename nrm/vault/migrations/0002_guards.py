"""Former identities can only be added to."""

from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("vault", "0001_initial"), ("audit", "0002_guards")]

    operations = [append_only("vault_historicalperson")]
