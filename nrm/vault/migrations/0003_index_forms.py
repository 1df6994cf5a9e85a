"""Near names join the index. Whoever is indexed already is written anew by `manage.py vault reindex`."""

from __future__ import annotations

from django.db import migrations, models

KINDS = [
    ("family_and_year", "family name and year of birth"),
    ("full_name", "given and family name"),
    ("near", "family name but for a letter, first letter of the given name and year of birth"),
    ("document", "kind and number of a document"),
]


class Migration(migrations.Migration):
    dependencies = [("vault", "0002_guards")]

    operations = [
        migrations.AddField(
            "person", "index_form", models.CharField(blank=True, default="", editable=False, max_length=20)
        ),
        migrations.AlterField("indexentry", "kind", models.CharField(choices=KINDS, max_length=20)),
        migrations.RemoveConstraint("indexentry", "index_entry_kind_known"),
        migrations.AddConstraint(
            "indexentry",
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind for kind, _label in KINDS]), name="index_entry_kind_known"
            ),
        ),
    ]
