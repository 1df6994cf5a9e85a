"""The invented organisations, the people who work in them, and their shelters."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from nrm.access.actor import THE_SERVICE, Actor
from nrm.access.roles import Role
from nrm.accounts import actions as accounts
from nrm.accounts import conduct
from nrm.accounts.kinds import OrganisationKind as Kind
from nrm.accounts.models import Invitation, Membership, Organisation, TotpDevice
from nrm.cases.models import AgeGroup, Sex
from nrm.cases.selectors import cases_visible_to
from nrm.countries import profile
from nrm.desk.demo.signins import DOMAIN, PASSWORD, code_now
from nrm.desk.demo.words import COUNTRIES, Country, words
from nrm.languages.transliterate import to_latin
from nrm.lib.clock import now, today
from nrm.placements import actions as placements
from nrm.tasks.models import Task

#: Organisation: kind, whether it takes referrals.
ORGANISATIONS: Mapping[str, tuple[Kind, bool]] = {
    "operator": (Kind.SERVICE_OPERATOR, False),
    "police": (Kind.POLICE, False),
    "inspection": (Kind.LABOUR_INSPECTION, False),
    "open_hand": (Kind.NGO, True),
    "bridge": (Kind.NGO, True),
    "centre": (Kind.SOCIAL_WORK_CENTRE, True),
    "linden": (Kind.SHELTER, True),
    "ridge": (Kind.SHELTER, True),
    "quiet_room": (Kind.NGO, True),
    "health": (Kind.HEALTH_SERVICE, True),
    "panel": (Kind.IDENTIFYING_BODY, False),
    "prosecution": (Kind.PROSECUTION, True),
    "coordination": (Kind.COORDINATION_OFFICE, False),
    "oversight": (Kind.OVERSIGHT_BODY, False),
}
SHELTERS = frozenset({"linden", "ridge"})


@dataclass(frozen=True, slots=True)
class Post:
    """One person's work; `word` is what stands for it in the address. `in_english`: reads the pages in English."""

    key: str
    organisation: str
    role: Role
    word: str
    in_english: bool = False


#: In the order of the names in `words/*.toml`.
STAFF = (
    Post("administrator", "operator", Role.ADMINISTRATOR, "admin", in_english=True),
    Post("administrator2", "operator", Role.ADMINISTRATOR, "admin"),
    Post("responder", "police", Role.FIRST_RESPONDER, "responder"),
    Post("inspector", "inspection", Role.FIRST_RESPONDER, "responder", in_english=True),
    Post("worker", "open_hand", Role.CASE_WORKER, "caseworker", in_english=True),
    Post("worker2", "open_hand", Role.CASE_WORKER, "caseworker"),
    Post("worker3", "bridge", Role.CASE_WORKER, "caseworker"),
    Post("worker4", "centre", Role.CASE_WORKER, "caseworker"),
    Post("worker5", "centre", Role.CASE_WORKER, "caseworker"),
    Post("linden", "linden", Role.SHELTER_WORKER, "shelter", in_english=True),
    Post("linden2", "linden", Role.SHELTER_WORKER, "shelter"),
    Post("ridge", "ridge", Role.SHELTER_WORKER, "shelter"),
    Post("clinician", "quiet_room", Role.CLINICIAN, "clinician", in_english=True),
    Post("clinician2", "quiet_room", Role.CLINICIAN, "clinician"),
    Post("doctor", "health", Role.CLINICIAN, "clinician"),
    Post("officer", "panel", Role.IDENTIFYING_OFFICER, "officer", in_english=True),
    Post("officer2", "panel", Role.IDENTIFYING_OFFICER, "officer"),
    Post("prosecution", "prosecution", Role.PROSECUTION_OFFICER, "prosecution"),
    Post("coordinator", "coordination", Role.COORDINATOR, "coordinator", in_english=True),
    Post("auditor", "oversight", Role.AUDITOR, "auditor", in_english=True),
    Post("officer3", "panel", Role.IDENTIFYING_OFFICER, "officer"),
    Post("officer4", "panel", Role.IDENTIFYING_OFFICER, "officer"),
    Post("officer5", "panel", Role.IDENTIFYING_OFFICER, "officer"),
    Post("officer6", "panel", Role.IDENTIFYING_OFFICER, "officer"),
    Post("supervisor", "open_hand", Role.CASE_WORKER, "supervisor", in_english=True),
)
#: The members of the identifying body. A country has as many as sign a decision there, and two at least.
OFFICERS = tuple(post.key for post in STAFF if post.role is Role.IDENTIFYING_OFFICER)

WOMEN, MEN, ALL = (Sex.WOMAN,), (Sex.MAN,), (Sex.WOMAN, Sex.MAN, Sex.OTHER)
ADULTS, CHILDREN, ANY_AGE = (AgeGroup.ADULT,), (AgeGroup.CHILD,), (AgeGroup.ADULT, AgeGroup.CHILD, AgeGroup.UNKNOWN)
#: Places of each shelter: how many, for whom, of which age, suitable for high risk.
UNITS: Mapping[str, Sequence[tuple[int, Sequence[str], Sequence[str], bool]]] = {
    "linden": ((6, WOMEN, ADULTS, False), (4, WOMEN, ANY_AGE, True), (4, ALL, CHILDREN, True)),
    "ridge": ((6, MEN, ADULTS, False), (4, ALL, ANY_AGE, True)),
}
LICENCE_LASTS = timedelta(days=700)


