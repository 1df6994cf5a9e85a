"""The stories of the invented country: which chapters each case goes through, and how long ago it began.

Every stage and every state of the mechanism occurs in `PLOTS`; a test holds them to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from nrm.cases.models import AgeGroup, RiskLevel, Sex
from nrm.desk.demo import beginnings as b
from nrm.desk.demo import endings as e
from nrm.desk.demo import referring as r
from nrm.desk.demo import staying as p
from nrm.desk.demo import supporting as s
from nrm.desk.demo.life import Life, Traits
from nrm.desk.demo.people import World
from nrm.identification.models import Suspected
from workflows.case import Accommodation

Chapter = Callable[[Life], Iterator[timedelta]]

ANYBODY = Traits()
HIGH = Traits(risk=RiskLevel.HIGH)
CHILD = Traits(age=AgeGroup.CHILD, sex=Sex.WOMAN, risk=RiskLevel.HIGH, lead="centre")
IN_COMMUNITY = Traits(accommodation=Accommodation.NOT_NEEDED, risk=RiskLevel.LOW)
NO_GROUNDS = Traits(has_grounds=False, risk=RiskLevel.LOW)
NOT_CLEAR = Traits(suspected=Suspected.OTHER)
NAMELESS = replace(NOT_CLEAR, stays_nameless=True)
NAMELESS_AT_HOME = replace(IN_COMMUNITY, stays_nameless=True)

SEEN = (b.reported, b.screened)
PRESUMED = (*SEEN, b.asked, b.presumed)
READY = (*PRESUMED, b.assessed, b.agreed, b.noted)
#: Where the last chapter stays true for a few days only, all before it takes less than two.
QUICK = (*PRESUMED, b.assessed, b.agreed, r.referral_begun)
REFERRED = (*READY, r.referral_begun)
SHELTERED = (*REFERRED, p.sheltered, s.support_begun)
SUPPORTED = (*SHELTERED, s.support_started, s.met, b.confirmed, b.noted)
AT_HOME = (*REFERRED, s.support_begun, s.support_started, s.met, b.noted)
SERVED = (*SUPPORTED, s.met, s.support_completed, p.stay_ended, e.plan_agreed)
REINTEGRATING = (*SERVED, e.reintegration_begun, e.plan_started)
REVIEWED = (*REINTEGRATING, e.goals_reviewed, e.plan_monitored)
FOLLOWED = (*REVIEWED, e.plan_completed, e.follow_up_begun, e.contacted)
CLOSED = (*FOLLOWED, e.last_contact, e.closed)


@dataclass(frozen=True, slots=True)
class Plot:
    days_ago: float
    chapters: tuple[Chapter, ...]
    traits: Traits = ANYBODY


PLOTS = (
    # Identification
    Plot(0.1, (b.reported,)),
    Plot(3, SEEN),
    Plot(1, PRESUMED, NAMELESS),
    Plot(22, (*READY, b.noted, b.consent_expires)),
    Plot(64, (*SEEN, b.read, e.closed_without_grounds), NO_GROUNDS),
    Plot(40, (*PRESUMED, b.assessed, b.agreed, b.screened_again, b.not_confirmed, b.review_requested)),
    # Referral
    Plot(6, (*REFERRED, r.referral_drafted)),
    Plot(3.5, (*QUICK, r.referral_sent)),
    Plot(3.5, (*QUICK, r.referral_sent, r.question_asked), IN_COMMUNITY),
    Plot(9, (*REFERRED, r.referral_sent, r.referral_declined)),
    Plot(14, (*REFERRED, r.referral_sent, r.referral_unanswered)),
    Plot(12, (*REFERRED, r.referral_sent, r.referral_withdrawn, r.referral_sent, r.referral_accepted), IN_COMMUNITY),
    # Placement
    Plot(7, (*REFERRED, p.placement_begun, p.place_requested), CHILD),
    Plot(4, (*QUICK, p.placement_begun, p.place_requested, p.place_kept), HIGH),
    Plot(9, (*REFERRED, p.placement_begun, p.place_requested, p.place_declined)),
    Plot(16, (*REFERRED, p.placement_begun, p.place_requested, p.place_reserved, p.reservation_lapsed)),
    Plot(25, (*REFERRED, p.placement_begun, p.place_requested, p.place_cancelled, b.noted)),
    # Support
    Plot(35, (*SHELTERED, s.support_started, s.met, s.next_meeting, s.alarmed), HIGH),
    Plot(40, (*SHELTERED, s.support_started, s.met, s.alarmed, s.alert_assessed), CHILD),
    Plot(48, (*SUPPORTED, s.alarmed, s.alert_assessed, s.alert_managed), HIGH),
    Plot(52, (*SUPPORTED, s.alarmed, s.alert_assessed, s.alert_managed, s.alert_closed, s.next_meeting)),
    Plot(45, (*SUPPORTED, s.support_paused, p.away)),
    Plot(58, (*SUPPORTED, s.support_paused, s.support_resumed, p.away, p.returned, s.next_meeting), CHILD),
    Plot(18, (*SHELTERED, s.support_planned), NOT_CLEAR),
    Plot(70, (*AT_HOME, b.declined_status, s.support_interrupted, e.plan_drafted), NAMELESS_AT_HOME),
    Plot(80, (*AT_HOME, b.declined_status, b.reconsidered, s.met, s.met, b.consent_withdrawn), IN_COMMUNITY),
    Plot(66, (*AT_HOME, r.referral_sent, r.question_asked, r.question_answered, r.referral_accepted, r.service_begun,
              s.next_meeting), IN_COMMUNITY),
    Plot(90, (*AT_HOME, b.confirmed, r.referral_sent, r.referral_accepted, r.service_begun, r.service_done, s.met,
              b.status_withdrawn), IN_COMMUNITY),
    # Reintegration and after
    Plot(62, (*SUPPORTED, e.plan_agreed), CHILD),
    Plot(95, REINTEGRATING),
    Plot(120, REVIEWED, CHILD),
    Plot(88, (*SERVED, e.reintegration_begun, e.plan_ended)),
    Plot(150, FOLLOWED),
    Plot(185, CLOSED),
    Plot(140, (*FOLLOWED, e.last_contact, e.back_in_support, b.noted)),
    Plot(75, (*SUPPORTED, e.held), HIGH),
    Plot(100, (*SUPPORTED, e.held, e.resumed, b.noted)),
    Plot(130, (*AT_HOME, b.confirmed, s.support_interrupted, e.held, e.closed_out_of_reach), IN_COMMUNITY),
    Plot(230, (*CLOSED, e.reopened, e.contacted)),
    Plot(255, (*CLOSED, e.reopened_anew), HIGH),
)  # fmt: skip
#: The plots of a full country begin at most this many days ago.
LONGEST = 275


def plots(count: int, rng: Random) -> list[Plot]:
    """So many plots: a fair choice of them, or all and then again with other people and other days."""
    if count <= len(PLOTS):
        return [PLOTS[number * len(PLOTS) // count] for number in range(count)]
    again = [_sooner_or_later(PLOTS[number % len(PLOTS)], rng) for number in range(count - len(PLOTS))]
    return [*PLOTS, *again]


def _sooner_or_later(plot: Plot, rng: Random) -> Plot:
    """A tenth more time, or as much less as leaves it under way; ages and sexes are drawn anew."""
    return replace(plot, days_ago=min(plot.days_ago * rng.uniform(0.55, 1.25), LONGEST - 10))


def tell(plot: Plot, world: World, rng: Random) -> Iterator[timedelta]:
    life = Life(world, plot.traits, rng)
    for chapter in plot.chapters:
        yield from chapter(life)
