"""One invented case while its story runs: who is who in it, and the records that later chapters go on with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from math import cos, sin
from random import Random
from typing import Any
from uuid import UUID

from nrm.access.actor import Actor
from nrm.accounts.models import Organisation
from nrm.cases import actions as cases
from nrm.cases.models import AgeGroup, Case, Consent, GivenHow, RiskLevel, Sex
from nrm.conferences.models import Conference
from nrm.desk.demo.people import OFFICERS, World
from nrm.desk.demo.sights import OF_ADULTS, OF_CHILDREN, Sight
from nrm.desk.demo.words import Origin, origin
from nrm.identification import actions as identification
from nrm.identification.models import Decision, Screening
from nrm.identification.selectors import deciding
from nrm.placements.models import Placement, Unit
from nrm.referrals.models import Referral, Urgency
from nrm.reintegration.models import Plan
from nrm.support.models import Alert, Episode
from nrm.tasks import actions as tasks
from nrm.tasks.models import Task
from workflows.case import Accommodation

#: Who works on cases in each organisation that leads some; the first leads, the second is the colleague.
LEADS: Mapping[str, Sequence[str]] = {
    "open_hand": ("worker", "worker2"),
    "centre": ("worker4", "worker5"),
    "bridge": ("worker3", "worker3"),
}
#: Most cases are with the first, so that one sign-in shows much.
SHARES = (6, 2, 2)


@dataclass(frozen=True, slots=True)
class Traits:
    """What a plot fixes of its person; what it leaves empty is drawn."""

    sex: str = ""
    age: str = AgeGroup.ADULT
    lead: str = ""
    reporter: str = ""
    sees: Sight | None = None
    risk: str = RiskLevel.MEDIUM
    accommodation: str = Accommodation.NEEDED
    #: How soon a referral has to be answered.
    urgency: str = ""
    #: Which organisation it goes to.
    receiver: str = ""
    #: An adult who does not want to be named; a child is not asked.
    stays_nameless: bool = False
    #: Whether a guardian is found for a child in time.
    gets_guardian: bool = True


@dataclass(slots=True)
class Life:
    world: World
    traits: Traits
    rng: Random
    sex: str = field(init=False)
    lead: str = field(init=False)
    reporter: str = field(init=False)
    sees: Sight = field(init=False)
    who: Origin = field(init=False)
    code: str = field(init=False)
    #: Who answers the referral, and which shelter was asked.
    answers: str = field(init=False)
    shelter: str = field(init=False)
    is_treated: bool = False
    consents: list[Consent] = field(default_factory=list)
    screening: Screening = field(init=False)
    decision: Decision = field(init=False)
    referral: Referral = field(init=False)
    conference: Conference = field(init=False)
    placement: Placement = field(init=False)
    episode: Episode = field(init=False)
    alert: Alert = field(init=False)
    plan: Plan = field(init=False)

    def __post_init__(self) -> None:
        draw = self.rng.random()
        self.sex = self.traits.sex or (Sex.WOMAN if draw < 0.55 else Sex.MAN)
        self.lead = self.traits.lead or self.rng.choices(list(LEADS), SHARES)[0]
        self.reporter = self.traits.reporter or self.rng.choice(["responder", "inspector", LEADS[self.lead][0]])
        self.sees = self.traits.sees or self.rng.choice(OF_CHILDREN if self.is_child else OF_ADULTS)
        self.who = origin(self.world.country, self.sex, is_child=self.is_child, rng=self.rng)

    @property
    def is_child(self) -> bool:
        """Or may be one: whose age is disputed is protected as a child."""
        return self.traits.age != AgeGroup.ADULT

    @property
    def case(self) -> Case:
        """As it is now: other rooms have moved it since."""
        return Case.objects.select_related("person").get(code=self.code)

    @property
    def worker(self) -> Actor:
        return self.actor(LEADS[self.lead][0])

    @property
    def colleague(self) -> Actor:
        return self.actor(LEADS[self.lead][1])

    @property
    def protection_id(self) -> UUID | None:
        """The authority that protects a child; none is named where it leads the case itself."""
        return self.organisation("centre").pk if self.is_child and self.lead != "centre" else None

    @property
    def protector(self) -> Actor:
        return self.actor(LEADS["centre"][0])

    @property
    def capacities(self) -> Sequence[str]:
        """In which capacities a decision has to be signed."""
        return deciding.signatures_needed(self.case)

    @property
    def panel(self) -> Sequence[str]:
        """The officers of the identifying body, the printed ones first."""
        return [key for key in OFFICERS if key in self.world.people]

    @property
    def given_how(self) -> str:
        return GivenHow.GUARDIAN_AND_CHILD if self.is_child else GivenHow.SIGNED

    @property
    def agreement(self) -> dict[str, Any]:
        """How consent is given: signed, and for a child by the guardian with what the child said to it."""
        if not self.is_child:
            return {"given_how": self.given_how, "signature": self._signature()}
        texts = self.world.texts
        return {"given_how": self.given_how, "witness": texts["guardian"][0], "assent": texts["childs_view"][0]}

    def _signature(self) -> str:
        """Some loops drawn on the screen."""
        slant, loops = self.rng.randint(18, 30), self.rng.randint(5, 8)
        points = (
            (60 + 8 * turn + round(slant * sin(turn / 2)), 110 - round((50 - turn / 2) * cos(turn / 2)))
            for turn in range(loops * 6)
        )
        return "M" + "L".join(f"{x} {y}" for x, y in points)

    @property
    def urgency(self) -> str:
        """Within days, where the plot does not say it: what is needed at once would expire in the first night."""
        return self.traits.urgency or Urgency.ROUTINE

    def actor(self, key: str) -> Actor:
        return self.world.people[key]

    def organisation(self, key: str) -> Organisation:
        return self.world.organisations[key]

    def text(self, topic: str) -> str:
        return self.rng.choice(self.world.texts[topic])

    def step(self, transition: str, *, reason: str = "", **facts: str) -> None:
        """A transition of the case by who leads it."""
        case = self.case
        said = self.text(reason) if reason else ""
        cases.take_case_step(case, transition, by=self.worker, expected_version=case.version, reason=said, **facts)

    def choose(self, transition: str) -> None:
        """How the person is helped, as they decided."""
        case = self.case
        cases.choose_track(case, transition, by=self.worker, expected_version=case.version)

    def change_status(self, transition: str, *, reason: str = "") -> None:
        """What who leads the case says of the protection status."""
        case = self.case
        said = self.text(reason) if reason else ""
        cases.take_status_step(case, transition, by=self.worker, expected_version=case.version, reason=said)

    def propose(self, outcome: str, *, reasons: str, basis: str, by: str) -> None:
        """A decision on the status with its first signature; where one is enough, it takes effect."""
        case = self.case
        self.decision = identification.propose_decision(
            case,
            by=self.actor(by),
            expected_version=case.version,
            outcome=outcome,
            basis=basis,
            reasons=self.text(reasons),
            capacity=self.capacities[0],
            provision=self.text("provision"),
        )

    def sign(self, *, by: str) -> None:
        self.decision = identification.sign_decision(
            self.decision,
            by=self.actor(by),
            expected_version=self.decision.version,
            capacity=deciding.open_capacities(self.decision)[0],
        )

    def take_back(self, *, reason: str, by: str) -> None:
        self.decision = identification.take_back(
            self.decision, by=self.actor(by), expected_version=self.decision.version, reason=self.text(reason)
        )

    def tidy(self) -> None:
        """Each organisation says of its open tasks on the case that they are done, where that is for people to say."""
        for task in Task.objects.open().filter(case_code=self.code):
            if task.is_finished_by_hand:
                tasks.finish_task(task.pk, by=self.world.who_does(task), codes=[task.case_code])

    def free_unit(self, shelter: str) -> Unit:
        """The free place that fits best."""
        case = self.case
        units = Unit.objects.filter(shelter=self.world.shelter_id(shelter), is_active=True)
        free = [unit for unit in units if not unit.placements.holding().exists()]
        return min(free, key=lambda unit: (len(unit.mismatches(case)), unit.name))

    def days(self, least: int, most: int | None = None) -> timedelta:
        return timedelta(days=self.rng.randint(least, most or least), minutes=self.rng.randint(-50, 50))

    def minutes(self, least: int, most: int) -> timedelta:
        return timedelta(minutes=self.rng.randint(least, most))
