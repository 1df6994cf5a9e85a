"""The sections of a screening: the general signs first, then one for each dimension of the list."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nrm.identification.scoring import EXPLOITATION


class Section(TextChoices):
    """Values are the dimensions of the indicators."""

    GENERAL = "general", _("General signs")
    DECEIVED = "deceptive_recruitment", _("Deceived when recruited")
    FORCED_INTO_IT = "coercive_recruitment", _("Forced when recruited")
    VULNERABLE_BEFORE = "recruitment_by_abuse_of_vulnerability", _("A difficult situation used to recruit")
    EXPLOITED = EXPLOITATION, _("Conditions of work and life")
    FORCED_TO_STAY = "coercion_at_destination", _("Forced at the place of work")
    VULNERABLE_THERE = "abuse_of_vulnerability_at_destination", _("A difficult situation used at the place of work")


#: What to keep in mind in a section.
HINTS: dict[str, Promise] = {
    Section.GENERAL: _("What you can see or sense without asking. No single sign proves anything."),
    Section.DECEIVED: _("What the person was told before, and what turned out not to be true."),
    Section.FORCED_INTO_IT: _("What happened when the person was recruited or on the way."),
    Section.VULNERABLE_BEFORE: _("What others used against the person to recruit them."),
    Section.EXPLOITED: _("How the person works and lives, or worked and lived."),
    Section.FORCED_TO_STAY: _("What keeps the person there, or kept them there."),
    Section.VULNERABLE_THERE: _("What others use against the person where they work, or used."),
}


def section_of(dimension: str) -> Section:
    """Signs without a dimension are the general ones."""
    return Section(dimension) if dimension else Section.GENERAL
