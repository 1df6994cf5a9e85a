"""How long the database works for one request. Commands, such as checking the whole audit log, have no limit."""

from __future__ import annotations

from django.conf import settings

#: Seconds after which a transaction that nobody goes on with is taken back, with all that waits for it.
LEFT_OPEN = 60


def limit_statements() -> None:
    """For the start of the web server, before its first connection: a statement that takes longer is given up by the
    database, and the reader gets a page that says so (nrm/web/errors.py)."""
    options = settings.DATABASES["default"].setdefault("OPTIONS", {})
    limits = {
        "statement_timeout": settings.NRM_STATEMENT_SECONDS,
        "idle_in_transaction_session_timeout": LEFT_OPEN,
    }
    said = [f"-c {name}={seconds}s" for name, seconds in limits.items()]
    options["options"] = " ".join([*filter(None, [options.get("options")]), *said])
