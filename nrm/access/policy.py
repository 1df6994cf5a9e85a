"""Who may do what: one table, permission -> any of (role, relation to the case, condition).

A rule without a relation is a country-wide task of the role. Nothing outside this table grants anything.
`docs/access.md` is printed from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission as P  # noqa: N817  one letter keeps the table a table
from nrm.access.relations import Relation as Is
from nrm.access.roles import Role


class Condition(TextChoices):
    """What must be true of the case beside the relation."""

    SHARES_IDENTITY = (
        "shares_identity",
        _("the referral shares identity and contact, covered by consent or a legal basis"),
    )
    SHARES_ACCOUNT = "shares_account", _("the referral shares what happened, covered by consent or a legal basis")
    SHARES_RISK = "shares_risk", _("the referral shares risk and needs, covered by consent or a legal basis")


@dataclass(frozen=True, slots=True)
class Rule:
    role: Role
    relation: Is | None = None
    condition: Condition | None = None


def as_(roles: Role | Iterable[Role], *relations: Is, when: Condition | None = None) -> tuple[Rule, ...]:
    """Every combination of the roles and relations; without relations, the roles' country-wide task."""
    each_role = (roles,) if isinstance(roles, Role) else tuple(roles)
    return tuple(Rule(role, relation, when) for role, relation in product(each_role, relations or (None,)))


RESPONDER, WORKER, SHELTER, CLINICIAN = Role.FIRST_RESPONDER, Role.CASE_WORKER, Role.SHELTER_WORKER, Role.CLINICIAN
OFFICER, PROSECUTION, COORDINATOR = Role.IDENTIFYING_OFFICER, Role.PROSECUTION_OFFICER, Role.COORDINATOR
AUDITOR, ADMINISTRATOR, CLOCK = Role.AUDITOR, Role.ADMINISTRATOR, Role.CLOCK
OUTSIDE = Role.OUTSIDE_RECIPIENT

#: Who can be asked to take a referral, and so answers it.
RECEIVERS = (WORKER, SHELTER, CLINICIAN, PROSECUTION)

LEAD = as_(WORKER, Is.LEADS)
OFFERED = as_(WORKER, Is.OFFERED_LEAD)
FORMER_LEAD = as_(WORKER, Is.LED)
REPORTER = as_((RESPONDER, WORKER, OFFICER), Is.REPORTED)
ASKED = as_(RECEIVERS, Is.RECEIVED_REFERRAL)
ACCEPTED = as_((WORKER, SHELTER, CLINICIAN), Is.ACCEPTED_REFERRAL)
PROSECUTION_ASKED = as_(PROSECUTION, Is.ACCEPTED_REFERRAL)
#: In an organisation without an account: one referral and its answer, no block of the case and no name, ever.
OUTSIDE_ASKED = as_(OUTSIDE, Is.RECEIVED_REFERRAL, Is.ACCEPTED_REFERRAL)
SHELTERING = as_(SHELTER, Is.SHELTERS)
TREATING = as_(CLINICIAN, Is.TREATS)
SERVING = as_((WORKER, SHELTER), Is.TREATS)
PROTECTING = as_(WORKER, Is.PROTECTS)
DECIDING = as_(OFFICER, Is.DECIDES_STATUS)
#: Who helps people day and night. No police, no prosecution, no decision on the status and no office rests on it.
HELPERS = (WORKER, SHELTER, CLINICIAN)
#: One case for an hour at most. It opens who and where in danger somebody is, never an account, a clinical note, a
#: shelter address or a list, and nothing can be written through it.
EMERGENCY = as_(HELPERS, Is.BROKE_GLASS)
EVERYBODY_IN = (
    *LEAD,
    *OFFERED,
    *FORMER_LEAD,
    *REPORTER,
    *ASKED,
    *ACCEPTED,
    *PROSECUTION_ASKED,
    *SHELTERING,
    *TREATING,
    *SERVING,
    *PROTECTING,
    *DECIDING,
)
COUNTRYWIDE = as_((COORDINATOR, AUDITOR))
#: Who can be invited to a case conference. A conference opens the case to nobody, and no police or prosecution sits in.
IN_CONFERENCE = (*ACCEPTED, *SHELTERING, *TREATING, *SERVING, *PROTECTING, *DECIDING)

