"""The database itself keeps the chain: nothing is changed or removed, and the head only moves forward by one."""

from django.db import migrations

from nrm.audit.encoding import GENESIS
from nrm.audit.guards import DROP_REFUSE_CHANGE, REFUSE_CHANGE, append_only

HEAD_GUARD = """
CREATE FUNCTION nrm_head_moves_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.sequence <> OLD.sequence + 1 OR NEW.hash = OLD.hash THEN
        RAISE EXCEPTION 'The head of the audit chain moves forward by one event: % after % is refused.',
            NEW.sequence, OLD.sequence USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER moves_forward BEFORE UPDATE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION nrm_head_moves_forward();
CREATE TRIGGER stays BEFORE DELETE OR TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION nrm_refuse_change();
"""
DROP_HEAD_GUARD = """
DROP TRIGGER stays ON audit_head;
DROP TRIGGER moves_forward ON audit_head;
DROP FUNCTION nrm_head_moves_forward();
"""

HASH_LENGTHS = """
ALTER TABLE audit_event ADD CONSTRAINT audit_event_hash_lengths
    CHECK (octet_length(hash) = 32 AND octet_length(previous) = 32);
"""
DROP_HASH_LENGTHS = "ALTER TABLE audit_event DROP CONSTRAINT audit_event_hash_lengths;"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE_CHANGE, DROP_REFUSE_CHANGE),
        migrations.RunSQL(
            f"INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, '\\x{GENESIS.hex()}');",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(HEAD_GUARD, DROP_HEAD_GUARD),
        migrations.RunSQL(HASH_LENGTHS, DROP_HASH_LENGTHS),
        append_only("audit_event"),
        append_only("audit_checkpoint"),
    ]
