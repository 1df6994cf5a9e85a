"""An address that holds a line break would be a header of somebody else's in a mail to it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0006_passkeys"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("email__regex", "^[^[:space:][:cntrl:]]+$")), name="user_email_is_one_word"
            ),
        ),
    ]
