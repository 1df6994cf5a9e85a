"""The stories of the invented country: which chapters each case goes through, and how long ago it began.

Every stage and every state of the mechanism occurs in `PLOTS`; a test holds them to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from nrm.cases.models import AgeGroup, RiskLevel, Sex
from nrm.desk.demo import asking as a
from nrm.desk.demo import beginnings as b
from nrm.desk.demo import conferring as c
from nrm.desk.demo import deciding as d
from nrm.desk.demo import emergencies as m
from nrm.desk.demo import endings as e
from nrm.desk.demo import protecting as t
from nrm.desk.demo import referring as r
from nrm.desk.demo import seeing as g
from nrm.desk.demo import sharing as h
from nrm.desk.demo import sights
from nrm.desk.demo import staying as p
from nrm.desk.demo import supporting as s
from nrm.desk.demo import working as w
from nrm.desk.demo import writing_out as o
from nrm.desk.demo.life import Life, Traits
from nrm.desk.demo.people import World
from nrm.referrals.models import Urgency
from workflows.case import Accommodation

Chapter = Callable[[Life], Iterator[timedelta]]

ANYBODY = Traits()
HIGH = Traits(risk=RiskLevel.HIGH)
HIGH_HERE = replace(HIGH, lead="open_hand")
GIRL = Traits(age=AgeGroup.CHILD, sex=Sex.WOMAN, risk=RiskLevel.HIGH, lead="centre")
BOY = Traits(age=AgeGroup.CHILD, sex=Sex.MAN, risk=RiskLevel.HIGH, lead="open_hand", sees=sights.STREET)
ERRAND_BOY = replace(BOY, lead="centre", sees=sights.ERRANDS)
UNGUARDED = replace(BOY, gets_guardian=False)
MAYBE_A_CHILD = replace(BOY, age=AgeGroup.UNKNOWN, sees=sights.ERRANDS)
IN_COMMUNITY = Traits(accommodation=Accommodation.NOT_NEEDED, risk=RiskLevel.LOW, sees=sights.WORKSHOP)
AT_HIS_SISTERS = replace(IN_COMMUNITY, sex=Sex.MAN, sees=sights.ONLINE_ROOM)
BROKEN_OFF = Traits(lead="open_hand", reporter="responder", sees=sights.HALFWAY)
MARRIED_OFF = Traits(sex=Sex.WOMAN, lead="open_hand", sees=sights.WEDDING)
NO_GROUNDS = Traits(sees=sights.FAINT, risk=RiskLevel.LOW)
NEVER_ASKED = replace(NO_GROUNDS, age=AgeGroup.UNKNOWN, lead="open_hand", reporter="responder")
NOT_CLEAR = Traits(sees=sights.UNCLEAR)
FROM_THE_VAN = Traits(sees=sights.SMUGGLED, lead="open_hand", reporter="responder")
STRANDED = replace(IN_COMMUNITY, sees=sights.STRANDED, lead="open_hand", receiver="quiet_room", urgency=Urgency.ROUTINE)
NAMELESS = replace(NOT_CLEAR, lead="open_hand", stays_nameless=True)
NAMELESS_AT_HOME = replace(IN_COMMUNITY, stays_nameless=True)
AT_WORK = Traits(sees=sights.WORKSHOP, lead="open_hand")
IN_HASTE = Traits(lead="centre", urgency=Urgency.IMMEDIATE, receiver="open_hand")
TODAY = replace(IN_COMMUNITY, urgency=Urgency.URGENT, lead="open_hand", receiver="quiet_room")
TO_TALK = Traits(receiver="quiet_room", urgency=Urgency.ROUTINE)
IN_NO_HURRY = replace(IN_COMMUNITY, urgency=Urgency.ROUTINE, lead="open_hand")
BEFORE_THE_BODY = Traits(lead="open_hand", reporter="inspector")

SEEN = (g.reported, g.screened)
ARRANGED = (b.assessed, b.agreed, b.noted)
PRESUMED = (*SEEN, t.asked, d.presumed)
IN_TIME = (*PRESUMED, d.confirmed_in_time)
#: Where the last chapter stays true for a few days only, all before it takes less than two.
QUICK = (*IN_TIME, b.assessed, b.agreed, r.referral_begun)
READY = (*IN_TIME, *ARRANGED)
REFERRED = (*READY, r.referral_begun)
SHELTERED = (*REFERRED, p.sheltered, s.support_begun)
SUPPORTED = (*SHELTERED, s.support_started, s.met, d.confirmed, b.noted)
#: The decision takes its time; in some stories it is the person who decides otherwise.
AT_HOME = (*PRESUMED, *ARRANGED, r.referral_begun, s.support_begun, s.support_started, s.met, b.noted)
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
    Plot(0.1, (g.reported,), BROKEN_OFF),
    Plot(1.5, (*SEEN, w.lead_offered), replace(NOT_CLEAR, lead="centre")),
    Plot(2, SEEN, FROM_THE_VAN),
    Plot(1, PRESUMED, NAMELESS),
    Plot(2.5, PRESUMED, UNGUARDED),
    Plot(22, (*READY, b.noted, b.consent_expires)),
    Plot(64, (*SEEN, g.read, e.closed_without_grounds), NO_GROUNDS),
    Plot(400, (*SEEN, t.looked_after, g.read, e.closed_without_grounds, h.erasure_proposed), NEVER_ASKED),
    Plot(8, (*IN_TIME, t.named, b.assessed), NAMELESS),
    Plot(9, (*IN_TIME, b.assessed, t.grown_up), MAYBE_A_CHILD),
    Plot(5, (*IN_TIME, b.assessed), MAYBE_A_CHILD),
    # The identifying body
    Plot(6, (*PRESUMED, b.assessed, d.nearly_signed), BEFORE_THE_BODY),
    Plot(4, (*PRESUMED, b.assessed, d.proposed), MARRIED_OFF),
    Plot(8, (*PRESUMED, b.assessed, b.agreed, d.taken_back), BEFORE_THE_BODY),
    Plot(17, (*PRESUMED, b.assessed, b.agreed, g.screened_again, d.not_confirmed, d.review_requested)),
    Plot(50, (*PRESUMED, b.assessed, b.agreed, d.not_confirmed, d.review_requested, d.upheld, b.noted, h.papers_kept),
         AT_WORK),
    # Referral
    Plot(6, (*REFERRED, r.referral_drafted)),
    Plot(3.5, (*QUICK, r.lately, r.referral_sent), IN_HASTE),
    Plot(3.5, (*QUICK, r.lately, r.referral_sent), TODAY),
    Plot(3.5, (*QUICK, r.referral_sent, r.question_asked), IN_NO_HURRY),
    Plot(6, (*SEEN, t.asked, b.assessed, b.agreed, r.referral_begun, r.referral_sent, r.referral_declined,
             r.carried_onward, r.referral_accepted), STRANDED),
    Plot(9, (*REFERRED, r.referral_sent, r.referral_declined), TO_TALK),
    Plot(14, (*REFERRED, r.referral_sent, r.referral_unanswered)),
    Plot(12, (*REFERRED, r.referral_sent, r.referral_withdrawn, r.referral_sent, r.referral_accepted,
              b.consent_withdrawn), IN_COMMUNITY),
    # Placement
    Plot(7, (*REFERRED, p.placement_begun, p.place_requested), GIRL),
    Plot(4, (*QUICK, p.placement_begun, p.place_requested, h.danger_shared, p.place_kept), HIGH_HERE),
    Plot(9, (*REFERRED, p.placement_begun, p.place_requested, p.place_declined)),
    Plot(16, (*REFERRED, p.placement_begun, p.place_requested, p.place_reserved, p.reservation_lapsed)),
    Plot(25, (*REFERRED, p.placement_begun, p.place_requested, p.place_cancelled, b.noted, r.days_ago,
              r.several_asked), replace(ANYBODY, lead="open_hand")),
    # Support
    Plot(27, (*SHELTERED, s.support_started, s.met, d.reflection_extended, s.alarmed, s.next_meeting), HIGH),
    Plot(40, (*SHELTERED, s.support_started, s.met, t.return_not_now, h.shared_for_a_child, h.drawing_kept,
              s.alarmed, s.alert_assessed, c.conference_held), BOY),
    Plot(48, (*SUPPORTED, s.alarmed, s.alert_assessed, s.alert_managed, c.conference_called), HIGH_HERE),
    Plot(52, (*SUPPORTED, s.alarmed, s.alert_assessed, s.alert_managed, s.alert_closed, w.opened_twice,
              o.letter_sent, o.answer_told, a.tasks_given, s.next_meeting), AT_WORK),
    Plot(45, (*SUPPORTED, s.support_paused, p.away, r.seen_by_a_doctor)),
    Plot(58, (*SUPPORTED, s.support_paused, s.support_resumed, p.away, p.returned, s.next_meeting), ERRAND_BOY),
    Plot(18, (*SHELTERED, s.support_planned, m.person_collapsed, r.days_ago, r.interpreter_asked,
              a.note_begun), replace(NOT_CLEAR, lead="open_hand")),
    Plot(70, (*AT_HOME, d.declined_status, s.support_interrupted, e.plan_drafted), NAMELESS_AT_HOME),
    Plot(80, (*AT_HOME, d.declined_status, d.reconsidered, s.met, d.confirmed, b.consent_withdrawn), IN_COMMUNITY),
    Plot(66, (*AT_HOME, d.confirmed, r.referral_sent, r.question_asked, r.question_answered, r.referral_accepted,
              r.service_begun, s.next_meeting), AT_HIS_SISTERS),
    Plot(90, (*AT_HOME, d.confirmed, r.referral_sent, r.referral_accepted, r.service_begun, r.service_done, s.met,
              d.status_withdrawn), IN_COMMUNITY),
    # Reintegration and after
    Plot(62, (*SUPPORTED, e.plan_agreed), GIRL),
    Plot(95, (*REINTEGRATING, d.court_differs, w.colleague_keeps_away, r.seen_by_a_doctor), BEFORE_THE_BODY),
    Plot(120, (*REVIEWED, r.seen_by_a_doctor), BOY),
    Plot(88, (*SERVED, e.reintegration_begun, e.plan_ended, r.seen_by_a_doctor)),
    Plot(150, (*FOLLOWED, r.seen_by_a_doctor)),
    Plot(185, CLOSED),
    Plot(140, (*FOLLOWED, e.last_contact, e.back_in_support, b.noted, r.seen_by_a_doctor)),
    Plot(75, (*SUPPORTED, e.held, m.person_missing, m.emergency_reviewed, w.restricted), HIGH_HERE),
    Plot(100, (*SUPPORTED, e.held, e.resumed, w.lead_passed_on, b.noted), BEFORE_THE_BODY),
    Plot(130, (*AT_HOME, d.confirmed, s.support_interrupted, e.held, e.closed_out_of_reach), IN_COMMUNITY),
    Plot(230, (*CLOSED, e.reopened, e.contacted)),
    Plot(255, (*CLOSED, e.reopened_anew), replace(AT_WORK, risk=RiskLevel.HIGH)),
)  # fmt: skip
#: The plots of a full country begin at most this many days ago.
LONGEST = 411


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
