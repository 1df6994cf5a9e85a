"""How long the main pages take on the filled demo."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROUNDS = 40

#: Person of the demo -> the pages they live on. `{case}` is the case of theirs that changed last, `{draft}` the
#: screening that waits for them in the middle.
PAGES = {
    "ana.caseworker": ("/", "/cases/", "/cases/{case}/", "/screenings/{draft}/", "/referrals/"),
    "irena.shelter": ("/places/",),
    "lidija.clinician": ("/appointments/",),
    "ognen.officer": ("/docket/", "/docket/{case}/"),
    "sanja.coordinator": ("/", "/cases/"),
    "trajce.auditor": ("/audit/",),
}


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nrm.settings")
    import django

    django.setup()
    print(f"{'page':<28}{'p50 ms':>8}{'p95 ms':>8}{'kB':>7}")
    for person, pages in PAGES.items():
        client, actor = signed_in(person)
        for page in pages:
            measure(client, page, page.format(case=last_case(actor), draft=last_draft(actor)))


def signed_in(person: str) -> tuple[Any, Any]:
    """A client behind the second factor, without the pages that lead there, and the actor."""
    from django.test import Client
    from django.utils import timezone
    from django_otp import DEVICE_ID_SESSION_KEY

    from nrm.accounts.actions.sessions import actor_of
    from nrm.accounts.models import Membership, SessionRecord, TotpDevice

    membership = Membership.objects.select_related("user").get(user__email=f"{person}@demo.invalid", ended_at=None)
    client = Client(headers={"host": "localhost"})
    client.force_login(membership.user, backend="django.contrib.auth.backends.ModelBackend")
    now = timezone.now()
    record = SessionRecord.objects.create(
        user=membership.user, membership=membership, started_at=now, last_seen_at=now, network="127.0.0.0/24"
    )
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = TotpDevice.objects.get(user=membership.user, confirmed=True).persistent_id
    session["record"] = str(record.pk)
    session.save()
    return client, actor_of(membership)


def last_case(actor: Any) -> str:
    from nrm.cases.selectors import cases_visible_to

    newest = cases_visible_to(actor).order_by("-changed_at").first()
    return newest.code if newest else ""


def last_draft(actor: Any) -> str:
    from nrm.cases.selectors import cases_visible_to
    from nrm.identification.models import Screening

    drafts = Screening.objects.filter(state="draft", case__in=cases_visible_to(actor))
    return str(drafts.values_list("pk", flat=True).first() or "")


def measure(client: Any, page: str, url: str) -> None:
    answer = client.get(url)
    times = sorted(timed(lambda: client.get(url)) for _round in range(ROUNDS))
    label = page if answer.status_code == 200 else f"{page} ({answer.status_code})"
    middle, late = statistics.median(times), times[int(ROUNDS * 0.95) - 1]
    print(f"{label:<28}{middle:>8.1f}{late:>8.1f}{len(answer.content) / 1000:>7.0f}")


def timed(act: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
