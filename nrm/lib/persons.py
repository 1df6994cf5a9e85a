"""What is said of a person where only the coarse fact matters: for whom a place or a service is."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class AgeGroup(TextChoices):
    ADULT = "adult", pgettext_lazy("age", "Adult")
    CHILD = "child", pgettext_lazy("age", "Child")
    UNKNOWN = "unknown", pgettext_lazy("age", "Age unknown or disputed")


class Sex(TextChoices):
    WOMAN = "woman", pgettext_lazy("sex", "Woman or girl")
    MAN = "man", pgettext_lazy("sex", "Man or boy")
    OTHER = "other", pgettext_lazy("sex", "Another")
    UNKNOWN = "unknown", pgettext_lazy("sex", "Not recorded")
