"""What people type at the doors and in the administration."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.access.roles import ASSIGNABLE_ROLES, Role
from nrm.accounts import conduct
from nrm.accounts.kinds import OrganisationKind
from nrm.accounts.models import ROLE_CHOICES, Organisation, ResetReason, User
from nrm.accounts.passwords import GuessableValidator, LengthValidator
from nrm.accounts.selectors import active_organisations
from nrm.accounts.throttling import normal_email
from nrm.lib.forms import DayField, PlainTextField

#: Longer than any password we accept, shorter than what would make hashing costly.
TYPED_PASSWORD = 512


def password_field(label: Any, *, autocomplete: str, **options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, "autocapitalize": "none", "spellcheck": "false"})
    return forms.CharField(label=label, strip=False, max_length=TYPED_PASSWORD, widget=widget, **options)


def code_field(**options: Any) -> forms.CharField:
    looks = {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "form-control-code"}
    return forms.CharField(
        label=_("Six-digit code"),
        help_text=_("From the authenticator app on your phone. It changes every 30 seconds."),
        max_length=20,
        widget=forms.TextInput(attrs=looks),
        **options,
    )


class SignInForm(forms.Form):
    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
    )
    password = password_field(_("Password"), autocomplete="current-password")


class CodeForm(forms.Form):
    code = code_field()


class BackupCodeForm(forms.Form):
    backup_code = forms.CharField(
        label=_("Backup code"),
        help_text=_("Twelve letters and digits from your printed list. Each works once."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )


class ProofForm(forms.Form):
    """Asked again before a factor is changed."""

    password = password_field(_("Your password"), autocomplete="current-password")
    code = code_field()


class PasskeyForm(forms.Form):
    name = PlainTextField(
        label=pgettext_lazy("passkey", "Name"), lines=False, max_length=64, help_text=_("So that you know which it is.")
    )


class PledgeForm(forms.Form):
    """`version` is the text that was read: one that changed meanwhile is not what was promised."""

    version = forms.CharField(widget=forms.HiddenInput, max_length=10, initial=conduct.CURRENT.version)
    promise = forms.BooleanField(
        label=_("I have read this and promise to keep it."),
        error_messages={"required": _("Tick the box if you promise this. Without it no case opens.")},
    )


class NewPasswordForm(forms.Form):
    """A password is chosen by the person only, and typed twice."""

    new_password = password_field(_("New password"), autocomplete="new-password")
    new_password_again = password_field(_("New password again"), autocomplete="new-password")

    def __init__(self, *args: Any, person: User, known_words: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.person.known_words = known_words  # type: ignore[attr-defined]
        self.fields["new_password"].help_text = " ".join(
            (LengthValidator().get_help_text(), GuessableValidator().get_help_text())
        )

    def clean_new_password(self) -> str:
        password = cast(str, self.cleaned_data["new_password"])
        validate_password(password, self.person)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "new_password" in cleaned and cleaned["new_password"] != cleaned.get("new_password_again"):
            self.add_error("new_password_again", _("The two passwords are not the same."))
        return cleaned


class WelcomeForm(NewPasswordForm):
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class ChangePasswordForm(NewPasswordForm):
    password = password_field(_("Your password now"), autocomplete="current-password")
    field_order = ("password", "new_password", "new_password_again")


class OrganisationChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Organisation.objects.none(), label=_("Organisation"), **options)


class RoleForm(forms.Form):
    organisation = OrganisationChoice(empty_label=_("Choose"))
    role = forms.TypedChoiceField(label=_("Role"), choices=[("", _("Choose")), *ROLE_CHOICES], coerce=Role)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(OrganisationChoice, self.fields["organisation"]).queryset = active_organisations()


class InviteForm(RoleForm):
    display_name = PlainTextField(label=_("Name"), lines=False, max_length=120)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    field_order = ("display_name", "email", "organisation", "role", "language")

    def clean_email(self) -> str:
        """Without invisible characters: Django lets them pass between quotes, and a mail would fold at them."""
        email = normal_email(self.cleaned_data["email"])
        if not email.isprintable():
            raise forms.ValidationError(EmailValidator.message, code="invalid")
        return email


class PeopleFilter(forms.Form):
    """The filters of the list of people; what does not make sense is ignored."""

    organisation = OrganisationChoice(required=False, empty_label=_("All organisations"))
    role = forms.ChoiceField(label=_("Role"), required=False)
    after = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(OrganisationChoice, self.fields["organisation"]).queryset = Organisation.objects.all()
        choices = [("", _("All roles")), *((role.value, role.label) for role in ASSIGNABLE_ROLES)]
        cast(forms.ChoiceField, self.fields["role"]).choices = choices


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    name = PlainTextField(label=pgettext_lazy("organisation", "Name"), lines=False, max_length=200)
    municipality = PlainTextField(label=_("Municipality"), lines=False, max_length=100, required=False)
    licence_number = PlainTextField(label=_("Licence number"), lines=False, max_length=60, required=False)
    licence_valid_until = DayField(label=_("Licence valid until"), allow_future=True, required=False)

    class Meta:
        model = Organisation
        fields = ("name", "kind", "municipality", "licence_number", "licence_valid_until", "accepts_referrals")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["kind"]).choices = [("", _("Choose")), *OrganisationKind.choices]


class LostDeviceForm(forms.Form):
    reason = forms.TypedChoiceField(
        label=pgettext_lazy("why a device is gone", "Reason"), choices=ResetReason.choices, coerce=ResetReason
    )