@dataclass(frozen=True, slots=True)
class World:
    """What every story of the country shares."""

    country: str
    texts: Mapping[str, Sequence[str]]
    #: Codes of the smallest regions.
    regions: Sequence[str]
    organisations: Mapping[str, Organisation]
    people: Mapping[str, Actor]
    #: When the stories end: now.
    end: datetime
    #: The services in the directory, as they come into it.
    offers: dict[str, UUID] = field(default_factory=dict)

    def until_before_end(self, remaining: timedelta) -> timedelta:
        """How long it is until so much is left; nothing once less is."""
        return max(self.end - remaining - now(), timedelta())

    def shelter_id(self, key: str) -> UUID:
        return UUID(str(self.organisations[key].shelter.pk))

    def who_does(self, task: Task) -> Actor:
        """Somebody of the organisation who sees the case; where nobody does, whoever the task is for."""
        able = [
            actor
            for actor in self.people.values()
            if actor.organisation_id == task.organisation_id and task.role in {"", actor.role}
        ]
        seeing = (actor for actor in able if cases_visible_to(actor).filter(code=task.case_code).exists())
        return next(seeing, able[0])


def settle(code: str, *, end: datetime) -> World:
    """Everybody and everywhere: the first two administrators by the service itself, as together they can reset a lost
    second factor; all others by the first of them."""
    country, told = COUNTRIES[code], words(COUNTRIES[code].words)
    organisations = {"operator": _organisation("operator", 0, country, told, by=THE_SERVICE)}
    staff = list(zip(STAFF, told["staff"], strict=True))
    people = {post.key: _employ(post, name, country, organisations, by=THE_SERVICE) for post, name in staff[:2]}
    administrator = people["administrator"]
    for number, key in enumerate(ORGANISATIONS):
        if key not in organisations:
            organisations[key] = _organisation(key, number, country, told, by=administrator)
    left_out = OFFICERS[max(2, len(profile.current().signatures(for_child=True))) :]
    for post, name in [one for one in staff[2:] if one[0].key not in left_out]:
        people[post.key] = _employ(post, name, country, organisations, by=administrator)
    people["supervisor"] = _promoted(people["supervisor"], by=administrator)
    world = World(code, told["texts"], _smallest_regions(), organisations, people, end)
    for key in UNITS:
        _furnish(key, organisations[key], people[key])
    return world


def _smallest_regions() -> list[str]:
    country = profile.current()
    return [region.code for region in country.regions if not country.parts_of(region.code)]


def _organisation(
    key: str, number: int, country: Country, told: Mapping[str, Mapping[str, str]], *, by: Actor
) -> Organisation:
    kind, takes_referrals = ORGANISATIONS[key]
    is_shelter = key in SHELTERS
    values = {
        "name": told["organisations"][key],
        "kind": kind,
        "municipality": "" if is_shelter else country.towns[number % len(country.towns)],
        "licence_number": f"DEMO-{number:03d}" if is_shelter else "",
        "licence_valid_until": today() + LICENCE_LASTS if is_shelter else None,
        "accepts_referrals": takes_referrals,
    }
    return accounts.add_organisation(values=values, by=by)


def _employ(post: Post, name: str, country: Country, organisations: Mapping[str, Organisation], *, by: Actor) -> Actor:
    """Invited, password chosen, second factor set up, code of conduct accepted: the way everybody comes in."""
    language = "en" if post.in_english else country.language
    organisation_id = organisations[post.organisation].pk
    link = accounts.invite_person(
        email=address(name, post.word),
        display_name=name,
        language=language,
        organisation_id=organisation_id,
        role=post.role,
        by=by,
    )
    invitation = Invitation.objects.get(user=link.user_id, used_at=None, withdrawn_at=None)
    accounts.accept_invitation(invitation.pk, password=PASSWORD, language=language)
    device = TotpDevice.objects.get(pk=accounts.start_enrolment(link.user_id))
    accounts.confirm_enrolment(link.user_id, device_id=device.pk, code=code_now(device))
    membership = Membership.objects.get(user=link.user_id)
    employed = Actor(link.user_id, membership.pk, organisation_id, post.role)
    accounts.accept_pledge(version=conduct.CURRENT.version, by=employed)
    return employed


def _promoted(actor: Actor, *, by: Actor) -> Actor:
    accounts.set_supervision(actor.membership_id, user_id=actor.user_id, supervises=True, by=by)
    return replace(actor, is_supervisor=True)


def address(name: str, word: str) -> str:
    """`Ана Јаболчева`, case worker: `ana.caseworker@demo.invalid`."""
    given = to_latin(name.split(maxsplit=1)[0]).lower().replace("đ", "dj")
    plain = unicodedata.normalize("NFKD", given).encode("ascii", "ignore").decode()
    return f"{plain}.{word}@{DOMAIN}"


def _furnish(key: str, organisation: Organisation, worker: Actor) -> None:
    placements.write_shelter(by=worker, code_name=organisation.name, address=f"DEMO {organisation.licence_number}")
    number = 0
    for count, sexes, ages, takes_high_risk in UNITS[key]:
        for _one in range(count):
            number += 1
            placements.add_unit(
                by=worker,
                name=f"{number:02d}",
                sexes=sexes,
                age_groups=ages,
                is_step_free=number == 1,
                takes_high_risk=takes_high_risk,
            )
