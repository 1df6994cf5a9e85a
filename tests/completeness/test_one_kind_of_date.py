"""Every form asks for a day in one way, so that trying bad ones at some fields tries them at all."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

from django import forms

import nrm
from nrm.lib.forms import DayField

#: Looks for what was, and writes nothing: years of its own, tried where it is.
SEARCHES = {"EventFilterForm"}


def form_classes() -> Iterator[type[forms.BaseForm]]:
    for module in pkgutil.walk_packages(nrm.__path__, "nrm."):
        if "forms" not in module.name.split("."):
            continue
        for value in vars(import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, forms.BaseForm) and value.__module__ == module.name:
                yield value


def test_every_day_is_asked_for_by_the_same_field() -> None:
    days = [
        (form.__qualname__, name, type(field))
        for form in form_classes()
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, forms.DateField)
    ]
    assert len(days) > 15
    assert [(form, name) for form, name, kind in days if not issubclass(kind, DayField) and form not in SEARCHES] == []
