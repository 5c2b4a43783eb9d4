import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_kill_switches_and_due_work"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE documents_certificate_number",
            "DROP SEQUENCE documents_certificate_number",
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=22, unique=True)),
                ("reference", models.CharField(max_length=20, unique=True)),
                ("achievement", models.CharField(max_length=80, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("passed", "Phase passed"), ("funded", "Funded account")],
                        max_length=8,
                    ),
                ),
                ("enrolment", models.UUIDField()),
                ("phase_number", models.SmallIntegerField()),
                ("phase", models.CharField(max_length=60)),
                ("programme", models.CharField(max_length=120)),
                ("size", models.DecimalField(decimal_places=2, max_digits=20)),
                ("currency", models.CharField(max_length=5)),
                ("brand", models.CharField(max_length=40)),
                ("brand_name", models.CharField(max_length=80)),
                ("accent", models.CharField(max_length=7)),
                ("language", models.CharField(max_length=16)),
                ("achieved_at", models.DateTimeField()),
                ("issued_at", models.DateTimeField()),
                (
                    "name_shown",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "No name"),
                            ("display", "The name shown on this site"),
                            ("legal", "The legal name"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("holder", models.CharField(blank=True, default="", max_length=160)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by", models.UUIDField(null=True)),
                ("revoked_why", models.TextField(blank=True, default="")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="accounts.tradingaccount",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "-issued_at"], name="certificates_of_person"),
                    models.Index(fields=["enrolment"], name="certificates_of_enrolment"),
                    models.Index(fields=["-issued_at", "-id"], name="certificates_newest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["passed", "funded"])),
                        name="certificate_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at__isnull", True), ("revoked_why", "")),
                            models.Q(
                                ("revoked_at__isnull", False),
                                models.Q(("revoked_why", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="certificate_is_revoked_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("holder", ""), ("name_shown", "")),
                            models.Q(
                                models.Q(("name_shown", ""), _negated=True),
                                models.Q(("holder", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="certificate_names_by_choice_alone",
                    ),
                ],
            },
        ),
    ]
