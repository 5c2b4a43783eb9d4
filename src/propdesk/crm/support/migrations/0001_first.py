import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0004_desk"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE support_ticket_number", "DROP SEQUENCE support_ticket_number"
        ),
        migrations.RunSQL(
            "CREATE SEQUENCE support_dispute_number", "DROP SEQUENCE support_dispute_number"
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("author", models.UUIDField()),
                ("is_staff", models.BooleanField()),
                ("is_note", models.BooleanField(default=False)),
                ("body", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="CannedAnswer",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=120)),
                ("body", models.TextField()),
                ("kept_at", models.DateTimeField()),
                ("kept_by", models.UUIDField()),
                ("retired_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)),
                        fields=("title",),
                        name="canned_answer_title_is_one",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100)),
                ("media", models.CharField(max_length=40)),
                ("size", models.IntegerField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="support.message",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("reference", models.CharField(max_length=20, unique=True)),
                ("key", models.CharField(max_length=40, unique=True)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("account", "My trading account"),
                            ("rules", "Rules of a programme"),
                            ("payment", "Payment or refund"),
                            ("platform", "The platform or its prices"),
                            ("person", "My profile, sign-in or papers"),
                            ("dispute", "A verdict I dispute"),
                            ("other", "Something else"),
                        ],
                        max_length=10,
                    ),
                ),
                ("subject", models.CharField(max_length=160)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "waits for the firm"),
                            ("waiting", "waits for the trader"),
                            ("solved", "solved"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("waits_since", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("assigned_to", models.UUIDField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="accounts.tradingaccount",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "verdict",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="accounts.accountverdict",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="message",
            name="ticket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="support.ticket",
            ),
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("reference", models.CharField(max_length=20, unique=True)),
                ("reason", models.TextField()),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("evidence", models.BinaryField(null=True)),
                ("evidence_sha256", models.CharField(blank=True, default="", max_length=64)),
                ("evidence_lacks", models.TextField(blank=True, default="")),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "being looked at"),
                            ("upheld", "upheld: the verdict stands"),
                            ("proposed", "a reinstatement is proposed"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.UUIDField(null=True)),
                ("decision_reason", models.TextField(blank=True, default="")),
                (
                    "approval",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispute",
                        to="accounts.approval",
                    ),
                ),
                (
                    "verdict",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispute",
                        to="accounts.accountverdict",
                    ),
                ),
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispute",
                        to="support.ticket",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TicketChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("what", models.CharField(max_length=12)),
                ("old", models.CharField(blank=True, max_length=40)),
                ("new", models.CharField(blank=True, max_length=40)),
                ("by", models.UUIDField(null=True)),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="support.ticket",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["state", "waits_since", "id"], name="tickets_by_state"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["person", "-opened_at"], name="tickets_of_person"),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "waiting", "solved"])),
                name="ticket_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "category__in",
                        ["account", "rules", "payment", "platform", "person", "dispute", "other"],
                    )
                ),
                name="ticket_category_is_known",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ticket",
            trigger=pgtrigger.compiler.Trigger(
                name="ticket_edges",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{open:waiting,open:solved,waiting:open,waiting:solved,solved:open,solved:waiting}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="e0635bb2e1114e11b81406db8aba120187ca7ab0",
                    operation="UPDATE",
                    pgid="pgtrigger_ticket_edges_9d8e6",
                    table="support_ticket",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["ticket", "id"], name="messages_of_ticket"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_note", False), ("is_staff", True), _connector="OR"),
                name="support_note_is_the_staffs",
            ),
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(
                condition=models.Q(("decision", "")), fields=["due_at"], name="disputes_undecided"
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("evidence__isnull", False), ("evidence_lacks", "")),
                    models.Q(
                        ("evidence__isnull", True), models.Q(("evidence_lacks", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="dispute_holds_evidence_or_says_why_not",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True), ("decision", ""), ("decision_reason", "")
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decision__in", ["upheld", "proposed"]),
                        models.Q(("decision_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="dispute_is_decided_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approval__isnull", False), ("decision", "proposed")),
                    models.Q(("decision", "proposed"), _negated=True),
                    _connector="OR",
                ),
                name="dispute_proposal_has_an_approval",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dispute",
            trigger=pgtrigger.compiler.Trigger(
                name="dispute_edges",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."decision", \':\', NEW."decision") = ANY(\'{:upheld,:proposed,proposed:upheld}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."decision" IS DISTINCT FROM NEW."decision") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "decision" from "%" to "%" on table %\', OLD."decision", NEW."decision", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="ccf461e556b5bb480886aa7e445f281d0b9a6887",
                    operation="UPDATE",
                    pgid="pgtrigger_dispute_edges_0ae64",
                    table="support_dispute",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ticketchange",
            trigger=pgtrigger.compiler.Trigger(
                name="ticket_change_written_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION '% is written once', TG_TABLE_NAME USING ERRCODE = '23514';",
                    hash="1a1e10c0eae9295b8680b16f915b674b40e64741",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_ticket_change_written_once_44369",
                    table="support_ticketchange",
                    when="BEFORE",
                ),
            ),
        ),
    ]
