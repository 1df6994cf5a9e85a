"""What undoing a merge gives back; and no chain of merges, whoever writes and however many at once."""

from __future__ import annotations

from django.db import migrations, models

from nrm.audit.later import added_to_history

#: Both cases are locked in one order before anybody looks, so that two merges at once are seen one by the other.
NO_CHAIN = """
CREATE FUNCTION nrm_no_chain_of_merges() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'merged' THEN
        RETURN NEW;
    END IF;
    PERFORM FROM cases_case WHERE id IN (NEW.case_id, NEW.into_id) ORDER BY id FOR UPDATE;
    IF EXISTS (
        SELECT FROM cases_casemerge
        WHERE state = 'merged' AND id <> NEW.id AND (case_id = NEW.into_id OR into_id = NEW.case_id)
    ) THEN
        RAISE EXCEPTION 'A merged case takes no other, and one that took another is not merged.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER no_chain BEFORE INSERT OR UPDATE ON cases_casemerge
    FOR EACH ROW EXECUTE FUNCTION nrm_no_chain_of_merges();
"""
DROP_NO_CHAIN = """
DROP TRIGGER no_chain ON cases_casemerge;
DROP FUNCTION nrm_no_chain_of_merges();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_guards_of_need_to_know")]

    operations = [
        migrations.AddField("casemerge", "before", models.JSONField(editable=False, null=True)),
        added_to_history("historicalcasemerge", "before", models.JSONField(editable=False, null=True)),
        migrations.RunSQL(NO_CHAIN, DROP_NO_CHAIN),
    ]
