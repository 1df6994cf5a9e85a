"""Who a person is, as the vault keeps it: an immutable value with a strict, versioned JSON form.

An `Identity` that exists is valid: every limit is checked when it is made. Errors name the field, never what was in it.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, NoReturn, Self, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.lib.partial_date import PartialDate

T = TypeVar("T")
VERSION = 1
LARGEST_JSON = 64 * 1024
NAME_LIMIT = 200
LINE_LIMIT = 300
TEXT_LIMIT = 2000
LIST_LIMIT = 20
EARLIEST_YEAR = 1900
LATEST_YEAR = 2100
UNKNOWN_DATE = PartialDate()


class IdentityInvalid(ValueError):
    """A part of an identity breaks a rule; `field` and `rule` say which, without repeating the value."""

    def __init__(self, field: str, rule: str) -> None:
        self.field = field
        self.rule = rule
        super().__init__(f"{field}: {rule}")


class DocumentKind(TextChoices):
    PASSPORT = "passport", _("Passport")
    IDENTITY_CARD = "identity_card", _("Identity card")
    PERSONAL_NUMBER = "personal_number", _("Personal number")
    RESIDENCE_PERMIT = "residence_permit", _("Residence permit")
    BIRTH_CERTIFICATE = "birth_certificate", _("Birth certificate")
    OTHER = "other", pgettext_lazy("document", "Other document")


class ContactKind(TextChoices):
    PHONE = "phone", _("Phone")
    MESSENGER = "messenger", _("Messaging app")
    EMAIL = "email", _("E-mail")
    ADDRESS = "address", pgettext_lazy("contact", "Address")
    TRUSTED_PERSON = "trusted_person", _("Through a trusted person")


class Safety(TextChoices):
    """Whether this way of reaching the person is safe for them."""

    YES = "yes", pgettext_lazy("safe contact", "Safe")
    NO = "no", pgettext_lazy("safe contact", "Not safe")
    UNKNOWN = "unknown", pgettext_lazy("safe contact", "Not known if safe")


def require_text(field: str, value: object, limit: int, *, lines: bool = False) -> None:
    """Text of at most `limit` characters without control characters; line breaks only where `lines`."""
    if not isinstance(value, str):
        raise IdentityInvalid(field, "is not text")
    if len(value) > limit:
        raise IdentityInvalid(field, "is too long")
    allowed = "\n\r\t" if lines else ""
    if any(unicodedata.category(character) in ("Cc", "Cs") and character not in allowed for character in value):
        raise IdentityInvalid(field, "has control characters")


def require_list(field: str, values: object, kind: type) -> None:
    if not isinstance(values, tuple) or not all(isinstance(value, kind) for value in values):
        raise IdentityInvalid(field, "is not a list of the right kind")
    if len(values) > LIST_LIMIT:
        raise IdentityInvalid(field, "has too many entries")


def require_country(field: str, code: object) -> None:
    """Two capital letters as in ISO 3166-1; XX stands for stateless, empty for unknown."""
    if not isinstance(code, str) or (code and not (len(code) == 2 and code.isascii() and code.isupper())):
        raise IdentityInvalid(field, "is not a country code")


def require_birth(birth: object, estimated: object) -> None:
    if not isinstance(birth, PartialDate):
        raise IdentityInvalid("birth", "is not a date")
    if birth.year is not None and not EARLIEST_YEAR <= birth.year <= LATEST_YEAR:
        raise IdentityInvalid("birth", "is out of range")
    if type(estimated) is not bool:
        raise IdentityInvalid("birth_estimated", "is not yes or no")


@dataclass(frozen=True, slots=True)
class Document:
    kind: str
    number: str
    country: str = ""

    def __post_init__(self) -> None:
        if self.kind not in DocumentKind.values:
            raise IdentityInvalid("documents.kind", "is unknown")
        require_text("documents.number", self.number, NAME_LIMIT)
        require_country("documents.country", self.country)

    @property
    def kind_label(self) -> str:
        return str(DocumentKind(self.kind).label)


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach the person; `note` says when and how it is safe."""

    kind: str
    value: str
    safe: str = Safety.UNKNOWN.value
    note: str = ""

    def __post_init__(self) -> None:
        if self.kind not in ContactKind.values:
            raise IdentityInvalid("contacts.kind", "is unknown")
        if self.safe not in Safety.values:
            raise IdentityInvalid("contacts.safe", "is unknown")
        require_text("contacts.value", self.value, LINE_LIMIT, lines=True)
        require_text("contacts.note", self.note, TEXT_LIMIT, lines=True)

    @property
    def kind_label(self) -> str:
        return str(ContactKind(self.kind).label)

    @property
    def safe_label(self) -> str:
        return str(Safety(self.safe).label)


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """Names, birth, documents and contacts of a person. Its repr shows nothing, so that no log can."""

    given_names: str = ""
    family_names: str = ""
    aliases: tuple[str, ...] = ()
    birth: PartialDate = UNKNOWN_DATE
    birth_estimated: bool = False
    citizenships: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    contacts: tuple[Contact, ...] = ()
    safe_contact_rule: str = ""

    NAMES: ClassVar[tuple[str, str]] = ("given_names", "family_names")

    def __post_init__(self) -> None:
        for name in self.NAMES:
            require_text(name, getattr(self, name), NAME_LIMIT)
        require_list("aliases", self.aliases, str)
        require_list("citizenships", self.citizenships, str)
        require_list("documents", self.documents, Document)
        require_list("contacts", self.contacts, Contact)
        for alias in self.aliases:
            require_text("aliases", alias, NAME_LIMIT)
        for code in self.citizenships:
            require_country("citizenships", code)
        require_birth(self.birth, self.birth_estimated)
        require_text("safe_contact_rule", self.safe_contact_rule, TEXT_LIMIT, lines=True)
        if len(self.to_json().encode()) > LARGEST_JSON:
            raise IdentityInvalid("identity", "is too large")

    def __repr__(self) -> str:
        return "Identity(…)"

    @property
    def is_empty(self) -> bool:
        return self == Identity()

    def to_json(self) -> str:
        parts = {"version": VERSION, **asdict(self), "birth": self.birth.isoformat()}
        return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Exactly what `to_json` of this version writes; anything else raises `IdentityInvalid`."""
        parts = dict(_object("identity", _parse(text)))
        version = parts.pop("version", None)
        if type(version) is not int or version != VERSION:
            raise IdentityInvalid("version", "is unknown")
        _require_keys("identity", parts, cls)
        return cls(
            given_names=parts["given_names"],
            family_names=parts["family_names"],
            aliases=_tuple("aliases", parts["aliases"]),
            birth=_birth(parts["birth"]),
            birth_estimated=parts["birth_estimated"],
            citizenships=_tuple("citizenships", parts["citizenships"]),
            documents=tuple(_build(Document, "documents", one) for one in _tuple("documents", parts["documents"])),
            contacts=tuple(_build(Contact, "contacts", one) for one in _tuple("contacts", parts["contacts"])),
            safe_contact_rule=parts["safe_contact_rule"],
        )


def _birth(value: object) -> PartialDate:
    try:
        return PartialDate.parse(value if isinstance(value, str) else "")
    except ValueError:
        raise IdentityInvalid("birth", "is not a date") from None


def _parse(text: str) -> object:
    if len(text) > LARGEST_JSON:
        raise IdentityInvalid("identity", "is too large")
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique_pairs)
    except RecursionError:
        raise IdentityInvalid("identity", "is nested too deeply") from None
    except json.JSONDecodeError:
        raise IdentityInvalid("identity", "is not JSON") from None


def _refuse_constant(_name: str) -> NoReturn:
    raise IdentityInvalid("identity", "has a number that is none")


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise IdentityInvalid("identity", "gives a part twice")
    return found


def _object(field: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise IdentityInvalid(field, "is not an object")
    return value


def _tuple(field: str, value: object) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise IdentityInvalid(field, "is not a list")
    return tuple(value)


def _require_keys(field: str, parts: Mapping[str, Any], kind: type) -> None:
    if set(parts) != {one.name for one in fields(kind)}:
        raise IdentityInvalid(field, "has missing or unknown parts")


def _build(kind: type[T], field: str, value: object) -> T:
    parts = _object(field, value)
    _require_keys(field, parts, kind)
    return kind(**parts)
