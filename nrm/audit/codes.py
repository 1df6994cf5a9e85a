"""What an event can tell of: the acts listed here, and every step of every state machine."""

from __future__ import annotations

from functools import cache

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from workflows.registry import MACHINES, transition_codes


class Outcome(TextChoices):
    DONE = "done", pgettext_lazy("outcome", "Done")
    REFUSED = "refused", pgettext_lazy("outcome", "Refused")
    FAILED = "failed", pgettext_lazy("outcome", "Failed")


class Code(TextChoices):
    """Codes are kept for ever: a recorded event must stay readable, so none is renamed or removed."""

    SIGN_IN_PASSWORD_ACCEPTED = "sign_in.password_accepted", _("Password accepted")
    SIGN_IN_SUCCEEDED = "sign_in.succeeded", _("Signed in")
    SIGN_IN_FAILED = "sign_in.failed", _("Sign-in failed")
    SIGN_IN_LOCKED = "sign_in.locked", _("Sign-in locked for a while")
    SIGN_OUT = "sign_out", _("Signed out")
    SESSION_ENDED = "session.ended", _("Session ended")
    SECOND_FACTOR_FAILED = "second_factor.failed", _("Second factor failed")
    SECOND_FACTOR_ENROLLED = "second_factor.enrolled", _("Second factor set up")
    SECOND_FACTOR_BACKUP_CODE_USED = "second_factor.backup_code_used", _("Backup code used")
    SECOND_FACTOR_BACKUP_CODES_MADE = "second_factor.backup_codes_made", _("New backup codes made")
    SECOND_FACTOR_PASSKEY_ADDED = "second_factor.passkey_added", _("Passkey added")
    SECOND_FACTOR_PASSKEY_RENAMED = "second_factor.passkey_renamed", _("Passkey renamed")
    SECOND_FACTOR_PASSKEY_REMOVED = "second_factor.passkey_removed", _("Passkey removed")
    SECOND_FACTOR_GIVEN_AGAIN = "second_factor.given_again", _("Second factor given again")
    SECOND_FACTOR_RESET_REQUESTED = "second_factor.reset_requested", _("Reset of a second factor requested")
    SECOND_FACTOR_RESET_CONFIRMED = "second_factor.reset_confirmed", _("Reset of a second factor confirmed")
    SECOND_FACTOR_RESET_WITHDRAWN = "second_factor.reset_withdrawn", _("Reset of a second factor withdrawn")
    PASSWORD_CHANGED = "password.changed", _("Password changed")

    PERSON_INVITED = "person.invited", _("Colleague invited")
    INVITATION_ACCEPTED = "invitation.accepted", _("Invitation accepted")
    MEMBERSHIP_STARTED = "membership.started", _("Role given")
    MEMBERSHIP_ENDED = "membership.ended", _("Role ended")
    MEMBERSHIP_SUPERVISES = "membership.supervises", _("Supervision of the organisation’s cases given or taken")
    MEMBERSHIP_SWITCHED = "membership.switched", _("Role switched")
    ACCOUNT_DEACTIVATED = "account.deactivated", _("Account deactivated")
    ACCOUNT_REACTIVATED = "account.reactivated", _("Account reactivated")
    ORGANISATION_ADDED = "organisation.added", _("Organisation added")
    ORGANISATION_CHANGED = "organisation.changed", _("Organisation changed")
    LISTING_CHANGED = "listing.changed", _("Service in the directory changed")
    LISTING_CONFIRMED = "listing.confirmed", _("Service in the directory confirmed")
    LISTING_CHANGE_ACCEPTED = "listing.change_accepted", _("Change of a service in the directory accepted")
    LISTING_ASSESSED = "listing.assessed", _("Quality of a service in the directory assessed")
    LISTING_ASKED_ABOUT = "listing.asked_about", _("Asked whether the directory is still true")
    MAIL_WISHES_CHANGED = "account.mail_wishes_changed", _("Wishes for mail changed")
    MAIL_CAME_BACK = "account.mail_came_back", _("Mail to an account came back")
    MAIL_TRIED_AGAIN = "account.mail_tried_again", _("Mail to an account is tried again")
    CALENDAR_MADE = "account.calendar_made", _("Calendar link made")
    CALENDAR_ENDED = "account.calendar_ended", _("Calendar link ended")
    CALENDAR_READ = "account.calendar_read", _("Calendar read")
    PLEDGE_ACCEPTED = "pledge.accepted", _("Code of conduct accepted")

    CASE_READ = "case.read", _("Case read")
    CASE_LISTED = "case.listed", _("List of cases read")
    CASE_AMENDED = "case.amended", _("Case details changed")
    CASE_LINKED = "case.linked", _("Linked with another case of the same person")
    CASE_UNLINKED = "case.unlinked", _("Link with another case removed")
    CASE_MERGED_HERE = "case.merged_here", _("Another case of the same person goes on in this one")
    CASE_MERGED_HERE_UNDONE = "case.merged_here_undone", _("A case that went on here goes on by itself again")
    CASE_RESTRICTED = "case.restricted", _("Case restricted to its team")
    CASE_UNRESTRICTED = "case.unrestricted", _("Restriction of the case ended")
    CONSENT_READ = "consent.read", _("Looked at what is shared and on what it rests")
    CONSENT_LEFT_BEFORE = "consent.left_before", _("What had left before")
    TEAM_PART_CHANGED = "team.part_changed", _("Part in the case team changed")
    DOCUMENT_ADDED = "document.added", _("Document added")
    DOCUMENT_MADE = "document.made", _("Letter or sheet made")
    DOCUMENT_READ = "document.read", _("Document opened")
    DOCUMENT_REMOVED = "document.removed", _("Document removed")
    HISTORY_READ = "history.read", _("History of a case read")
    READERS_READ = "case.readers_read", _("Looked at who has seen the case")
    IDENTITY_REVEALED = "identity.revealed", _("Identity revealed")
    IDENTITY_WRITTEN = "identity.written", _("Identity written")
    IDENTITY_ERASED = "identity.erased", _("Person erased")
    SEARCHED_BY_CODE = "search.by_code", _("Case looked for by its code")
    SEARCHED_BY_PERSON = "search.by_person", _("Person looked for")
    SEARCHED_BEFORE_WRITING = "search.before_writing", _("Looked whether the person is known already")
    SEAL_BROKEN = "seal.broken", _("A sealed value did not open")
    INDEX_RENEWED = "vault.index_renewed", _("Index of the vault written anew")
    KEYS_REWRAPPED = "vault.keys_rewrapped", _("Keys moved to the newest vault key")
    KEYS_SHARED = "vault.keys_shared", _("Recovery sheets of the vault keys written")
    NOTE_ADDED = "note.added", _("Note added")
    RISK_ASSESSED = "risk.assessed", _("Risk assessed")

    EMERGENCIES_READ = "emergency.register_read", _("Register of emergency access read")
    AGE_RECORDED = "age.recorded", _("Age recorded")
    GUARDIAN_RECORDED = "guardian.recorded", _("Guardian recorded")
    BEST_INTERESTS_ASSESSED = "best_interests.assessed", _("Best interests of the child assessed")
    CLOCK_EXTENDED = "clock.extended", _("Time limit extended")
    DECISION_SIGNED = "decision.signed", _("Decision signed")
    COURT_VIEW_RECORDED = "court_view.recorded", _("View of a court or prosecutor recorded")
    SCREENING_CHANGED = "screening.changed", _("What a screening asks was changed")
    PROFILE_READ = "country.profile_read", _("Country profile read")
    SCREENING_ANSWERED = "screening.answered", _("Screening answered")
    SCREENING_READ = "screening.read", _("Screening read")
    REFERRAL_CHANGED = "referral.changed", _("Referral changed")
    REFERRAL_MESSAGE_WRITTEN = "referral.message_written", _("Message about a referral written")
    REFERRAL_READ = "referral.read", _("Referral read")
    REFERRAL_LINK_MADE = "referral.link_made", _("Link and code for an organisation without an account made")
    REFERRAL_LINK_ENDED = "referral.link_ended", _("Link for an organisation without an account ended")
    REFERRAL_LINK_OPENED = "referral.link_opened", _("Referral opened through its link")
    REFERRAL_CODE_REFUSED = "referral.code_refused", _("Code for a link refused")
    REFERRAL_LETTER_MADE = "referral.letter_made", _("Letter about a referral made to be sent")
    REFERRAL_ANSWER_TOLD = "referral.answer_told", _("What an organisation without an account told recorded")
    REFERRAL_GAP_COUNTED = "referral.gap_counted", _("Service that nobody offers counted")
    REFERRAL_SUMS_READ = "referral.sums_read", _("What people say about services read")
    REFERRAL_FEEDBACK_RECORDED = "referral.feedback_recorded", _("What the person says about a service recorded")
    PLACEMENT_READ = "placement.read", _("Placement read")
    SHELTER_CHANGED = "shelter.changed", _("Shelter changed")
    SHELTER_ADDRESS_SEEN = "shelter.address_seen", _("Shelter address seen")
    PLACES_READ = "places.read", _("List of places read")
    UNIT_ADDED = "unit.added", _("Unit added")
    UNIT_CHANGED = "unit.changed", _("Unit changed")
    SUPPORT_PLANNED = "support.planned", _("Support planned")
    SUPPORT_READ = "support.read", _("Support read")
    EPISODE_NOTED = "episode.noted", _("Clinical note added")
    EPISODE_READ = "episode.read", _("Clinical notes read")
    APPOINTMENT_ADDED = "appointment.added", _("Appointment added")
    APPOINTMENT_CHANGED = "appointment.changed", _("Appointment changed")
    PLAN_READ = "plan.read", _("Plan read")
    GOAL_ADDED = "goal.added", _("Goal added")
    REVIEW_RECORDED = "review.recorded", _("Review recorded")
    FOLLOW_UP_RECORDED = "follow_up.recorded", _("Follow-up contact recorded")
    CONFERENCE_READ = "conference.read", _("Case conference read")
    CONFERENCE_MOVED = "conference.moved", _("Case conference moved to another time")
    CONFERENCE_AGENDA_CHANGED = "conference.agenda_changed", _("Agenda of a case conference changed")
    CONFERENCE_PERSON_ASKED = "conference.person_asked", _("The person’s part in a case conference recorded")
    CONFERENCE_WRITTEN = "conference.written", _("Point of the minutes written")
    CONFERENCE_ADDED_TO = "conference.added_to", _("Addition to agreed minutes written")
    CONFERENCE_DECIDED = "conference.decided", _("Decision of a case conference written")
    CONFERENCE_DECISION_CHANGED = "conference.decision_changed", _("Decision of a case conference changed")
    CONFERENCE_PRINTED = "conference.printed", _("Minutes of a case conference taken out")

    TASK_CLAIMED = "task.claimed", _("Task taken")
    TASK_RELEASED = "task.released", _("Task put back")
    TASK_CLOSED = "task.closed", _("Task closed")
    TASK_READ = "task.read", _("Task read")
    TASK_GIVEN = "task.given", _("Task given")
    TASK_HANDED_ON = "task.handed_on", _("Task given to a colleague")
    TASK_PUT_OFF = "task.put_off", _("Task put off")
    TASK_REMARKED = "task.remarked", _("Comment on a task written")
    TASK_ESCALATED = "task.escalated", _("Told that a task is late")
    WORK_HANDED_OVER = "task.work_handed_over", _("All tasks and cases of a colleague handed over")
    DRAFT_OPENED = "draft.opened", _("Went on with a form begun before")
    DRAFT_RESCUED = "draft.rescued", _("A form that came after its session had ended was kept")
    CLOCK_RAN_OUT = "clock.ran_out", _("A time limit ran out")

    REQUEST_REFUSED = "request.refused", _("Request refused")
    AUDIT_READ = "audit.read", _("Audit log read")
    AUDIT_VERIFIED = "audit.verified", _("Audit log checked")
    AUDIT_CHECKPOINT_MADE = "audit.checkpoint_made", _("Checkpoint of the audit log made")


