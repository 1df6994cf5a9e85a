"""What of a posted form is kept: the fields as they were typed, without what must be given anew."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from django import forms
from django.http import QueryDict

from nrm.drafts.slips import SLIP, Slip

#: What the sealed text of one draft may hold.
LARGEST = 64 * 1024
#: Never kept, whatever a form says: the token of the page, the slip itself, secrets of who works here.
NEVER = {"csrfmiddlewaretoken", SLIP, "code", "backup_code", "passkey", "go_on"}
#: What a browser is told that it asks for, where it is a secret.
SECRET = {"one-time-code", "current-password", "new-password"}


class TooLong(ValueError):
    """More was typed than a draft holds."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What was typed, by field, and the version of the record that the form was made from."""

    fields: tuple[tuple[str, tuple[str, ...]], ...]
    made_from: str = ""
    #: What the address of the page asked for beside its path.
    query: str = ""

    @classmethod
    def posted(cls, post: QueryDict, slip: Slip) -> Contents:
        kept = ((name, tuple(map(str, each))) for name, each in post.lists() if not is_left_out(name, slip.left_out))
        return cls(tuple(kept), slip.made_from, slip.query)

    def with_pages_before(self, before: Contents) -> Contents:
        """Of a form of several pages each page sends its own fields only."""
        return replace(self, fields=tuple({**dict(before.fields), **dict(self.fields)}.items()))

    def written(self) -> str:
        """`TooLong` where it is more than a draft holds."""
        text = json.dumps({"fields": self.fields, "made_from": self.made_from, "query": self.query}, ensure_ascii=False)
        if len(text.encode(errors="replace")) > LARGEST:
            raise TooLong
        return text

    @classmethod
    def read(cls, text: str) -> Contents:
        found = json.loads(text)
        fields = ((str(name), tuple(map(str, values))) for name, values in found["fields"])
        return cls(tuple(fields), str(found["made_from"]), str(found.get("query", "")))

    def as_posted(self) -> QueryDict:
        data = QueryDict(mutable=True)
        for name, values in self.fields:
            data.setlist(name, list(values))
        return data

    def is_empty(self) -> bool:
        return not any(value.strip() for _name, values in self.fields for value in values)


def is_left_out(name: str, left_out: Collection[str]) -> bool:
    return name in NEVER or name in left_out or "password" in name or name.startswith("proof-")


def is_given_anew(form: forms.BaseForm, name: str) -> bool:
    """Tokens of the page, files, secrets and signatures: of them nothing is kept and nothing filled in.

    A token is what is hidden from the start. A field that is only out of sight on this page of the form is typed text.
    """
    field = form.fields[name]
    declared = getattr(form, "base_fields", form.fields).get(name, field).widget
    return (
        declared.is_hidden
        or isinstance(declared, forms.FileInput | forms.PasswordInput)
        or declared.attrs.get("autocomplete") in SECRET
        or bool(getattr(field, "is_given_anew", False))
    )


def keeps_anything(form: forms.BaseForm) -> bool:
    return not all(is_given_anew(form, name) for name in form.fields)


def fields_given_anew(form: forms.BaseForm) -> Iterable[str]:
    return (form.add_prefix(name) for name in form.fields if is_given_anew(form, name))
