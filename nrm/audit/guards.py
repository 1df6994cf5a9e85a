"""Database guards that other rooms put on their history tables.

In a room's `0002_guards` migration, which depends on ("audit", "0002_guards"):

    operations = [append_only("cases_historicalcase")]
"""

from __future__ import annotations

from django.db import migrations

#: Refuses the statement with one sentence that names the table and what was tried (SQLSTATE 23001).
REFUSE_CHANGE = """
CREATE FUNCTION nrm_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: its rows can only be added.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""
DROP_REFUSE_CHANGE = "DROP FUNCTION nrm_refuse_change();"


def append_only(table: str) -> migrations.RunSQL:
    """Makes the database refuse UPDATE, DELETE and TRUNCATE on `table`, whoever asks."""
    return migrations.RunSQL(
        sql=f'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}" '
        "FOR EACH STATEMENT EXECUTE FUNCTION nrm_refuse_change();",
        reverse_sql=f'DROP TRIGGER append_only ON "{table}";',
    )