@cache
def steps() -> dict[str, str | Promise]:
    """The steps of all machines as "<machine>.<transition>", with the label the machine gives them."""
    return transition_codes()


def require_known(action: str) -> None:
    if action not in Code.values and action not in steps():
        raise ValueError(f"{action!r} is no act the audit knows; add it to nrm/audit/codes.py with its label.")


def label_of(action: str) -> str | Promise:
    """In the reader's language. A step of a machine that has since gone is shown by its bare code."""
    if action in Code.values:
        return Code(action).label
    return steps().get(action, action)


def describe(action: str) -> str:
    """A sentence of its own in the reader's language; a step is named with the machine it belongs to."""
    machine = MACHINES.get(action.partition(".")[0])
    if action in Code.values or action not in steps() or machine is None:
        return str(label_of(action))
    return gettext("%(record)s: %(step)s") % {"record": machine.title, "step": label_of(action)}


class Group(TextChoices):
    """Kinds of act, for whoever looks for something in the log."""

    SIGNING_IN = "signing_in", _("Signing in")
    ACCOUNTS = "accounts", _("Accounts and organisations")
    CASES = "cases", _("Cases")
    IDENTITY = "identity", _("Identity")
    SCREENING = "screening", _("Screening and status")
    REFERRALS = "referrals", _("Referrals")
    PLACEMENTS = "placements", _("Placements")
    SUPPORT = "support", _("Support")
    REINTEGRATION = "reintegration", _("Reintegration")
    TASKS = "tasks", _("Tasks and time limits")
    REFUSALS = "refusals", _("Refusals")
    AUDIT = "audit", _("Audit log")

    @property
    def prefixes(self) -> frozenset[str]:
        return PREFIXES[self]


