"""Judgings say what was asked and how far they are, so that another process can take them up."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

STOPPED = "The program was stopped while it judged. Nothing was kept; send the history again."


def tell_states(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Of those that were being made nothing is left to take up."""
    judgings = apps.get_model("judgements", "Judging").objects.using(editor.connection.alias)
    judgings.exclude(address="").update(state="done")
    judgings.filter(address="", refusal="").update(refusal=STOPPED)
    judgings.exclude(refusal="").update(state="refused")


class Migration(migrations.Migration):
    dependencies = [
        ("judgements", "0002_comparisons_and_followed_judgings"),
    ]

    operations = [
        migrations.AddField(
            model_name="judging",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("running", "Running"),
                    ("done", "Done"),
                    ("refused", "Refused"),
                ],
                default="queued",
                max_length=8,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="judging",
            name="attempts",
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="judging",
            name="asked",
            field=models.JSONField(default=dict),
            preserve_default=False,
        ),
        migrations.RunPython(tell_states, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="judging",
            constraint=models.CheckConstraint(
                name="judging_state_says_what_is_there",
                condition=(
                    models.Q(state__in=["queued", "running"], refusal="", address="")
                    | (models.Q(state="done", refusal="") & ~models.Q(address=""))
                    | (models.Q(state="refused", address="") & ~models.Q(refusal=""))
                ),
            ),
        ),
    ]
