"""The database itself freezes what was answered: once a screening is completed, neither it nor its answers change."""

from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only

APPEND_ONLY = (
    "identification_historicalscreening",
    "identification_historicalanswer",
    "identification_indicatorset",
    "identification_indicator",
)

ANSWERS_FREEZE = """
CREATE FUNCTION nrm_answers_freeze() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched uuid[] := ARRAY[]::uuid[];
BEGIN
    IF TG_OP <> 'INSERT' THEN touched := touched || OLD.screening_id; END IF;
    IF TG_OP <> 'DELETE' THEN touched := touched || NEW.screening_id; END IF;
    IF EXISTS (SELECT FROM identification_screening WHERE id = ANY (touched) AND state <> 'draft') THEN
        RAISE EXCEPTION 'The answers of a completed screening are frozen: % is refused.', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON identification_answer
    FOR EACH ROW EXECUTE FUNCTION nrm_answers_freeze();
"""
DROP_ANSWERS_FREEZE = """
DROP TRIGGER frozen ON identification_answer;
DROP FUNCTION nrm_answers_freeze();
"""

#: After completion only the state moves on, once, and the version with it.
SCREENING_FREEZES = """
CREATE FUNCTION nrm_screening_freezes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (
        NEW.state = 'draft'
        OR (to_jsonb(NEW) - 'state' - 'version') IS DISTINCT FROM (to_jsonb(OLD) - 'state' - 'version')
    ) THEN
        RAISE EXCEPTION 'A completed screening is frozen.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE ON identification_screening
    FOR EACH ROW EXECUTE FUNCTION nrm_screening_freezes();
"""
DROP_SCREENING_FREEZES = """
DROP TRIGGER frozen ON identification_screening;
DROP FUNCTION nrm_screening_freezes();
"""


class Migration(migrations.Migration):
    dependencies = [("identification", "0001_initial"), ("audit", "0002_guards")]

    operations = [
        *(append_only(table) for table in APPEND_ONLY),
        migrations.RunSQL(ANSWERS_FREEZE, DROP_ANSWERS_FREEZE),
        migrations.RunSQL(SCREENING_FREEZES, DROP_SCREENING_FREEZES),
    ]
