"""A screening keeps the set it began with, and is answered from no other: the database itself sees to it."""

from __future__ import annotations

from django.db import migrations

SET_STAYS = """
CREATE FUNCTION nrm_set_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.indicator_set_id IS DISTINCT FROM OLD.indicator_set_id THEN
        RAISE EXCEPTION 'A screening keeps the set of indicators it began with.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER set_stays BEFORE UPDATE OF indicator_set_id ON identification_screening
    FOR EACH ROW EXECUTE FUNCTION nrm_set_stays();
"""
DROP_SET_STAYS = """
DROP TRIGGER set_stays ON identification_screening;
DROP FUNCTION nrm_set_stays();
"""

ANSWER_OF_THE_SET = """
CREATE FUNCTION nrm_answer_of_the_set() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM identification_screening s
        JOIN identification_indicator i ON i.indicator_set_id = s.indicator_set_id
        WHERE s.id = NEW.screening_id AND i.id = NEW.indicator_id AND i.use = 'sign'
    ) THEN
        RAISE EXCEPTION 'An answer belongs to a sign of the set its screening began with.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER of_the_set BEFORE INSERT OR UPDATE OF indicator_id, screening_id ON identification_answer
    FOR EACH ROW EXECUTE FUNCTION nrm_answer_of_the_set();
"""
DROP_ANSWER_OF_THE_SET = """
DROP TRIGGER of_the_set ON identification_answer;
DROP FUNCTION nrm_answer_of_the_set();
"""


class Migration(migrations.Migration):
    dependencies = [("identification", "0006_whole_catalogue")]

    operations = [
        migrations.RunSQL(SET_STAYS, DROP_SET_STAYS),
        migrations.RunSQL(ANSWER_OF_THE_SET, DROP_ANSWER_OF_THE_SET),
    ]