#: What stands before the dot in the codes of a group; every code belongs to one.
PREFIXES: dict[str, frozenset[str]] = {
    Group.SIGNING_IN: frozenset({"sign_in", "sign_out", "session", "second_factor", "password"}),
    Group.ACCOUNTS: frozenset({"person", "invitation", "membership", "account", "organisation", "pledge", "listing"}),
    Group.CASES: frozenset(
        {
            "case",
            "track",
            "age",
            "guardian",
            "best_interests",
            "history",
            "note",
            "risk",
            "consent",
            "country",
            "emergency",
            "basis",
            "team",
            "transfer",
            "merge",
            "bar",
            "document",
            "retention",
            "conference",
            "attendance",
            "draft",
        }
    ),
    Group.IDENTITY: frozenset({"identity", "search", "seal", "vault"}),
    Group.SCREENING: frozenset({"screening", "status", "decision", "court_view"}),
    Group.REFERRALS: frozenset({"referral"}),
    Group.PLACEMENTS: frozenset({"placement", "places", "shelter", "unit"}),
    Group.SUPPORT: frozenset({"support", "episode", "appointment", "alert"}),
    Group.REINTEGRATION: frozenset({"reintegration", "plan", "goal", "review", "follow_up"}),
    Group.TASKS: frozenset({"task", "clock"}),
    Group.REFUSALS: frozenset({"request"}),
    Group.AUDIT: frozenset({"audit"}),
}
