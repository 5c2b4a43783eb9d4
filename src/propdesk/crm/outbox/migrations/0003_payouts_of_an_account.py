"""Finds the payouts of an account among all that ever left."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0002_destinations_and_a_bell"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="outboxrow",
            index=models.Index(
                condition=models.Q(("command", "PayoutMoved")),
                fields=["account"],
                name="outbox_payouts",
            ),
        ),
    ]
