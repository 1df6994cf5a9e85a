"""The whole catalogue: 257 indicators, what is asked for what, and the short list that comes first."""

from __future__ import annotations

from django.db import migrations

from nrm.identification.sets import published, write_missing


def load(apps, schema_editor):
    second = [given for given in published() if (given["code"], given["number"]) == ("common", 2)]
    write_missing(apps.get_model("identification", "IndicatorSet"), apps.get_model("identification", "Indicator"), second)


class Migration(migrations.Migration):
    dependencies = [("identification", "0005_guards_of_decisions")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
