"""Which rows are shown when: one condition a model, over the columns of its table, for its history table as well.

The service sees every row; nothing is shown where the statement does not say for whom it is made (nrm/access/rows.py).
A record of a case that is neither here nor named in `OPEN` fails `tests/rows/test_every_table.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

OF_ITS_CASE = "nrm_sees_case({rows}.case_id)"
OF_ITS_TASK = (
    "EXISTS (SELECT FROM tasks_task AS work WHERE work.id = {rows}.task_id"
    " AND (work.organisation_id = nrm_organisation() OR work.kind = 'ad_hoc' AND work.opened_by = nrm_user()))"
)
#: What the person said about a service: for who leads the case, never for who gave the service, should it come to lead.
FOR_ITS_LEAD = (
    "EXISTS (SELECT FROM referrals_referral AS above WHERE above.id = {rows}.referral_id"
    " AND above.receiver_id <> nrm_organisation() AND nrm_takes_part(above.case_id, 'leads'))"
)


def through(column: str, table: str) -> str:
    """Shown with the row that it belongs to, which has a condition of its own."""
    return f"EXISTS (SELECT FROM {table} AS above WHERE above.id = {{rows}}.{column})"


PROTECTED: Mapping[str, str] = {
    "cases.Case": "nrm_sees_case({rows}.id)",
    "vault.Person": "EXISTS (SELECT FROM cases_case AS own WHERE own.person_id = {rows}.id)",
    "vault.IndexEntry": through("person_id", "vault_person"),
    # Which cases one's own organisation takes or took part in is no secret to it; the case itself may be.
    "cases.Participation": "{rows}.organisation_id = nrm_organisation() OR " + OF_ITS_CASE,
    # Whoever is kept away is told so by what keeps them away.
    "cases.CaseBar": "{rows}.user_id = nrm_user() OR " + OF_ITS_CASE,
    "cases.TeamMember": OF_ITS_CASE,
    "cases.Transfer": OF_ITS_CASE,
    "cases.Retention": OF_ITS_CASE,
    "cases.Consent": OF_ITS_CASE,
    "cases.SharingBasis": OF_ITS_CASE,
    "cases.RiskAssessment": OF_ITS_CASE,
    "cases.Note": OF_ITS_CASE,
    "cases.Guardian": OF_ITS_CASE,
    "cases.BestInterestAssessment": OF_ITS_CASE,
    "cases.ClockExtension": OF_ITS_CASE,
    "cases.TaskRemark": f"{OF_ITS_CASE} AND {OF_ITS_TASK}",
    "cases.CaseLink": "nrm_sees_case({rows}.first_id) AND nrm_sees_case({rows}.second_id)",
    "cases.CaseMerge": "nrm_sees_case({rows}.case_id) AND nrm_sees_case({rows}.into_id)",
    "cases.Document": OF_ITS_CASE + " AND ({rows}.block <> 'clinical' OR nrm_treats_case({rows}.case_id))",
    "cases.DocumentContent": through("document_id", "cases_document"),
    "cases.EmergencyAccess": "{rows}.user_id = nrm_user() OR " + OF_ITS_CASE,
    # One's own, in the role in which it was begun, as long as one sees the case it is about.
    "drafts.Draft": (
        "EXISTS (SELECT FROM accounts_membership AS own WHERE own.id = {rows}.membership_id AND own.ended_at IS NULL"
        " AND own.user_id = nrm_user() AND own.organisation_id = nrm_organisation()"
        " AND own.role = current_setting('nrm.role', true)) AND {rows}.author_id = nrm_user()"
        " AND (NOT {rows}.follows_case OR EXISTS (SELECT FROM cases_case AS its WHERE its.code = {rows}.case_code))"
    ),
    "identification.Screening": OF_ITS_CASE,
    "identification.Answer": through("screening_id", "identification_screening"),
    "identification.Decision": OF_ITS_CASE,
    "identification.Signature": through("decision_id", "identification_decision"),
    "identification.CourtView": OF_ITS_CASE,
    "referrals.Referral": OF_ITS_CASE,
    "referrals.Message": through("referral_id", "referrals_referral"),
    "referrals.Feedback": FOR_ITS_LEAD,
    "referrals.Gap": OF_ITS_CASE,
    "referrals.OutsideLink": through("referral_id", "referrals_referral"),
    "referrals.ToldAnswer": through("referral_id", "referrals_referral"),
    "placements.Placement": OF_ITS_CASE,
    "support.Episode": OF_ITS_CASE,
    "support.Appointment": through("episode_id", "support_episode"),
    "support.ClinicalNote": (
        "EXISTS (SELECT FROM support_episode AS treatment WHERE treatment.id = {rows}.episode_id"
        " AND treatment.provider_id = nrm_organisation() AND nrm_treats_case(treatment.case_id))"
    ),
    "support.Alert": OF_ITS_CASE,
    "reintegration.Plan": OF_ITS_CASE,
    "reintegration.Goal": through("plan_id", "reintegration_plan"),
    "reintegration.FollowUp": OF_ITS_CASE,
    "conferences.Conference": OF_ITS_CASE,
    "conferences.Attendance": OF_ITS_CASE,
    "conferences.Minute": (
        "EXISTS (SELECT FROM conferences_conference AS above WHERE above.id = {rows}.conference_id"
        " AND ({rows}.block <> 'clinical' OR nrm_treats_case(above.case_id)))"
    ),
    "conferences.Decision": through("conference_id", "conferences_conference"),
}

#: Without row-level security although they hold something sealed, and why.
OPEN: Mapping[str, str] = {
    "placements.Shelter": "Belongs to no case. Its code name is for all who look for a place; its address opens under "
    "the shelter's own key.",
}
