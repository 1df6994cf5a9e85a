"""What every page of the frame needs: the navigation of the role, and the settings that the scripts read."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nrm.access.roles import Role
from nrm.countries import profile

CASE_ROLES = frozenset(Role) - {Role.ADMINISTRATOR, Role.AUDITOR, Role.OUTSIDE_RECIPIENT, Role.CLOCK}
EVERYBODY = frozenset(Role)


class Entry(NamedTuple):
    """One line of the navigation and who sees it. `covers` are views that light it up besides its own."""

    view: str
    label: Promise
    icon: str
    roles: frozenset[Role]
    covers: tuple[str, ...] = ()


NAVIGATION = (
    Entry("desk:my_work", _("My work"), "home", CASE_ROLES),
    Entry(
        "identification:open_case",
        _("Record what was seen"),
        "clipboard-plus",
        frozenset({Role.FIRST_RESPONDER, Role.CASE_WORKER, Role.IDENTIFYING_OFFICER}),
        ("identification:open_case", "identification:danger"),
    ),
    Entry(
        "identification:docket",
        _("Waiting for a decision"),
        "gavel",
        frozenset({Role.IDENTIFYING_OFFICER}),
        (
            "identification:decision",
            "identification:propose_decision",
            "identification:sign_decision",
            "identification:take_back_decision",
        ),
    ),
    Entry(
        "desk:case_list",
        _("Cases"),
        "folders",
        CASE_ROLES,
        ("desk:case", "cases:", "identification:", "support:", "reintegration:", "conferences:"),
    ),
    Entry("desk:search", _("Search"), "search", CASE_ROLES, ("desk:search",)),
    Entry(
        "referrals:inbox",
        _("Referrals"),
        "arrows-right-left",
        CASE_ROLES - {Role.COORDINATOR, Role.IDENTIFYING_OFFICER},
        ("referrals:",),
    ),
    Entry(
        "directory:directory",
        _("Services"),
        "heart-handshake",
        CASE_ROLES | {Role.ADMINISTRATOR},
        ("directory:", "desk:gaps"),
    ),
    Entry(
        "cases:emergency",
        _("Emergency access"),
        "alert-triangle",
        frozenset({Role.CASE_WORKER, Role.SHELTER_WORKER, Role.CLINICIAN}),
    ),
    Entry("support:appointments", _("Appointments"), "calendar", frozenset({Role.CLINICIAN})),
    Entry("placements:units", _("Places"), "bed", frozenset({Role.SHELTER_WORKER}), ("placements:",)),
    Entry("audit:events", _("Audit log"), "report-search", frozenset({Role.AUDITOR}), ("audit:",)),
    Entry(
        "cases:emergency_register",
        _("Emergency access"),
        "alert-triangle",
        frozenset({Role.COORDINATOR, Role.AUDITOR}),
    ),
    Entry(
        "accounts:people",
        _("People"),
        "users",
        frozenset({Role.ADMINISTRATOR}),
        ("accounts:person", "accounts:invite", "accounts:reissue_link", "accounts:start_membership"),
    ),
    Entry(
        "accounts:organisations",
        _("Organisations"),
        "building-community",
        frozenset({Role.ADMINISTRATOR}),
        ("accounts:organisation", "accounts:add_organisation"),
    ),
    Entry(
        "accounts:lost_devices",
        _("Lost devices"),
        "device-mobile",
        frozenset({Role.ADMINISTRATOR}),
        ("accounts:confirm_reset", "accounts:withdraw_reset"),
    ),
    Entry("notices:outgoing", _("Outgoing mail"), "mail", frozenset({Role.ADMINISTRATOR})),
    Entry(
        "desk:country",
        _("Country profile"),
        "flag",
        frozenset({Role.ADMINISTRATOR, Role.COORDINATOR, Role.AUDITOR}),
    ),
    Entry("desk:mechanism", _("How it works"), "sitemap", EVERYBODY),
)


class Item(NamedTuple):
    url: str
    label: Promise
    icon: str
    is_current: bool


def frame(request: HttpRequest) -> dict[str, Any]:
    return {
        "navigation": navigation(request),
        "footnote": profile.current().footnote,
        "is_demo": settings.NRM_DEMO,
        "exit_url": settings.NRM_EXIT_URL,
        "idle_minutes": settings.NRM_SESSION_IDLE_MINUTES,
    }


def navigation(request: HttpRequest) -> list[Item]:
    """The entries of the actor's role whose pages exist; nothing before the second factor."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return []
    entries = [(entry, address(entry.view)) for entry in NAVIGATION if actor.role in entry.roles]
    here = current(request, [entry for entry, url in entries if url])
    return [Item(url, entry.label, entry.icon, entry is here) for entry, url in entries if url]


def current(request: HttpRequest, entries: list[Entry]) -> Entry | None:
    """The entry of this very view, else the first that covers it."""
    match = getattr(request, "resolver_match", None)
    view = match.view_name if match else ""
    own = (entry for entry in entries if entry.view == view)
    covering = (entry for entry in entries if view and view.startswith(entry.covers))
    return next(own, None) or next(covering, None)


def address(view: str) -> str:
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""
