"""What is asked when the status changes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from nrm.cases.steps import StepForm
from workflows.lifecycle import Edge


class JudgementForm(StepForm):
    def __init__(self, *args: Any, edge: Edge, record: Any, **options: Any) -> None:
        super().__init__(*args, edge=edge, record=record, **options)
        self.fields["reason"].label = _("Your professional judgement")
        self.fields["reason"].help_text = _("What you saw and heard, and why it is enough for you.")


STATUS_STEP_FORMS: dict[str, type[StepForm]] = {"presume_on_judgement": JudgementForm}
