-- For whom a statement is made, as nrm/access/rows.py says it. Empty where nobody says it, and then nothing is shown.
CREATE OR REPLACE FUNCTION nrm_user() RETURNS uuid LANGUAGE sql STABLE
    RETURN nullif(current_setting('nrm.user', true), '')::uuid;

CREATE OR REPLACE FUNCTION nrm_organisation() RETURNS uuid LANGUAGE sql STABLE
    RETURN nullif(current_setting('nrm.organisation', true), '')::uuid;

-- Four questions that the two functions of the owner below ask; on their own they see no more than who asks.

-- A conflict of interest keeps the user away from the case.
CREATE OR REPLACE FUNCTION nrm_is_barred(sought uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM public.cases_casebar AS bar
        WHERE bar.user_id = public.nrm_user() AND bar.case_id = sought AND bar.state = 'barred'
    );
END $$;

-- Whether this user still works on cases in this organisation.
CREATE OR REPLACE FUNCTION nrm_works_on_cases(colleague uuid, there uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM public.accounts_membership AS work
        JOIN public.accounts_user AS account ON account.id = work.user_id AND account.is_active
        WHERE work.user_id = colleague AND work.organisation_id = there
            AND work.role = 'case_worker' AND work.ended_at IS NULL
    );
END $$;

-- Whether the case was its team's alone in the time in which the user's organisation led it, or is restricted.
CREATE OR REPLACE FUNCTION nrm_was_the_teams(sought uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.cases_case AS it WHERE it.id = sought AND it.is_restricted) OR EXISTS (
        SELECT FROM public.cases_participation AS part
        WHERE part.case_id = sought AND part.organisation_id = public.nrm_organisation()
            AND part.relation = 'led' AND part.user_id IS NOT NULL AND part.closed_at IS NULL
    );
END $$;

-- Whether the user works on cases in the organisation that leads this one, and so is in its team or is not.
CREATE OR REPLACE FUNCTION nrm_works_where_it_is_led(sought uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN current_setting('nrm.role', true) = 'case_worker' AND EXISTS (
        SELECT FROM public.cases_participation AS part
        WHERE part.case_id = sought AND part.organisation_id = public.nrm_organisation()
            AND part.relation = 'leads' AND part.user_id IS NULL AND part.closed_at IS NULL
            AND (part.ends_at IS NULL OR part.ends_at > statement_timestamp())
    );
END $$;

-- The owner's, which read past the policies that call them.

-- Whether an open participation of the user, or of their organisation, stands in one of these relations to the case.
-- Asked of every row of every statement, so: no look where a shorter one is enough, and few calls of other functions. A
-- case is its team's alone when it is restricted, or a case worker of the lead organisation is in its team.
CREATE OR REPLACE FUNCTION nrm_takes_part(sought uuid, relations text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp COST 1000 AS $$
DECLARE
    me CONSTANT uuid := nullif(current_setting('nrm.user', true), '');
    ours CONSTANT uuid := nullif(current_setting('nrm.organisation', true), '');
    wanted CONSTANT text[] := string_to_array(relations, ',');
    supervises CONSTANT boolean := current_setting('nrm.supervises', true) = 'yes';
    works_on_cases CONSTANT boolean := current_setting('nrm.role', true) = 'case_worker';
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.cases_participation AS part
        WHERE part.case_id = sought AND part.organisation_id = ours AND part.closed_at IS NULL
    ) THEN
        RETURN false;
    END IF;
    RETURN EXISTS (
        SELECT FROM public.cases_participation AS part
        WHERE part.case_id = sought
            AND part.organisation_id = ours
            AND part.relation = ANY (wanted)
            AND part.closed_at IS NULL
            AND (part.ends_at IS NULL OR part.ends_at > statement_timestamp())
            AND CASE
                WHEN part.user_id IS NOT NULL THEN part.user_id = me
                WHEN supervises THEN true
                WHEN part.relation = 'led' AND public.nrm_was_the_teams(sought) THEN false
                WHEN part.relation = 'leads' OR works_on_cases AND public.nrm_works_where_it_is_led(sought) THEN NOT (
                    EXISTS (SELECT FROM public.cases_case AS it WHERE it.id = sought AND it.is_restricted) OR EXISTS (
                        SELECT FROM public.cases_participation AS member
                        WHERE member.case_id = sought AND member.relation = 'leads' AND member.user_id IS NOT NULL
                            AND member.closed_at IS NULL
                            AND (member.ends_at IS NULL OR member.ends_at > statement_timestamp())
                            AND public.nrm_works_on_cases(member.user_id, member.organisation_id)
                    )
                )
                ELSE true
            END
    ) AND NOT EXISTS (
        SELECT FROM public.cases_casebar AS bar
        WHERE bar.user_id = me AND bar.case_id = sought AND bar.state = 'barred'
    );
END $$;

DROP FUNCTION IF EXISTS nrm_is_the_teams(uuid);

-- Whether a country-wide task reaches the case; a restricted one only for who oversees the mechanism.
CREATE OR REPLACE FUNCTION nrm_reaches(sought uuid, restricted_too boolean) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp COST 1000 AS $$
BEGIN
    RETURN NOT public.nrm_is_barred(sought)
        AND (restricted_too OR EXISTS (SELECT FROM public.cases_case AS it WHERE it.id = sought AND NOT it.is_restricted));
END $$;

CREATE OR REPLACE FUNCTION nrm_sees_case(sought uuid) RETURNS boolean LANGUAGE sql STABLE
    RETURN CASE current_setting('nrm.sight', true)
        WHEN 'own' THEN public.nrm_takes_part(sought, current_setting('nrm.relations', true))
        WHEN 'country' THEN public.nrm_reaches(sought, false)
        WHEN 'oversight' THEN public.nrm_reaches(sought, true)
        ELSE false
    END;

-- Clinical notes: not even a country-wide task reaches them.
CREATE OR REPLACE FUNCTION nrm_treats_case(sought uuid) RETURNS boolean LANGUAGE sql STABLE
    RETURN public.nrm_takes_part(sought, current_setting('nrm.clinical_relations', true));
