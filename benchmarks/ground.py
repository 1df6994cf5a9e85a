"""A ground of its own for a benchmark: an embedded server under `var/benchmarks`, migrated, with a case worker and a
clinician, each in an organisation of theirs. Whoever already stands there is kept; nothing else is touched."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
#: Person -> their organisation, its kind, their role.
PEOPLE = {
    "worker": ("Open Hand", "ngo", "case_worker"),
    "clinician": ("Quiet Room", "ngo", "clinician"),
}


def stand() -> None:
    """Before anything of Django is imported. Never the database that `DATABASE_URL` or a `.env` names."""
    sys.path[:0] = [str(HERE), str(HERE.parent)]
    os.environ.update(DJANGO_SETTINGS_MODULE="nrm.settings", NRM_MODE="development", DATABASE_URL="")
    os.environ.setdefault("NRM_LOCALDB_HOME", str(HERE.parent / "var" / "benchmarks"))
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    settle()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # What an earlier round took back left its room.


def settle() -> None:
    from django.conf import settings
    from django.utils import timezone

    from nrm.accounts import conduct
    from nrm.accounts.models import Membership, Organisation, PledgeAcceptance, TotpDevice, User

    now = timezone.now()
    for person, (name, kind, role) in PEOPLE.items():
        user, is_new = User.objects.get_or_create(email=address(person), defaults={"display_name": person.title()})
        if is_new:
            at = Organisation.objects.create(name=name, kind=kind, country=settings.NRM_COUNTRY, accepts_referrals=True)
            Membership.objects.create(user=user, organisation=at, role=role, started_at=now)
            PledgeAcceptance.objects.create(user=user, version=conduct.CURRENT.version, accepted_at=now)
            device = TotpDevice(user=user, name="phone", confirmed=True)
            device.set_secret(b"0" * 20)
            device.save()


def address(person: str) -> str:
    return f"{person}@demo.invalid"


def worked() -> float:
    """Milliseconds that this process and its server have worked, whoever else used the machine meanwhile (on Linux)."""
    from django.db import connection

    told = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    there = int(told.read_text().split()[0]) / 1e6 if told.exists() else 0.0
    return time.process_time() * 1000 + there


def machine() -> str:
    """For the table: processor, cores, server."""
    from django.db import connection

    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    version: Any = connection.pg_version // 10000
    return f"{names[0] if names else 'unknown processor'}, {os.cpu_count()} cores, PostgreSQL {version}"
