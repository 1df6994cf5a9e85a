"""What the desk's pages show, read through the selectors of every room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.access.relations import Relation
from nrm.accounts.selectors import names_of
from nrm.cases.models import Case, DataCategory, EmergencyAccess, Participation, RiskDomain
from nrm.cases.selectors import case_for, standings_in
from nrm.cases.selectors.clocks import Limit, limits_of
from nrm.cases.selectors.documents import Shelf, documents_of
from nrm.cases.selectors.emergency import Used, emergencies_of, running_in
from nrm.cases.selectors.links import Linked, links_shown
from nrm.cases.selectors.merge import Merged, codes_goes_on_in, merged_shown
from nrm.cases.selectors.retention import Keeping, keeping_of
from nrm.cases.selectors.team import ReadBar, TeamCard, bars_of_case, team_card
from nrm.cases.selectors.transfer import Offer, offer_shown
from nrm.cases.steps import StepLink, step_links
from nrm.conferences.block import block_for as conferences_block
from nrm.countries import profile
from nrm.desk.helped import Helped, helped
from nrm.desk.timeline import Moment, timeline_of
from nrm.identification import selectors as identification
from nrm.lib.paging import Cursor, page_of
from nrm.placements import selectors as placements
from nrm.referrals import selectors as referrals
from nrm.reintegration import selectors as reintegration
from nrm.support import selectors as support
from nrm.tasks.models import Task
from nrm.tasks.selectors import tasks_of_case
from nrm.vault.fields import opened
from workflows.case import PATH, CaseFlow, Stage

NOTES_SHOWN = 10
#: How much of the timeline is open at once; the rest is one click away.
MOMENTS_OPEN = 8

#: Follows from undoing a merge.
NOT_BY_HAND = {"take_up_again"}

#: The rooms of the case page from top to bottom: template folder and the selector of its block.
BLOCKS: Mapping[str, Callable[[Case, Standing, Actor], dict[str, Any] | None]] = {
    "identification": identification.block_for,
    "referrals": referrals.block_for,
    "placements": placements.block_for,
    "support": support.block_for,
    "reintegration": reintegration.block_for,
    "conferences": conferences_block,
}


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of the list; what is not shared with the reader is not shown."""

    case: Case
    shows_status: bool
    shows_risk: bool
    #: The code of the case that a merged one goes on in.
    goes_on_in: str = ""


@dataclass(frozen=True, slots=True)
class CaseListPage:
    rows: list[CaseRow]
    after: Cursor | None


def case_list(actor: Actor, cases: QuerySet[Case], after: Cursor | None) -> CaseListPage:
    """A page of the cases given, last changed first."""
    page = page_of(cases, "changed_at", after=after, newest_first=True)
    standings = standings_in(actor, page.rows)
    go_on = codes_goes_on_in(page.rows, actor)
    rows = [
        CaseRow(
            case=case,
            shows_status=standings[case.pk].may(Permission.SEE_STATUS),
            shows_risk=standings[case.pk].may(Permission.SEE_RISK_LEVEL),
            goes_on_in=go_on.get(case.pk, ""),
        )
        for case in page.rows
    ]
    return CaseListPage(rows, page.after)


@dataclass(frozen=True, slots=True)
class Participant:
    organisation: str
    relation: str | Promise
    since: datetime


