from __future__ import annotations

from django.db import migrations

#: Rooms below this one close accounts, end roles and erase people; they know nothing of drafts. At the end of their
#: transaction, after the audit event: whoever saves a form meanwhile takes the same rows in the same order.
FORGET = """
CREATE FUNCTION drafts_forget_account() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM public.drafts_draft WHERE author_id = NEW.id;
    RETURN NULL;
END $$;
CREATE FUNCTION drafts_forget_membership() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM public.drafts_draft WHERE membership_id = NEW.id;
    RETURN NULL;
END $$;
CREATE FUNCTION drafts_forget_person() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM public.drafts_draft WHERE case_code IN (SELECT code FROM public.cases_case WHERE person_id = NEW.id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER drafts_forget AFTER UPDATE OF is_active ON accounts_user
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NOT NEW.is_active) EXECUTE FUNCTION drafts_forget_account();
CREATE CONSTRAINT TRIGGER drafts_forget AFTER UPDATE OF ended_at ON accounts_membership
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL)
    EXECUTE FUNCTION drafts_forget_membership();
CREATE CONSTRAINT TRIGGER drafts_forget AFTER UPDATE OF erased_at ON vault_person
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.erased_at IS NOT NULL)
    EXECUTE FUNCTION drafts_forget_person();
"""
REMEMBER = """
DROP TRIGGER drafts_forget ON accounts_user;
DROP TRIGGER drafts_forget ON accounts_membership;
DROP TRIGGER drafts_forget ON vault_person;
DROP FUNCTION drafts_forget_account();
DROP FUNCTION drafts_forget_membership();
DROP FUNCTION drafts_forget_person();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("drafts", "0001_initial"),
        ("accounts", "0001_initial"),
        ("vault", "0004_erasing"),
    ]

    operations = [migrations.RunSQL(FORGET, REMEMBER)]
