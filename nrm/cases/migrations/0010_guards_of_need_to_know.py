"""Former values of what says who sees a case can only be added to; the content of a document is written once."""

from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only

TABLES = (
    "cases_historicalsharingbasis",
    "cases_historicalteammember",
    "cases_historicalcasebar",
    "cases_historicaltransfer",
    "cases_historicalcasemerge",
    "cases_historicaldocument",
    "cases_documentcontent",
)


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_need_to_know"), ("audit", "0002_guards")]

    operations = [append_only(table) for table in TABLES]