@dataclass(frozen=True, slots=True)
class ReadRisk:
    """The newest risk assessment."""

    domains: list[str | Promise]
    account: str
    review_on: date | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ReadNote:
    body: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything one reader sees of one case; None stands for what is not shared with them."""

    case: Case
    standing: Standing
    status_term: str | None
    path: list[dict[str, Any]]
    steps: list[StepLink]
    tasks: list[Task]
    limits: list[Limit]
    participants: list[Participant] | None
    consents: list[dict[str, Any]] | None
    risk: ReadRisk | None
    notes: list[ReadNote] | None
    timeline: list[Moment] | None
    links: list[Linked]
    #: None for who sees no part of the case that holds documents.
    documents: Shelf | None
    #: The lead offered to another organisation, and what was merged into what.
    offer: Offer | None
    merged: Merged
    #: None for who learns nothing of the person.
    helped: Helped | None
    #: Through which the reader sees the case just now, and for the lead what others used.
    emergency: EmergencyAccess | None
    emergencies: list[Used] | None
    #: How long a closed case is kept, for who decides on it.
    keeping: Keeping | None
    #: The lead organisation's own affair: who works on it, and who is kept away.
    team: TeamCard | None
    bars: list[ReadBar] | None
    blocks: dict[str, dict[str, Any] | None]

    @property
    def rooms(self) -> list[tuple[str, dict[str, Any] | None]]:
        """The template of each room's block with what it shows."""
        return [(f"{room}/_block.html", block) for room, block in self.blocks.items()]

    @property
    def status_step(self) -> str:
        """Our own word for the status where the country's term leaves open which step it is."""
        ours, theirs = str(self.case.get_status_display()), self.status_term or ""
        return "" if ours.casefold() in theirs.casefold() else ours

    @property
    def latest(self) -> list[Moment]:
        return (self.timeline or [])[:MOMENTS_OPEN]

    @property
    def earlier(self) -> list[Moment]:
        return (self.timeline or [])[MOMENTS_OPEN:]

    def may(self, permission: str) -> bool:
        return self.standing.may(permission)

    @property
    def may_see_readers(self) -> bool:
        return self.may(Permission.SEE_READERS)

    @property
    def may_reveal(self) -> bool:
        """A case without a name has nothing to reveal."""
        return self.may(Permission.REVEAL_IDENTITY) and not self.case.holds_no_name()

    @property
    def may_ever_reveal(self) -> bool:
        return self.may(Permission.REVEAL_IDENTITY)

    @property
    def may_give_task(self) -> bool:
        return self.may(Permission.GIVE_TASK) and self.case.stage != Stage.CLOSED

    @property
    def may_link(self) -> bool:
        return self.may(Permission.LINK_CASES)

    @property
    def may_offer_lead(self) -> bool:
        return self.may(Permission.TRANSFER_LEAD) and self.offer is None and not self.merged.goes_on_in

    @property
    def may_declare_conflict(self) -> bool:
        return self.may(Permission.DECLARE_CONFLICT)

    @property
    def may_see_person(self) -> bool:
        return self.may(Permission.SEE_PERSON)

    @property
    def may_see_risk_level(self) -> bool:
        return self.may(Permission.SEE_RISK_LEVEL)

    @property
    def may_see_needs(self) -> bool:
        return self.may(Permission.SEE_RISK)

    @property
    def may_assess_risk(self) -> bool:
        return self.may(Permission.ASSESS_RISK)

    @property
    def may_record_age(self) -> bool:
        return self.may(Permission.RECORD_AGE)

    @property
    def region(self) -> str:
        """In the reader's language; a code that the profile does not know any more stays as it is."""
        region = profile.current().region(self.case.region)
        return region.name if region else self.case.region

    @property
    def may_record_consent(self) -> bool:
        return self.may(Permission.RECORD_CONSENT)

    @property
    def may_add_note(self) -> bool:
        return self.may(Permission.ADD_NOTE)


