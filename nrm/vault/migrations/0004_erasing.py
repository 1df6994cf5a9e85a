"""A person may be erased: the data key is gone, and the row never changes again."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q

from nrm.audit.later import added_to_history

ERASED_FOR_GOOD = """
CREATE FUNCTION nrm_refuse_waking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the person was erased.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER erased_for_good BEFORE UPDATE OR DELETE ON vault_person
    FOR EACH ROW WHEN (OLD.erased_at IS NOT NULL) EXECUTE FUNCTION nrm_refuse_waking();
"""
DROP = "DROP TRIGGER erased_for_good ON vault_person; DROP FUNCTION nrm_refuse_waking();"


def erased_at() -> models.DateTimeField:
    return models.DateTimeField(editable=False, null=True)


class Migration(migrations.Migration):
    dependencies = [("vault", "0003_index_forms")]

    operations = [
        migrations.RemoveConstraint("person", "person_key_is_named"),
        migrations.AddField("person", "erased_at", erased_at()),
        added_to_history("historicalperson", "erased_at", erased_at()),
        migrations.AddConstraint(
            "person",
            models.CheckConstraint(
                condition=(Q(erased_at=None) & ~Q(key_id="") & ~Q(wrapped_key=b""))
                | Q(erased_at__isnull=False, key_id="", wrapped_key=b"", identity=None, index_form=""),
                name="person_has_a_key_or_is_erased",
            ),
        ),
        migrations.RunSQL(ERASED_FOR_GOOD, DROP),
    ]
