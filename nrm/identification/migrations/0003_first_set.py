"""The first set of indicators: general signs and the list for labour exploitation."""

from __future__ import annotations

from django.db import migrations

from nrm.identification.sets import published, write_missing


def load(apps, schema_editor):
    first = [given for given in published() if (given["code"], given["number"]) == ("common", 1)]
    write_missing(apps.get_model("identification", "IndicatorSet"), apps.get_model("identification", "Indicator"), first)


class Migration(migrations.Migration):
    dependencies = [("identification", "0002_guards")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
