"""Identities as they come: five languages, two scripts and right to left, with everything known or nothing."""

from __future__ import annotations

from hypothesis import strategies as st

from nrm.lib.partial_date import PartialDate
from nrm.vault.identity import Contact, ContactKind, Document, DocumentKind, Identity, Safety

#: Any text a person can have typed: no control characters and no lone surrogates.
any_text = st.characters(exclude_categories=("Cc", "Cs"))
south_slavic = st.sampled_from("ЂЉЊЋЏђљњћџЃЌЅѓќѕàçëËÇčćžšđ ")
right_to_left = st.sampled_from("אבגדہیلم\u200f\u202e\u2066")
names = st.text(any_text | south_slavic | right_to_left, max_size=40)
lines = st.text(any_text | st.just("\n"), max_size=80)
countries = st.sampled_from(["", "AL", "BA", "XK", "ME", "MK", "RS", "XX"])


@st.composite
def birth_dates(draw: st.DrawFn) -> PartialDate:
    day = draw(st.none() | st.dates(min_value=PartialDate(1900, 1, 1).bounds()[0]))  # type: ignore[index]
    if day is None or day.year > 2100:
        return PartialDate()
    known = draw(st.integers(1, 3))
    return PartialDate(day.year, *(day.month, day.day)[: known - 1])


documents = st.builds(Document, kind=st.sampled_from(DocumentKind.values), number=names, country=countries)
contacts = st.builds(
    Contact,
    kind=st.sampled_from(ContactKind.values),
    value=lines,
    safe=st.sampled_from(Safety.values),
    note=lines,
)
identities = st.builds(
    Identity,
    given_names=names,
    family_names=names,
    aliases=st.lists(names, max_size=3).map(tuple),
    birth=birth_dates(),
    birth_estimated=st.booleans(),
    citizenships=st.lists(countries, max_size=3).map(tuple),
    documents=st.lists(documents, max_size=3).map(tuple),
    contacts=st.lists(contacts, max_size=3).map(tuple),
    safe_contact_rule=lines,
)
