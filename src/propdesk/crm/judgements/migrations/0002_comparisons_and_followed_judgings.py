"""Judgements of one history by several rulebooks, and judgings that are followed on a page."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("judgements", "0001_first"),
    ]

    operations = [
        migrations.CreateModel(
            name="Judging",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("asked_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("file_name", models.CharField(max_length=120)),
                ("events", models.BigIntegerField(default=0)),
                ("refusal", models.TextField(default="")),
                ("address", models.CharField(default="", max_length=500)),
            ],
        ),
        migrations.AddField(
            model_name="judgement",
            name="compared_with",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="comparisons",
                to="judgements.judgement",
            ),
        ),
    ]
