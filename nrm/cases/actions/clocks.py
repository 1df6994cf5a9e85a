"""Time limits that ran out."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nrm.access.actor import THE_SERVICE
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases.effects import Setting, carry_out
from nrm.cases.models import Case
from nrm.tasks import actions as tasks
from workflows.effects import Notify, OpenTask, Party

#: What follows when a time limit runs out.
ON_RUNNING_OUT = (
    OpenTask("clock_ran_out", to=Party.LEAD, days=1),
    Notify("clock_ran_out", to=Party.LEAD),
    Notify("clock_ran_out", to=Party.COORDINATOR),
)


@transaction.atomic
def run_out_clocks(at: datetime) -> int:
    """Tell the lead and the coordinator of every time limit that ran out. Nothing is ever closed because of it."""
    clocks = tasks.take_due_clocks(at)
    cases = {case.code: case for case in Case.objects.filter(code__in=[clock.case_code for clock in clocks])}
    for clock in clocks:
        setting = Setting(case=cases[clock.case_code], subject=cases[clock.case_code], by=THE_SERVICE)
        carry_out(ON_RUNNING_OUT, setting)
        audit.append(
            Code.CLOCK_RAN_OUT,
            by=THE_SERVICE,
            case_code=clock.case_code,
            subject=clock.subject,
            data={"clock": clock.key},
        )
    return len(clocks)
