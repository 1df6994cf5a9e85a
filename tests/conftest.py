"""The shared cast: invented people in invented organisations, a stranger among them, for every test of the service.

    def test_something(cast, sign_in):
        client = sign_in(cast.case_worker)          # a Django test client behind the second factor
        other = sign_in(cast.stranger)
        do_something(by=cast.case_worker.actor)     # actions take the actor

Tests with several connections (threads, `on_commit`) ask for `committed_db` as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client, TransactionTestCase
from django.utils import timezone

from nrm.access.actor import Actor
from nrm.access.roles import Role
from tests.ready import GROUND, in_order_of_ground, kept, path_of

#: Everybody's password in tests.
PASSWORD = "wooden lamp over quiet water"
#: Everybody's shared secret in tests; each is sealed for its owner.
TOTP_SECRET = b"invented-secret-20by"


@dataclass(frozen=True)
class Player:
    """A person of the cast with the membership they act in."""

    user: Any
    membership: Any
    actor: Actor


@dataclass(frozen=True)
class Organisations:
    linden_street: Any  # police
    open_hand: Any  # NGO that leads cases
    far_shore: Any  # another NGO: the stranger's
    house_of_lindens: Any  # shelter
    quiet_room: Any  # NGO for mental health and psychosocial support
    panel: Any  # identifying body
    prosecution: Any
    coordination: Any
    oversight: Any
    operator: Any
    centre_for_children: Any  # centre for social work: protects children


@dataclass(frozen=True)
class Cast:
    organisations: Organisations
    responder: Player
    case_worker: Player
    second_case_worker: Player
    shelter_worker: Player
    clinician: Player
    officer: Player
    second_officer: Player
    prosecution_officer: Player
    coordinator: Player
    auditor: Player
    administrator: Player
    second_administrator: Player
    stranger: Player
    child_protection_worker: Player
    password: str = PASSWORD

    @property
    def everybody(self) -> dict[str, Player]:
        return {name: player for name, player in vars(self).items() if isinstance(player, Player)}

    def code_for(self, player: Player) -> str:
        """A one-time code that was not used yet; as if time had passed when all of the moment are used up."""
        from nrm.accounts.models import TotpDevice

        device = TotpDevice.objects.get(user=player.user, confirmed=True)
        now = int(time.time()) // device.STEP_SECONDS
        step = max(now, device.last_t + 1)
        if step > now + device.TOLERANCE:
            TotpDevice.objects.filter(pk=device.pk).update(last_t=-1)
            step = now
        return code_at(device.secret, step * device.STEP_SECONDS)


#: Organisation: attribute, name, kind, whether it takes referrals.
ORGANISATIONS = (
    ("linden_street", "Linden Street Police Station", "police", False),
    ("open_hand", "Open Hand", "ngo", True),
    ("far_shore", "Far Shore", "ngo", True),
    ("house_of_lindens", "House of Lindens", "shelter", True),
    ("quiet_room", "Quiet Room", "ngo", True),
    ("panel", "Panel for Formal Identification", "identifying_body", False),
    ("prosecution", "Prosecutor's Office of the Hill District", "prosecution", False),
    ("coordination", "Coordination Office", "coordination_office", False),
    ("oversight", "Oversight Commission", "oversight_body", False),
    ("operator", "Service Operator", "service_operator", False),
    ("centre_for_children", "Centre for Children", "social_work_centre", False),
)

#: Person: attribute, name, organisation, role.
PEOPLE = (
    ("responder", "Mara Plum", "linden_street", Role.FIRST_RESPONDER),
    ("case_worker", "Ana Quince", "open_hand", Role.CASE_WORKER),
    ("second_case_worker", "Boris Medlar", "open_hand", Role.CASE_WORKER),
    ("shelter_worker", "Lira Hazel", "house_of_lindens", Role.SHELTER_WORKER),
    ("clinician", "Teuta Fig", "quiet_room", Role.CLINICIAN),
    ("officer", "Goran Elder", "panel", Role.IDENTIFYING_OFFICER),
    ("second_officer", "Vesna Rowan", "panel", Role.IDENTIFYING_OFFICER),
    ("prosecution_officer", "Petar Alder", "prosecution", Role.PROSECUTION_OFFICER),
    ("coordinator", "Sanja Maple", "coordination", Role.COORDINATOR),
    ("auditor", "Ilir Ash", "oversight", Role.AUDITOR),
    ("administrator", "Dana Birch", "operator", Role.ADMINISTRATOR),
    ("second_administrator", "Emin Willow", "operator", Role.ADMINISTRATOR),
    ("stranger", "Nela Pear", "far_shore", Role.CASE_WORKER),
    ("child_protection_worker", "Irena Walnut", "centre_for_children", Role.CASE_WORKER),
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = in_order_of_ground(items)


@pytest.fixture(scope="session", autouse=True)
def pinned_argon2() -> Iterator[dict[str, int]]:
    """Cheap Argon2id for the length of the tests; the value is what the service runs with."""
    from nrm.accounts.passwords import PinnedArgon2

    names = ("time_cost", "memory_cost", "parallelism")
    pinned = {name: getattr(PinnedArgon2, name) for name in names}
    for name, cheap in zip(names, (1, 8, 1), strict=True):
        setattr(PinnedArgon2, name, cheap)
    yield pinned
    for name, value in pinned.items():
        setattr(PinnedArgon2, name, value)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Before the test database is removed, whoever still holds a connection to it is sent away: threads of a live
    server may outlive the test that asked them something."""
    yield
    with django_db_blocker.unblock():
        GROUND.leave()
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(others, [connection.connection.info.backend_pid])