def case_page(actor: Actor, code: str) -> CasePage:
    """`NotVisible` to strangers. The number of queries does not depend on how much there is."""
    case, standing = case_for(actor, code)
    shows_status = standing.may(Permission.SEE_STATUS)
    return CasePage(
        case=case,
        standing=standing,
        status_term=profile.current().status_term(case.status) if shows_status else None,
        path=stepper(case),
        steps=step_links(CaseFlow, case, standing, "cases:step", case.code, besides=NOT_BY_HAND),
        tasks=_tasks(case, standing),
        limits=limits_of(case, standing) if shows_status else [],
        participants=_participants(case, standing) if standing.may(Permission.SEE_PARTICIPANTS) else None,
        consents=_consents(case, standing) if standing.may(Permission.SEE_CONSENT) else None,
        risk=_risk(case) if standing.may(Permission.SEE_RISK) else None,
        notes=_notes(case) if standing.may(Permission.SEE_NOTES) else None,
        timeline=timeline_of(case, standing),
        links=links_shown(case, standing),
        documents=documents_of(case, standing),
        offer=offer_shown(case, standing),
        merged=merged_shown(case, standing),
        helped=helped(case, standing) if standing.may(Permission.SEE_PERSON) else None,
        emergency=running_in(case, standing),
        emergencies=emergencies_of(case, standing),
        keeping=keeping_of(case, standing),
        team=team_card(case, standing),
        bars=bars_of_case(case, standing),
        blocks={room: block(case, standing, actor) for room, block in BLOCKS.items()},
    )


def stepper(case: Case) -> list[dict[str, Any]]:
    """The path with where the case is. On hold and closed keep the place the case would go back to."""
    here = case.returns_to if case.stage in {Stage.ON_HOLD, Stage.CLOSED} else case.stage
    position = [stage.value for stage in PATH].index(here)
    resting = Stage(case.stage).label if case.stage != here else ""
    return [
        {
            "label": stage.label,
            "state": "done" if index < position else "current" if index == position else "ahead",
            "note": resting if index == position else "",
        }
        for index, stage in enumerate(PATH)
    ]


def _tasks(case: Case, standing: Standing) -> list[Task]:
    open_tasks = tasks_of_case(case.code)
    if standing.may(Permission.SEE_TASKS):
        return open_tasks
    mine = standing.actor.organisation_id, {"", standing.actor.role}
    return [task for task in open_tasks if task.organisation_id == mine[0] and task.role in mine[1]]


def _participants(case: Case, standing: Standing) -> list[Participant]:
    """Who takes part, except that a shelter is named only to who may see placements, a provider only to who may see
    services: neither the body that decides nor the coordinator learns here where the person lives. Who works on it in
    the organisation that leads is for its team alone."""
    everybody = case.participations.open().exclude(relation=Relation.LEADS, user__isnull=False)
    rows: Iterable[Participation] = everybody.select_related("organisation").order_by("opened_at")
    return [
        Participant(row.organisation.name, Relation(row.relation).label, row.opened_at)
        for row in rows
        if (needed := needed_to_see(row)) is None or standing.may(needed)
    ]


def needed_to_see(row: Participation) -> Permission | None:
    if row.relation == Relation.BROKE_GLASS:
        return Permission.SEE_EMERGENCY
    if row.relation == Relation.SHELTERS or row.because.startswith("placements."):
        return Permission.SEE_PLACEMENT
    return Permission.SEE_SUPPORT if row.relation == Relation.TREATS else None


def _consents(case: Case, standing: Standing) -> list[dict[str, Any]]:
    consents = case.consents.select_related("recipient")
    may_change = standing.may(Permission.RECORD_CONSENT)
    return [
        {
            "consent": consent,
            "recipient": consent.recipient.name if consent.recipient else "",
            "shared": [DataCategory(category).label for category in consent.categories],
            "may_withdraw": may_change and consent.state == "given",
        }
        for consent in consents
    ]


def _risk(case: Case) -> ReadRisk | None:
    newest = case.risk_assessments.first()
    if newest is None:
        return None
    return ReadRisk(
        domains=[RiskDomain(domain).label for domain in newest.domains],
        account=opened(case.person, newest, "account"),
        review_on=newest.review_on,
        at=newest.assessed_at,
    )


def _notes(case: Case) -> list[ReadNote]:
    notes = list(case.notes.all()[:NOTES_SHOWN])
    names = names_of({note.written_by for note in notes})
    return [
        ReadNote(opened(case.person, note, "body"), names.get(note.written_by, ""), note.written_at) for note in notes
    ]
