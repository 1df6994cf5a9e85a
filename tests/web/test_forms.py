"""`{{ form }}` gives label, help, error and their connections."""

from __future__ import annotations

import pytest
from django import forms
from django.forms import formset_factory
from django.template import Context, Template

from nrm.lib.forms import PartialDateField


class Sample(forms.Form):
    place = forms.CharField(label="Place", help_text="A town is enough.")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    urgency = forms.ChoiceField(label="Urgency", choices=[("now", "Now"), ("later", "Later")], widget=forms.RadioSelect)
    country = forms.ChoiceField(label="Country", choices=[("al", "Albania")])
    agreed = forms.BooleanField(label="The person knows")
    born = PartialDateField(label="Born", required=False)
    hidden = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> None:
        self.add_error(None, "These do not fit together.")


def test_a_field_is_labelled_and_explained() -> None:
    html = Sample()["place"].as_field_group()
    assert '<label class="form-label" for="id_place">Place</label>' in html
    assert 'id="id_place_helptext"' in html
    assert 'aria-describedby="id_place_helptext"' in html
    assert 'class="form-control"' in html


def test_optional_is_said_and_required_is_not() -> None:
    assert "(optional)" in Sample()["note"].as_field_group()
    assert "(optional)" not in Sample()["place"].as_field_group()


def test_an_error_stands_beside_its_field_and_is_tied_to_it() -> None:
    html = Sample({})["place"].as_field_group()
    assert 'id="id_place_error"' in html
    assert 'aria-describedby="id_place_helptext id_place_error"' in html
    assert 'aria-invalid="true"' in html
    assert "field-wrong" in html


def test_choices_are_a_group_of_large_cards() -> None:
    html = Sample()["urgency"].as_field_group()
    assert "<fieldset" in html
    assert "<legend>Urgency</legend>" in html
    assert html.count('<label class="choice"') == 2
    assert 'class="form-check-input"' in html


def test_a_partial_date_has_three_labelled_parts() -> None:
    html = Sample()["born"].as_field_group()
    for part, label in enumerate(("Day", "Month", "Year")):
        assert f'<label for="id_born_{part}">{label}</label>' in html


def test_what_was_typed_is_shown_harmlessly() -> None:
    html = str(Sample({"place": '"><script>x</script>', "note": "</textarea><script>"}))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("summary", [True, False])
def test_errors_of_the_whole_form_are_said_once(summary: bool) -> None:
    include = '{% include "components/_error_summary.html" %}' if summary else ""
    html = Template(include + "{{ form }}").render(Context({"form": Sample({})}))
    assert html.count("These do not fit together.") == 1


def test_the_summary_leads_to_the_fields() -> None:
    html = Template('{% include "components/_error_summary.html" %}').render(Context({"form": Sample({})}))
    assert '<a href="#id_place">Place: This field is required.</a>' in html
    assert '<a href="#id_urgency_0">' in html
    assert 'role="alert"' in html


def test_the_summary_leads_into_a_form_set() -> None:
    sent = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-note": "typed"}
    include = '{% include "components/_error_summary.html" with second_form=rows %}'
    html = Template(include).render(Context({"form": Sample(), "rows": formset_factory(Sample)(sent)}))
    assert '<a href="#id_form-0-place">Place: This field is required.</a>' in html


def test_no_summary_without_errors() -> None:
    assert not Template('{% include "components/_error_summary.html" %}').render(Context({"form": Sample()})).strip()


def test_a_form_set_has_its_management_form_and_parts() -> None:
    html = str(formset_factory(Sample, extra=2)())
    assert "form-TOTAL_FORMS" in html
    assert html.count('class="form-part"') == 2
