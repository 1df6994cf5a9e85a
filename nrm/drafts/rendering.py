"""Forms that show what their author had typed, without being sent: whatever the widget, as if it came back with faults,
but with no faults shown yet."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

from nrm.drafts.keeping import PageDesk
from nrm.lib import drafting


class KeptBoundField(forms.BoundField):
    def value(self) -> Any:
        desk = drafting.desk()
        if not isinstance(desk, PageDesk):
            return super().value()
        try:
            return self.field.prepare_value(desk.value_for(self))
        except KeyError:
            return super().value()


class Renderer(TemplatesSetting):
    """The forms' renderer of the service (`FORM_RENDERER`)."""

    bound_field_class = KeptBoundField