@pytest.fixture
def standing(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> None:
    """What the test begins with stands in the database, and nothing else."""
    with django_db_blocker.unblock():
        GROUND.stand_on(path_of(request))


@pytest.fixture
def _django_db_helper(standing: None, _django_db_helper: None) -> None:
    """Every way of a test to the database begins on that ground."""


@kept
def cast() -> Cast:
    """Everybody, written in five statements; accounts made this way have no history rows. All have accepted the code
    of conduct."""
    from nrm.accounts import conduct
    from nrm.accounts.models import Membership, Organisation, PledgeAcceptance, TotpDevice, User

    now = timezone.now()
    organisations = {
        key: Organisation(name=name, kind=kind, country=settings.NRM_COUNTRY, accepts_referrals=accepts)
        for key, name, kind, accepts in ORGANISATIONS
    }
    Organisation.objects.bulk_create(organisations.values())
    users = {
        key: User(email=f"{key}@cast.example", display_name=name, password=hashed(PASSWORD), password_set_at=now)
        for key, name, _organisation, _role in PEOPLE
    }
    User.objects.bulk_create(users.values())
    memberships = {
        key: Membership(user=users[key], organisation=organisations[organisation], role=role, started_at=now)
        for key, _name, organisation, role in PEOPLE
    }
    Membership.objects.bulk_create(memberships.values())
    devices = [TotpDevice(user=user, name="phone", confirmed=True) for user in users.values()]
    for device in devices:
        device.set_secret(TOTP_SECRET)
    TotpDevice.objects.bulk_create(devices)
    version = conduct.CURRENT.version
    PledgeAcceptance.objects.bulk_create(
        PledgeAcceptance(user=user, version=version, accepted_at=now) for user in users.values()
    )
    players: dict[str, Any] = {key: player_of(membership) for key, membership in memberships.items()}
    return Cast(organisations=Organisations(**organisations), **players)


@pytest.fixture
def sign_in(cast: Cast) -> Callable[[Player], Client]:
    """Signs a player in without the pages: the session is what the pages would have left."""
    from django_otp import DEVICE_ID_SESSION_KEY

    from nrm.accounts import conduct
    from nrm.accounts.models import SessionRecord, TotpDevice

    def signed_in(player: Player) -> Client:
        now = timezone.now()
        record = SessionRecord.objects.create(
            user=player.user, membership=player.membership, started_at=now, last_seen_at=now, network="127.0.0.0/24"
        )
        session = SessionStore()
        session[SESSION_KEY] = str(player.user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = player.user.get_session_auth_hash()
        session[DEVICE_ID_SESSION_KEY] = TotpDevice.objects.get(user=player.user, confirmed=True).persistent_id
        session["record"] = str(record.pk)
        session["pledge"] = conduct.CURRENT.version
        session["proven_at"] = now.isoformat()
        session.save()
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        return client

    return signed_in


@pytest.fixture
def committed_db(transactional_db: None) -> None:
    """Real commits, seen by other connections. Everything is truncated after the test; guards on audit stand aside."""


def player_of(membership: Any) -> Player:
    actor = Actor(
        user_id=membership.user.pk,
        membership_id=membership.pk,
        organisation_id=membership.organisation.pk,
        role=Role(membership.role),
        is_supervisor=membership.supervises,
    )
    return Player(user=membership.user, membership=membership, actor=actor)


def code_at(secret: bytes, moment: float) -> str:
    from django_otp.oath import TOTP

    clock = TOTP(secret)
    clock.time = moment
    return f"{clock.token():06d}"


@cache
def hashed(password: str) -> str:
    return make_password(password)


flush_tables = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


def flush_past_the_guards(self: TransactionTestCase) -> None:
    """Django's flush truncates every table, which append-only tables refuse: for once, no trigger fires."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    try:
        flush_tables(self)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET session_replication_role")
    from nrm.audit.actions import ensure_head
    from nrm.identification.sets.loading import load_sets

    ensure_head()
    load_sets()


TransactionTestCase._fixture_teardown = flush_past_the_guards  # type: ignore[attr-defined]


@kept
def case(cast: Cast) -> Any:
    """A case that the responder reported and Open Hand leads: stage identification, status potential."""
    from nrm.cases.actions import open_case

    return open_case(
        by=cast.responder.actor,
        lead_organisation_id=cast.organisations.open_hand.pk,
        age_group="adult",
        sex="woman",
        spoken_language="sq",
    )


@kept
def whole(cast: Cast) -> Any:
    """One case with something of every kind."""
    from tests.whole import whole_case

    return whole_case(cast)
