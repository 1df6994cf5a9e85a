"""Languages a person may speak, so that an interpreter can be found. Codes are ISO 639."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class SpokenLanguage(TextChoices):
    """Those of the region first, then those often met on its roads."""

    ALBANIAN = "sq", pgettext_lazy("language", "Albanian")
    BOSNIAN = "bs", pgettext_lazy("language", "Bosnian")
    CROATIAN = "hr", pgettext_lazy("language", "Croatian")
    MACEDONIAN = "mk", pgettext_lazy("language", "Macedonian")
    MONTENEGRIN = "cnr", pgettext_lazy("language", "Montenegrin")
    SERBIAN = "sr", pgettext_lazy("language", "Serbian")
    ROMANI = "rom", pgettext_lazy("language", "Romani")
    TURKISH = "tr", pgettext_lazy("language", "Turkish")
    ENGLISH = "en", pgettext_lazy("language", "English")
    ARABIC = "ar", pgettext_lazy("language", "Arabic")
    BENGALI = "bn", pgettext_lazy("language", "Bengali")
    BULGARIAN = "bg", pgettext_lazy("language", "Bulgarian")
    CHINESE = "zh", pgettext_lazy("language", "Chinese")
    FILIPINO = "fil", pgettext_lazy("language", "Filipino")
    FRENCH = "fr", pgettext_lazy("language", "French")
    HINDI = "hi", pgettext_lazy("language", "Hindi")
    KURDISH = "ku", pgettext_lazy("language", "Kurdish")
    NEPALI = "ne", pgettext_lazy("language", "Nepali")
    PASHTO = "ps", pgettext_lazy("language", "Pashto")
    PERSIAN = "fa", pgettext_lazy("language", "Persian or Dari")
    ROMANIAN = "ro", pgettext_lazy("language", "Romanian")
    RUSSIAN = "ru", pgettext_lazy("language", "Russian")
    SOMALI = "so", pgettext_lazy("language", "Somali")
    SPANISH = "es", pgettext_lazy("language", "Spanish")
    TIGRINYA = "ti", pgettext_lazy("language", "Tigrinya")
    UKRAINIAN = "uk", pgettext_lazy("language", "Ukrainian")
    URDU = "ur", pgettext_lazy("language", "Urdu")
    VIETNAMESE = "vi", pgettext_lazy("language", "Vietnamese")
    SIGN_LANGUAGE = "sgn", pgettext_lazy("language", "A sign language")
    ANOTHER = "other", pgettext_lazy("language", "Another language")
