"""Former values of a referral and its messages can only be added to."""

from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only

TABLES = ("referral", "message")


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial"), ("audit", "0002_guards")]

    operations = [append_only(f"referrals_historical{table}") for table in TABLES]
