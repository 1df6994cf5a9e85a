"""The country's profile as a page: what the service takes for true of the country, from where, what is unverified."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import allows
from nrm.access.refusals import NotPermitted
from nrm.audit.codes import describe
from nrm.countries.limits import ClockRule
from nrm.countries.profile import Profile, Region, current
from nrm.countries.sources import Sourced, label, reference, references
from nrm.countries.terms import ClockName, ClockUnit, DayKind
from workflows.status import Status


@dataclass(frozen=True, slots=True)
class Source:
    key: str
    label: str
    reference: str

    @property
    def anchor(self) -> str:
        return f"source-{slugify(self.key)}"


@dataclass(frozen=True, slots=True)
class Line:
    """One value with where it comes from. `details` are pairs of a word and what stands behind it."""

    what: str
    values: list[str]
    given: Sourced | None
    details: list[tuple[str, list[str]]]

    @property
    def is_unverified(self) -> bool:
        return self.given is not None and not self.given.checked

    @property
    def sources(self) -> list[Source]:
        return sources_of([self.given]) if self.given else []

    @property
    def since(self) -> str:
        return in_words(self.given.valid_from) if self.given else ""


@dataclass(frozen=True, slots=True)
class Branch:
    """A region with the regions inside it."""

    line: Line
    code: str
    parts: list[Branch]


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    title: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class CountryPage:
    profile: Profile
    sections: list[Section]
    regions: list[Branch]
    sources: list[Source]
    unverified: int
    total: int

    @property
    def file(self) -> str:
        return f"nrm/countries/{self.profile.country}.toml"

    @property
    def summary(self) -> str:
        counted = {"count": self.unverified, "total": self.total}
        return (
            ngettext(
                "%(count)s of %(total)s values is unverified.",
                "%(count)s of %(total)s values are unverified.",
                self.unverified,
            )
            % counted
        )


def country_page(actor: Actor) -> CountryPage:
    if not allows(actor, Permission.SEE_PROFILE):
        raise NotPermitted
    profile = current()
    values = list(profile.values())
    return CountryPage(
        profile=profile,
        sections=list(sections(profile)),
        regions=branches(profile),
        sources=sources_of(values),
        unverified=sum(not value.checked for value in values),
        total=len(values),
    )


def sections(profile: Profile) -> Iterator[Section]:
    yield Section("bodies", _("Who does what"), list(bodies(profile)))
    yield Section("words", _("Words for the status"), list(words(profile)))
    yield Section("decisions", _("Decisions about the status"), list(decisions(profile)))
    yield Section("clocks", _("Time limits"), list(clocks(profile)))
    yield Section("shelters", _("Accommodation"), list(shelters(profile)))
    yield Section("law", _("Law and language"), list(law(profile)))


def line(what: object, *values: object, given: Sourced | None, details: Iterable[tuple[str, list[str]]] = ()) -> Line:
    return Line(str(what), [str(value) for value in values], given, [(word, found) for word, found in details if found])


def bodies(profile: Profile) -> Iterator[Line]:
    for body in profile.bodies:
        yield line(body.task.label, body.name, given=body, details=[(_("Kind"), [str(body.form.label)])])


def words(profile: Profile) -> Iterator[Line]:
    """Every status; where the country has no word of its own, the one of the service."""
    for status in Status:
        yield line(status.label, profile.status_term(status), given=profile.status_terms.get(status))


def decisions(profile: Profile) -> Iterator[Line]:
    rule = profile.decision
    yield line(_("Who signs"), *(capacity.label for capacity in rule.signatures), given=rule)
    if rule.also_for_child:
        yield line(_("Who also signs for a child"), *(capacity.label for capacity in rule.also_for_child), given=rule)
    yield line(_("Against a decision"), profile.review.remedy.label, given=profile.review)


def clocks(profile: Profile) -> Iterator[Line]:
    """In the order in which the service names them; what replaces a rule comes right after it."""
    for name in ClockName:
        if first := profile.clocks.get(name):
            yield from map(clock, (first, *first.later))
    yield reminders(profile)
    yield escalation(profile)
    yield directory(profile)


def reminders(profile: Profile) -> Line:
    """How long before something ends whoever has to act is told."""
    given = profile.reminders
    told = (
        (_("Time limits in hours"), given.hours),
        (_("Time limits in days"), given.days),
        (_("Time limits in months"), given.months),
        (_("Tasks"), given.tasks),
        (_("Appointments"), given.appointments),
    )
    return line(_("Reminders"), given=given, details=[(word, list(map(before, hours))) for word, hours in told])


def escalation(profile: Profile) -> Line:
    """How long after its time a late task is told of, and to whom."""
    given = profile.escalation
    told = ((_("Supervisors"), given.supervisor), (_("Coordinator"), given.coordinator))
    return line(_("Telling of late tasks"), given=given, details=[(word, [afterwards(hours)]) for word, hours in told])


def directory(profile: Profile) -> Line:
    """How long what an organisation says of its services is relied on."""
    given = profile.directory
    months = ngettext("%(count)s month", "%(count)s months", given.confirm_after_months)
    doubtful = ngettext("%(count)s month", "%(count)s months", given.doubtful_after_months)
    told = (
        (_("Asked whether it is still true after"), months % {"count": given.confirm_after_months}),
        (_("Doubtful after"), doubtful % {"count": given.doubtful_after_months}),
        (_("Asked for the next licence"), before(given.licence_ends_within_days * 24)),
    )
    return line(_("Services in the directory"), given=given, details=[(word, [when]) for word, when in told])


def afterwards(hours: int) -> str:
    if hours % 24:
        return ngettext("%(count)s hour after", "%(count)s hours after", hours) % {"count": hours}
    return ngettext("%(count)s day after", "%(count)s days after", hours // 24) % {"count": hours // 24}


def before(hours: int) -> str:
    if hours % 24:
        return ngettext("%(count)s hour before", "%(count)s hours before", hours) % {"count": hours}
    return ngettext("%(count)s day before", "%(count)s days before", hours // 24) % {"count": hours // 24}


def clock(rule: ClockRule) -> Line:
    details = [
        (_("Starts with"), [describe(code) for code in rule.starts_on]),
        (_("Ends early with"), [describe(code) for code in rule.stops_on]),
        (_("Never shorter than"), [length(rule.floor, rule)] if rule.floor else []),
        (_("Never longer than"), [length(rule.longest, rule)] if rule.longest else []),
    ]
    return line(rule.label, *(length(count, rule) for count in rule.lengths), given=rule, details=details)


def length(count: int, rule: ClockRule) -> str:
    if rule.unit == ClockUnit.HOURS:
        sentence = ngettext("%(count)s hour", "%(count)s hours", count)
    elif rule.unit == ClockUnit.MONTHS:
        sentence = ngettext("%(count)s month", "%(count)s months", count)
    elif rule.day_kind == DayKind.WORKING:
        sentence = ngettext("%(count)s working day", "%(count)s working days", count)
    else:
        sentence = ngettext("%(count)s calendar day", "%(count)s calendar days", count)
    return sentence % {"count": count}


def shelters(profile: Profile) -> Iterator[Line]:
    for shelter in profile.shelters:
        count = [str(shelter.count)] if shelter.count else []
        yield line(shelter.type.label, given=shelter, details=[(_("How many"), count)])


def law(profile: Profile) -> Iterator[Line]:
    yield line(_("Data protection law"), profile.data_protection_law.value, given=profile.data_protection_law)
    yield line(_("Identity number"), profile.id_number.value, given=profile.id_number)
    yield line(_("How long a closed case is kept"), *kept_for(), given=None, details=[(_("Source"), decided_by())])
    names = [get_language_info(code)["name_local"] for code in profile.languages.value.split()]
    yield line(_("Languages"), *names, given=profile.languages)


def kept_for() -> list[str]:
    """Not of the country's profile: no law was found that says it, so the operator of the instance decides."""
    years: int = settings.NRM_RETENTION_YEARS
    if not years:
        return [_("Not decided, so no case is proposed to be erased.")]
    return [ngettext("%(count)s year", "%(count)s years", years) % {"count": years}]


def decided_by() -> list[str]:
    return [settings.NRM_RETENTION_SOURCE] if settings.NRM_RETENTION_YEARS else []


def branches(profile: Profile, code: str = "") -> list[Branch]:
    return [Branch(region_line(part), part.code, branches(profile, part.code)) for part in profile.parts_of(code)]


def region_line(region: Region) -> Line:
    return line(region.name, given=region)


def sources_of(values: Iterable[Sourced]) -> list[Source]:
    """Each once, in the order met; what is no document comes last."""
    keys = dict.fromkeys(key for value in values for key in value.sources)
    return [Source(key, label(key), reference(key)) for key in sorted(keys, key=lambda key: key not in references())]


def in_words(since: str) -> str:
    """A year as it is, a month or a day in the reader's language."""
    year, *rest = map(int, since.split("-")) if since else [0]
    if not rest:
        return since
    day = date(year, *rest) if len(rest) > 1 else date(year, rest[0], 1)
    return date_format(day, "DATE_FORMAT" if len(rest) > 1 else "YEAR_MONTH_FORMAT")
