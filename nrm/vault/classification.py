"""Which column holds what: `classification.toml` read, and compared with the models.

plain: may be read in a stolen dump (codes, ids, dates of the process, names of staff and organisations).
sealed: text or data about a person, only in a `SealedField`. secret: keys, digests and sealed secrets of staff.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

from django.apps import apps
from django.db import models
from simple_history.models import HistoricalChanges

from nrm.vault.fields import SealedField

FILE = Path(__file__).with_name("classification.toml")
#: The section for the columns that every history table has beyond its record's own.
HISTORY = "history"


class FieldClass(StrEnum):
    PLAIN = "plain"
    SEALED = "sealed"
    SECRET = "secret"  # noqa: S105 (the name of a class of columns)


Classes = Mapping[str, Mapping[str, FieldClass]]


def load(text: str | None = None) -> Classes:
    """Class by model and column. ValueError for an unknown class or a column with two."""
    sections = tomllib.loads(FILE.read_text() if text is None else text)
    return {label: _one_model(label, section) for label, section in sections.items()}


def _one_model(label: str, section: Mapping[str, list[str]]) -> Mapping[str, FieldClass]:
    found: dict[str, FieldClass] = {}
    for name, columns in section.items():
        for column in columns:
            if column in found:
                raise ValueError(f"{label}.{column} is listed twice.")
            found[column] = FieldClass(name)
    return found


def our_models() -> list[type[models.Model]]:
    """Every model of the service but the history tables, which follow from them."""
    ours = (model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("nrm."))
    return sorted((model for model in ours if not issubclass(model, HistoricalChanges)), key=_label)


def history_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if issubclass(model, HistoricalChanges)]


def _label(model: type[models.Model]) -> str:
    return model._meta.label_lower


def problems(classes: Classes | None = None) -> list[str]:
    """Sentences; empty when models and list agree."""
    known = load() if classes is None else classes
    return [
        *(problem for model in our_models() for problem in model_problems(model, known.get(_label(model), {}))),
        *(problem for model in history_models() for problem in history_problems(model, known)),
        *(
            f"[{label}] is no model of the service"
            for label in sorted(known.keys() - {HISTORY, *map(_label, our_models())})
        ),
    ]


def model_problems(model: type[models.Model], listed: Mapping[str, FieldClass]) -> Iterator[str]:
    label = _label(model)
    fields = {field.name: field for field in model._meta.concrete_fields}
    yield from (f"{label}.{gone} is listed but does not exist" for gone in sorted(listed.keys() - fields.keys()))
    for name, field in fields.items():
        if name not in listed:
            yield f"{label}.{name} has no class"
        elif (listed[name] is FieldClass.SEALED) != isinstance(field, SealedField):
            yield f"{label}.{name} is listed as {listed[name]} but is a {type(field).__name__}"
    yield from (f"{label}.{name} is sealed and must not be indexed" for name in sorted(sealed_and_indexed(model)))


def sealed_and_indexed(model: type[models.Model]) -> set[str]:
    sealed = {field.name for field in model._meta.concrete_fields if isinstance(field, SealedField)}
    alone = {field.name for field in model._meta.concrete_fields if getattr(field, "db_index", False) or field.unique}
    indexes = {name.lstrip("-") for index in model._meta.indexes for name in (index.fields or [])}
    uniques = {name for rule in model._meta.total_unique_constraints for name in rule.fields}
    return sealed & (alone | indexes | uniques)


def history_problems(history: type[models.Model], known: Classes) -> Iterator[str]:
    """A history table has its record's columns, without the secret ones, and the common ones."""
    record: type[models.Model] = history.instance_type  # type: ignore[attr-defined]
    own, common = known.get(_label(record), {}), known.get(HISTORY, {})
    for field in history._meta.concrete_fields:
        label = f"{_label(history)}.{field.name}"
        if field.name in own and own[field.name] is FieldClass.SECRET:
            yield f"{label} is secret and must be excluded from the history"
        elif field.name not in own and field.name not in common:
            yield f"{label} has no class"


def missing_lines() -> str:
    """TOML to paste: the unlisted columns, with the class their type suggests. A person must judge each."""
    known, lines = load(), []
    for model in our_models():
        unlisted = [f for f in model._meta.concrete_fields if f.name not in known.get(_label(model), {})]
        if unlisted:
            lines.append(f'["{_label(model)}"]')
            for wanted in (FieldClass.PLAIN, FieldClass.SEALED):
                names = [f.name for f in unlisted if isinstance(f, SealedField) == (wanted is FieldClass.SEALED)]
                if names:
                    lines.append(f"{wanted} = {json.dumps(names)}")
    return "".join(f"{line}\n" for line in lines)