POLICY: Mapping[P, tuple[Rule, ...]] = {
    # Reading a case, block by block
    P.SEE_CASE: (*EVERYBODY_IN, *OUTSIDE_ASKED, *EMERGENCY, *COUNTRYWIDE, *as_(CLOCK)),
    P.SEE_STATUS: (
        *LEAD,
        *OFFERED,
        *FORMER_LEAD,
        *REPORTER,
        *ACCEPTED,
        *SHELTERING,
        *TREATING,
        *PROTECTING,
        *DECIDING,
        *EMERGENCY,
        *as_(COORDINATOR),
    ),
    P.SEE_PERSON: (
        *LEAD,
        *OFFERED,
        *REPORTER,
        *ACCEPTED,
        *PROSECUTION_ASKED,
        *SHELTERING,
        *TREATING,
        *SERVING,
        *PROTECTING,
        *DECIDING,
        *EMERGENCY,
    ),
    P.SEE_PARTICIPANTS: (*LEAD, *OFFERED, *SHELTERING, *TREATING, *PROTECTING, *DECIDING, *as_(COORDINATOR)),
    P.SEE_READERS: LEAD,
    P.SEE_TASKS: (*LEAD, *as_(COORDINATOR)),
    P.SEE_HISTORY: (*LEAD, *as_((COORDINATOR, AUDITOR))),
    P.SEE_OWN_HISTORY: EVERYBODY_IN,
    P.REVEAL_IDENTITY: (
        *LEAD,
        *SHELTERING,
        *TREATING,
        *PROTECTING,
        *DECIDING,
        *EMERGENCY,
        *as_((WORKER, SHELTER, CLINICIAN, PROSECUTION), Is.ACCEPTED_REFERRAL, when=Condition.SHARES_IDENTITY),
    ),
    P.WRITE_IDENTITY: LEAD,
    P.SEE_CONSENT: (*LEAD, *SHELTERING, *TREATING),
    P.SEE_SCREENING: (
        *LEAD,
        *REPORTER,
        *TREATING,
        *DECIDING,
        *as_((WORKER, SHELTER, CLINICIAN, PROSECUTION), Is.ACCEPTED_REFERRAL, when=Condition.SHARES_ACCOUNT),
    ),
    P.SEE_RISK_LEVEL: (
        *LEAD,
        *OFFERED,
        *ASKED,
        *ACCEPTED,
        *SHELTERING,
        *TREATING,
        *PROTECTING,
        *DECIDING,
        *EMERGENCY,
        *as_(COORDINATOR),
    ),
    P.SEE_RISK: (
        *LEAD,
        *OFFERED,
        *SHELTERING,
        *TREATING,
        *PROTECTING,
        *DECIDING,
        *EMERGENCY,
        *as_((WORKER, SHELTER, CLINICIAN), Is.ACCEPTED_REFERRAL, when=Condition.SHARES_RISK),
    ),
    P.SEE_NOTES: LEAD,
    P.SEE_REFERRALS: LEAD,
    P.SEE_OWN_REFERRAL: (*ASKED, *ACCEPTED, *PROSECUTION_ASKED, *OUTSIDE_ASKED),
    P.SEE_PLACEMENT: (*LEAD, *SHELTERING, *TREATING),
    P.SEE_SUPPORT: (*LEAD, *SHELTERING, *TREATING, *SERVING),
    P.SEE_CLINICAL: TREATING,
    P.SEE_ALERT: (*LEAD, *SHELTERING, *TREATING),
    P.SEE_PLAN: LEAD,
    P.SEE_CONFERENCE: (*LEAD, *IN_CONFERENCE, *as_(COORDINATOR)),
    P.SEE_CHILD: (*LEAD, *SHELTERING, *TREATING, *PROTECTING, *DECIDING),
    P.SEE_DECISION: (*LEAD, *TREATING, *DECIDING),
    P.SEE_COURT_VIEW: (*LEAD, *DECIDING),
    P.SEE_EMERGENCY: LEAD,
    # Acting on a case
    P.OPEN_CASE: as_((RESPONDER, WORKER, OFFICER)),
    P.ASSESS_RISK: LEAD,
    P.ADD_NOTE: LEAD,
    P.RECORD_CONSENT: LEAD,
    P.WRITE_SCREENING: (*LEAD, *REPORTER),
    P.START_REFERRAL: LEAD,
    P.ARRANGE_PLACEMENT: LEAD,
    P.BEGIN_SUPPORT: LEAD,
    P.BEGIN_REINTEGRATION: LEAD,
    P.BEGIN_FOLLOW_UP: LEAD,
    P.RETURN_TO_SUPPORT: LEAD,
    P.LINK_CASES: LEAD,
    P.MERGE_CASES: LEAD,
    P.RESTRICT_CASE: LEAD,
    P.MANAGE_TEAM: LEAD,
    P.DECLARE_CONFLICT: (*EVERYBODY_IN, *COUNTRYWIDE),
    P.SEE_CONFLICTS: LEAD,
    P.LIFT_BAR: LEAD,
    P.TRANSFER_LEAD: LEAD,
    P.ANSWER_TRANSFER: OFFERED,
    P.SEE_TRANSFER: (*LEAD, *OFFERED),
    P.HOLD_CASE: LEAD,
    P.RESUME_CASE: LEAD,
    P.CLOSE_CASE: LEAD,
    P.REOPEN_CASE: (*LEAD, *as_(COORDINATOR)),
    P.CHOOSE_TRACK: (*LEAD, *REPORTER, *PROTECTING),
    P.RECORD_AGE: (*LEAD, *PROTECTING),
    P.RECORD_GUARDIAN: (*LEAD, *PROTECTING),
    P.ASSESS_BEST_INTERESTS: (*LEAD, *PROTECTING),
    P.EXTEND_CLOCK: (*LEAD, *DECIDING),
    P.PRESUME_STATUS: (*LEAD, *REPORTER),
    P.DECIDE_STATUS: DECIDING,
    P.DECLINE_STATUS: LEAD,
    P.RECONSIDER_STATUS: (*LEAD, *DECIDING),
    P.REQUEST_REVIEW: LEAD,
    P.RECORD_COURT_VIEW: (*LEAD, *DECIDING),
    P.SEND_REFERRAL: LEAD,
    P.ANSWER_REFERRAL: (*ASKED, *ACCEPTED, *PROSECUTION_ASKED, *OUTSIDE_ASKED),
    P.REQUEST_PLACEMENT: LEAD,
    P.ANSWER_PLACEMENT: as_(SHELTER, Is.RECEIVED_REFERRAL, Is.SHELTERS),
    P.APPROVE_PLACEMENT: (*LEAD, *as_(SHELTER, Is.RECEIVED_REFERRAL)),
    P.PLAN_SUPPORT: (*LEAD, *as_(CLINICIAN, Is.ACCEPTED_REFERRAL)),
    P.PROVIDE_SUPPORT: (*TREATING, *SERVING),
    P.RAISE_ALERT: (*LEAD, *SHELTERING, *TREATING),
    P.ASSESS_ALERT: (*TREATING, *LEAD),
    P.CLOSE_ALERT: (*TREATING, *LEAD),
    P.PASS_ON_ALERT: LEAD,
    P.WRITE_PLAN: LEAD,
    P.CALL_CONFERENCE: (*LEAD, *as_(COORDINATOR)),
    P.ANSWER_CONFERENCE: IN_CONFERENCE,
    P.CHAIR_CONFERENCE: LEAD,
    P.BREAK_GLASS: as_(HELPERS),
    P.END_EMERGENCY: EMERGENCY,
    P.REVIEW_EMERGENCY: LEAD,
    P.SEE_RETENTION: (*LEAD, *as_(COORDINATOR)),
    P.PROPOSE_RETENTION: (*LEAD, *as_(CLOCK)),
    P.APPROVE_RETENTION: LEAD,
    P.ERASE_CASE: as_(COORDINATOR),
    P.HOLD_RETENTION: (*LEAD, *as_(COORDINATOR)),
    P.GIVE_TASK: (
        *LEAD,
        *REPORTER,
        *ACCEPTED,
        *PROSECUTION_ASKED,
        *SHELTERING,
        *TREATING,
        *SERVING,
        *PROTECTING,
        *DECIDING,
        *as_(COORDINATOR),
    ),
    P.GIVE_TASK_TO_OTHERS: (*LEAD, *as_(COORDINATOR)),
    P.REMARK_ON_TASK: (*EVERYBODY_IN, *as_(COORDINATOR)),
    P.EXPIRE: as_(CLOCK),
    # Work that belongs to no case
    P.SEARCH_PEOPLE: as_((RESPONDER, WORKER, OFFICER)),
    P.MANAGE_UNITS: as_(SHELTER),
    P.SEE_DIRECTORY: as_((RESPONDER, WORKER, SHELTER, CLINICIAN, OFFICER, PROSECUTION, COORDINATOR, ADMINISTRATOR)),
    P.KEEP_LISTING: as_((WORKER, SHELTER, CLINICIAN, COORDINATOR)),
    P.STOP_LISTING: as_((WORKER, SHELTER, CLINICIAN, COORDINATOR)),
    P.APPROVE_LISTING: as_(COORDINATOR),
    P.ADD_OUTSIDE_ORGANISATION: as_((WORKER, COORDINATOR)),
    P.READ_EMERGENCIES: COUNTRYWIDE,
    P.READ_AUDIT: as_(AUDITOR),
    P.ADMINISTER: as_(ADMINISTRATOR),
    P.SEE_COUNTRY: as_(COORDINATOR),
    P.SEE_PROFILE: as_((ADMINISTRATOR, COORDINATOR, AUDITOR)),
}


