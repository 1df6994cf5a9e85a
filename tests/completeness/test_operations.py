"""What an operator needs is written down, and the files for a host are well formed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.db.backends.utils import CursorWrapper

TOP = Path(settings.BASE_DIR)
SETTINGS = TOP.joinpath("nrm/settings.py").read_text(encoding="utf-8")
OPERATIONS = TOP.joinpath("docs/operations.md").read_text(encoding="utf-8")
VARIABLES = sorted(set(re.findall(r"""(?:env(?:\.\w+)?|secret)\(\s*"([A-Z_]+)\"""", SETTINGS)))


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_is_explained(name: str) -> None:
    assert f"| `{name}` |" in OPERATIONS


def test_no_variable_is_explained_that_is_gone() -> None:
    assert set(re.findall(r"^\| `(NRM_\w+)` \|", OPERATIONS, re.MULTILINE)) <= set(VARIABLES)


def test_the_containers_are_wired_to_services_that_exist() -> None:
    compose = yaml.safe_load(TOP.joinpath("docker-compose.yml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert set(services) == {"database", "migrate", "web", "worker", "proxy"}
    for name, service in services.items():
        assert service["init"] is True, name
        assert set(service.get("depends_on", {})) <= set(services), name


def test_only_the_proxy_is_reachable_from_outside() -> None:
    compose = yaml.safe_load(TOP.joinpath("docker-compose.yml").read_text(encoding="utf-8"))
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]


def test_the_web_server_never_sees_the_owners_password() -> None:
    compose = yaml.safe_load(TOP.joinpath("docker-compose.yml").read_text(encoding="utf-8"))
    for name in ("web", "worker"):
        service = compose["services"][name]
        assert "OWNER" not in str(service["environment"])
        assert service["env_file"] == ".env.service"


@pytest.mark.django_db
def test_b4_the_application_may_add_to_the_trail_and_not_change_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TOP.joinpath("nrm/rows/grants.sql").read_text(encoding="utf-8"))
        may = {
            (table, act): granted
            for table in ("audit_event", "audit_checkpoint", "audit_head", "cases_case")
            for act in ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
            for granted in [has_privilege(cursor, table, act)]
        }
    assert {table for (table, act), granted in may.items() if act == "INSERT" and granted} == {
        "audit_event", "audit_checkpoint", "audit_head", "cases_case"
    }  # fmt: skip
    assert {table for (table, act), granted in may.items() if act == "UPDATE" and granted} == {
        "audit_head",
        "cases_case",
    }
    assert not any(granted for (table, act), granted in may.items() if act in {"DELETE", "TRUNCATE"})


#: What the code deletes; `.delete(` anywhere else would fail in production.
DELETED = {
    "django_session",
    "axes_accessattempt",
    "axes_accessattemptexpiration",
    "axes_accessfailurelog",
    "axes_accesslog",
    "accounts_totpdevice",
    "accounts_backupcode",
    "accounts_passkey",
    "accounts_passkeychallenge",
    "vault_indexentry",
    "drafts_draft",
    "referrals_wrongcode",
}


@pytest.mark.django_db
def test_b4_the_application_may_delete_nothing_of_a_case() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TOP.joinpath("nrm/rows/grants.sql").read_text(encoding="utf-8"))
        tables = connection.introspection.table_names(cursor)
        assert {table for table in tables if has_privilege(cursor, table, "DELETE")} == DELETED


@pytest.mark.django_db
def test_b4_the_application_owns_nothing_makes_nothing_and_looks_into_no_other_schema() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA elsewhere")
        cursor.execute("CREATE TABLE elsewhere.secret ()")
        cursor.execute(TOP.joinpath("nrm/rows/grants.sql").read_text(encoding="utf-8"))
        cursor.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,"
            " EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid),"
            " has_schema_privilege(oid, 'public', 'CREATE'), has_schema_privilege(oid, 'elsewhere', 'USAGE'),"
            " has_table_privilege(oid, 'elsewhere.secret', 'SELECT'), has_table_privilege(oid, 'pg_authid', 'SELECT')"
            " FROM pg_roles WHERE rolname = 'nrm_app'"
        )
        assert cursor.fetchall() == [(False,) * 10]
        cursor.execute("SET LOCAL ROLE nrm_app")
        for statement in ("ALTER TABLE cases_case ADD COLUMN x int", "DROP TABLE cases_case", "CREATE TABLE x ()"):
            with pytest.raises(ProgrammingError), transaction.atomic():
                cursor.execute(statement)
        cursor.execute("RESET ROLE")


def has_privilege(cursor: CursorWrapper, table: str, act: str) -> bool:
    cursor.execute("SELECT has_table_privilege('nrm_app', %s, %s)", [table, act])
    return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_files_hold_plain_pins_and_every_direct_dependency(name: str) -> None:
    lines = [line for line in TOP.joinpath(name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.]+", line) for line in lines)
    project = tomllib.loads(TOP.joinpath("pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = {re.split(r"[\[<>=]", requirement)[0] for requirement in project["dependencies"]}
    assert direct <= {line.split("==")[0] for line in lines}
    assert len(direct) < 25
