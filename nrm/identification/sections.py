"""The sections of a screening: the short list, the families of signs that fit, the dimensions of the rule, the rest.

A section asks what to look for, never who somebody is.
"""

from __future__ import annotations

from typing import Protocol

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nrm.identification.scoring import DIMENSIONS, EXPLOITATION, GENERAL_FAMILY

#: The family of the list with dimensions.
RATED_FAMILY = "ILO_EC_DELPHI"


class Section(TextChoices):
    """Values are the families and the dimensions of the indicators; the general signs are in two sections."""

    GENERAL = GENERAL_FAMILY, _("General signs")
    SEXUAL = "sexual_exploitation", _("Signs of sexual exploitation")
    LABOUR = "labour_exploitation", _("Signs of labour exploitation")
    SERVITUDE = "domestic_servitude", _("Signs of servitude in a household")
    BEGGING = "forced_begging", _("Signs of forced begging")
    CRIMINALITY = "forced_criminality", _("Signs of being forced to commit offences")
    ORGANS = "organ_removal", _("Signs of the removal of organs")
    MARRIAGE = "forced_marriage", _("Signs of forced marriage")
    ADOPTION = "illegal_adoption_surrogacy", _("Signs of illegal adoption or surrogacy")
    CHILDREN = "children", _("Signs in children")
    ONLINE = "online_recruitment", _("Recruited online")
    ON_THE_MOVE = "people_on_the_move", _("On the move")
    EXCLUDED = "excluded_communities", _("Without papers, school or services")
    MEN_AND_BOYS = "men_and_boys", _("Men and boys")
    OUTING = "outing_pressure", _("Pressure over orientation or gender")
    DECEIVED = "deceptive_recruitment", _("Deceived when recruited")
    FORCED_INTO_IT = "coercive_recruitment", _("Forced when recruited")
    VULNERABLE_BEFORE = "recruitment_by_abuse_of_vulnerability", _("A difficult situation used to recruit")
    EXPLOITED = EXPLOITATION, _("Conditions of work and life")
    FORCED_TO_STAY = "coercion_at_destination", _("Forced at the place of work")
    VULNERABLE_THERE = "abuse_of_vulnerability_at_destination", _("A difficult situation used at the place of work")
    MORE_GENERAL = "more_general", _("More general signs")


#: The families a set may put a sign in.
FAMILIES = frozenset(Section.values) - {*DIMENSIONS, Section.MORE_GENERAL} | {RATED_FAMILY}

#: What to keep in mind in a section.
HINTS: dict[str, Promise] = {
    Section.GENERAL: _("What you can see or sense without asking. No single sign proves anything."),
    Section.SEXUAL: _("What you notice about the place, the daily life and the money. Ask for no details."),
    Section.LABOUR: _("What you notice at the place of work, in the rooms where people live, and in the papers."),
    Section.SERVITUDE: _("What you notice about the life of a person who works in somebody’s home."),
    Section.BEGGING: _("Look for who gains from it. Begging as such is no sign."),
    Section.CRIMINALITY: _("Whoever is made to commit an offence needs protection first."),
    Section.ORGANS: _("What you notice about health, journeys and papers. Offer a doctor the person can trust."),
    Section.MARRIAGE: _("What you notice about how the marriage came about and what followed."),
    Section.ADOPTION: _("What you notice about papers, payments and who decides."),
    Section.CHILDREN: _("What you notice about a child. Leave questions to people trained for children."),
    Section.ONLINE: _("How the contact began, and who holds the phone and the accounts now."),
    Section.ON_THE_MOVE: _("What happened on the way. It does not matter how the person crossed a border."),
    Section.EXCLUDED: _("What others make of somebody’s lack of papers, school or help."),
    Section.MEN_AND_BOYS: _("Signs that are easily missed in men and boys."),
    Section.OUTING: _("Threats by others. Do not ask about orientation or gender, and write down nothing about it."),
    Section.DECEIVED: _("What the person was told before, and what turned out not to be true."),
    Section.FORCED_INTO_IT: _("What happened when the person was recruited or on the way."),
    Section.VULNERABLE_BEFORE: _("What others used against the person to recruit them."),
    Section.EXPLOITED: _("How the person works and lives, or worked and lived."),
    Section.FORCED_TO_STAY: _("What keeps the person there, or kept them there."),
    Section.VULNERABLE_THERE: _("What others use against the person where they work, or used."),
    Section.MORE_GENERAL: _("Signs that often show only later, or that need more time."),
}


class Placed(Protocol):
    """What decides where a sign is asked: an indicator, without importing it."""

    family: str
    dimension: str
    is_short: bool


def section_of(sign: Placed) -> Section:
    """Where a sign is asked: by its dimension, else by its family. General signs outside the short list come last."""
    if sign.family == GENERAL_FAMILY and not sign.is_short:
        return Section.MORE_GENERAL
    return Section(sign.dimension or sign.family)