#: What only looks at a case.
READING = frozenset(permission for permission in P if permission.name.startswith("SEE_"))
#: A restricted case is no part of anybody's country-wide task but these: the auditor's, and that of time limits.
REACH_RESTRICTED_CASES = frozenset({AUDITOR, CLOCK})


@dataclass(frozen=True, slots=True)
class Standing:
    """One actor before one case: the relations they have to it now, and the conditions that are true of it."""

    actor: Actor
    relations: frozenset[Is] = frozenset()
    conditions: frozenset[Condition] = frozenset()
    #: A conflict of interest keeps the user away: nothing grants anything then.
    is_barred: bool = False
    #: The case is restricted: a country-wide task reaches it only for the roles of `REACH_RESTRICTED_CASES`.
    is_restricted: bool = False
    #: The person was erased: what is left of the case can be seen and does not change any more.
    is_erased: bool = False

    @property
    def user_id(self) -> UUID:
        return self.actor.user_id

    def may(self, permission: str) -> bool:
        if self.is_barred or (self.is_erased and permission not in READING):
            return False
        return any(self._meets(rule) for rule in POLICY[P(permission)])

    def _meets(self, rule: Rule) -> bool:
        return (
            rule.role is self.actor.role
            and (self._reaches_countrywide() if rule.relation is None else rule.relation in self.relations)
            and (rule.condition is None or rule.condition in self.conditions)
        )

    def _reaches_countrywide(self) -> bool:
        return not self.is_restricted or self.actor.role in REACH_RESTRICTED_CASES


def relations_that_grant(role: Role, permission: P) -> frozenset[Is | None]:
    """The relations through which this role has the permission without more; None is the country-wide task."""
    return frozenset(rule.relation for rule in POLICY[permission] if rule.role is role and rule.condition is None)


def allows(actor: Actor, permission: P) -> bool:
    """Whether the actor's role alone grants the permission; for work that belongs to no case."""
    return Standing(actor).may(permission)
