"""Former values can only be added to, and a case without a name holds none: the database itself refuses."""

from __future__ import annotations

from django.db import migrations

from nrm.audit.guards import append_only

TABLES = ("guardian", "bestinterestassessment", "clockextension")

#: From both sides: no identity is written into a nameless case, and no case that holds one becomes nameless.
NAMELESS = """
CREATE FUNCTION nrm_nameless_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.track = 'nameless'
        AND EXISTS (SELECT FROM vault_person WHERE id = NEW.person_id AND identity IS NOT NULL) THEN
        RAISE EXCEPTION 'A case without a name holds an identity.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER nameless BEFORE INSERT OR UPDATE ON cases_case
    FOR EACH ROW EXECUTE FUNCTION nrm_nameless_case();
CREATE FUNCTION nrm_nameless_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.identity IS NOT NULL
        AND EXISTS (SELECT FROM cases_case WHERE person_id = NEW.id AND track = 'nameless') THEN
        RAISE EXCEPTION 'A case without a name takes no identity.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER nameless BEFORE INSERT OR UPDATE ON vault_person
    FOR EACH ROW EXECUTE FUNCTION nrm_nameless_person();
"""
DROP_NAMELESS = """
DROP TRIGGER nameless ON vault_person;
DROP FUNCTION nrm_nameless_person();
DROP TRIGGER nameless ON cases_case;
DROP FUNCTION nrm_nameless_case();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_tracks_children_extensions"),
        ("audit", "0002_guards"),
        ("vault", "0002_guards"),
    ]

    operations = [
        *(append_only(f"cases_historical{table}") for table in TABLES),
        migrations.RunSQL(NAMELESS, DROP_NAMELESS),
    ]
