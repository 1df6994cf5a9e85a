-- What the application's role may do. Every `migrate` ends with it, as the owner.
-- Tables whose rows are only ever added (audit events, checkpoints, history) are known by their append_only trigger.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM nrm_app;
GRANT USAGE ON SCHEMA public TO nrm_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO nrm_app;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO nrm_app;
REVOKE INSERT, UPDATE ON django_migrations FROM nrm_app;
-- Nothing of a case is ever deleted. What may go: sessions, counted sign-ins, replaced factors, stale search entries, drafts, wrong codes.
GRANT DELETE ON django_session, axes_accessattempt, axes_accessattemptexpiration, axes_accessfailurelog, axes_accesslog,
    accounts_totpdevice, accounts_backupcode, accounts_passkey, accounts_passkeychallenge, vault_indexentry,
    drafts_draft, referrals_wrongcode TO nrm_app;

DO $$
DECLARE
    guarded regclass;
BEGIN
    FOR guarded IN SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = 'append_only' LOOP
        EXECUTE format('REVOKE UPDATE ON %s FROM nrm_app', guarded);
    END LOOP;
END $$;
