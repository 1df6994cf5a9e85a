"""Puts role, grants and policies into force: after every migration, always all of them, in one transaction.

They follow from the tables as they now are, so that there is one place to read them and nothing to forget.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connections, models, transaction

from nrm.rows.tables import PROTECTED

FOLDER = Path(__file__).parent
#: In production `.ci/container/roles.sh` made the role. Several test databases may come here at once.
MAKE_ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nrm_app') THEN
        CREATE ROLE nrm_app NOLOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS;
        EXECUTE format('GRANT nrm_app TO %I', current_user);
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
"""
POLICY = """
DROP POLICY IF EXISTS need_to_know ON {rows};
CREATE POLICY need_to_know ON {rows} TO nrm_app
    USING (current_setting('nrm.sight', true) = 'service' OR ({condition}));
ALTER TABLE {rows} ENABLE ROW LEVEL SECURITY;
"""


def after_migrations(*, using: str, plan: Any = None, **_: Any) -> None:
    """`flush` sends the signal too, without a plan: it empties tables and leaves their policies."""
    if plan is not None and all_tables_are_there(using):
        protect(using)


def all_tables_are_there(using: str) -> bool:
    """Not so for who migrates an app back; the next whole migration makes up for it."""
    needed = {model._meta.db_table for model in apps.get_models()}
    return needed <= set(connections[using].introspection.table_names())


def protect(using: str) -> None:
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute(MAKE_ROLE)
        cursor.execute((FOLDER / "grants.sql").read_text(encoding="utf-8"))
        cursor.execute((FOLDER / "policies.sql").read_text(encoding="utf-8"))
        cursor.execute("".join(policies()))


def policies() -> Iterator[str]:
    for label, condition in PROTECTED.items():
        for table in tables_of(apps.get_model(label)):
            yield POLICY.format(rows=table, condition=condition.format(rows=table))


def tables_of(model: type[models.Model]) -> list[str]:
    """The model's own table and that of its former values."""
    kept = getattr(model, "history", None)
    return [model._meta.db_table, *([kept.model._meta.db_table] if kept else [])]
