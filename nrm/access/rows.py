"""Row-level security: for whom the database shows rows, so that a forgotten selector shows nothing (decision 0017).

Every statement inside `seen_by` or `seen_by_the_service` says for whom it is made, in a transaction of its own or in
the one that runs: nothing stays behind on a connection, and a statement outside shows `nrm_app` no protected row.
What the policies make of it stands in `nrm/rows`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import NotSupportedError, connection
from psycopg.pq import TransactionStatus

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import REACH_RESTRICTED_CASES, relations_that_grant

#: The role under which rows are read and written; in production it signs in, elsewhere each statement switches to it.
APPLICATION = "nrm_app"
#: How much is seen: everything; the cases of the country, with those restricted to their team or without; those one
#: takes part in.
SERVICE, OVERSIGHT, COUNTRY, OWN = "service", "oversight", "country", "own"
NOTHING: Mapping[str, str] = {
    "nrm.sight": "",
    "nrm.user": "",
    "nrm.organisation": "",
    "nrm.role": "",
    "nrm.supervises": "",
    "nrm.relations": "",
    "nrm.clinical_relations": "",
}
#: Steers the transaction and reads no row; some of it is understood only without a statement before it.
STEERING = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT", "SET TRANSACTION")

_prefix: ContextVar[str] = ContextVar("nrm_rows_prefix", default="")


@contextmanager
def seen_by(actor: Actor | None) -> Iterator[None]:
    """The database shows what this actor may see of cases, people and clinical records; without an actor, nothing."""
    with _saying(_settings_for(actor)):
        yield


@contextmanager
def seen_by_the_service() -> Iterator[None]:
    """The database shows every row. For what decides by itself who may see what: the one door for writes, time limits,
    and the few readings that by design look beyond one's own cases. `tests/rows` lists every use."""
    with _saying(_settings(sight=SERVICE)):
        yield


def refuse_a_role_that_sees_everything() -> None:
    """For the start of web server and worker: a superuser, an owner or a role with BYPASSRLS passes every policy."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolbypassrls OR EXISTS (SELECT FROM pg_class WHERE relrowsecurity "
            "AND pg_has_role(session_user, relowner, 'MEMBER')) FROM pg_roles WHERE rolname = session_user"
        )
        (passes,) = cursor.fetchone()
    if passes:
        raise ImproperlyConfigured(
            f"The role in DATABASE_URL passes row-level security. Use {APPLICATION}; docs/operations.md shows how."
        )


@lru_cache(maxsize=512)
def _settings_for(actor: Actor | None) -> str:
    """The relations come from the policy table, so that the database knows no rule of its own."""
    if actor is None:
        return _settings()
    if actor.is_the_service:
        return _settings(sight=SERVICE)
    relations = relations_that_grant(actor.role, Permission.SEE_CASE)
    countrywide = OVERSIGHT if actor.role in REACH_RESTRICTED_CASES else COUNTRY
    clinical = relations_that_grant(actor.role, Permission.SEE_CLINICAL)
    return _settings(
        sight=countrywide if None in relations else OWN,
        user=str(actor.user_id),
        organisation=str(actor.organisation_id),
        role=actor.role.value,
        supervises="yes" if actor.is_supervisor else "",
        relations=",".join(sorted(relation for relation in relations if relation)),
        clinical_relations=",".join(sorted(relation for relation in clinical if relation)),
    )


def _settings(under: str = APPLICATION, **values: str) -> str:
    """One statement that puts the database's role and what is said into force until the transaction ends."""
    said = {"role": under, **NOTHING, **{f"nrm.{name}": value for name, value in values.items()}}
    if not all(re.fullmatch(r"[a-z0-9_,-]*", value) for value in said.values()):
        raise ValueError("Only identifiers and names of the policy are said to the database.")
    return "SELECT " + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in said.items())


@contextmanager
def _saying(prefix: str) -> Iterator[None]:
    token = _prefix.set(prefix)
    is_outermost = not token.old_value or token.old_value is token.MISSING
    try:
        if is_outermost:
            with connection.execute_wrapper(_say_first):
                yield
        else:
            yield
    finally:
        _prefix.reset(token)
        if is_outermost:
            _say_no_more()


def _say_first(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:  # the signature is Django's
    """Both statements go to the server together and are one transaction there; the first one's answer is passed by."""
    if sql.startswith(STEERING):
        return execute(sql, params, many, context)
    if many:
        raise NotSupportedError("One statement at a time can say for whom it is made.")
    execute(f"{_prefix.get()}; {sql}", params, many, context)
    context["cursor"].nextset()
    return None


def _say_no_more() -> None:
    """In a transaction that goes on, what was said would last to its end. Not counted among Django's statements."""
    link = connection.connection
    if link is not None and link.info.transaction_status == TransactionStatus.INTRANS:
        link.execute(_settings("none"))
