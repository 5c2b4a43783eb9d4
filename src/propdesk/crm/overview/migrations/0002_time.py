from django.db import migrations

# Read by ``overview/funnel.py``: who registered in a period.
PEOPLE = "CREATE INDEX overview_registered ON people_person (created_at)"
# Read by ``overview/money.py``: what was booked in a period.
ENTRIES = "CREATE INDEX overview_booked ON ledger_entry (at)"


class Migration(migrations.Migration):
    dependencies = [
        ("overview", "0001_names"),
        ("people", "0001_first"),
        ("ledger", "0001_first"),
    ]

    operations = [
        migrations.RunSQL(PEOPLE, "DROP INDEX overview_registered"),
        migrations.RunSQL(ENTRIES, "DROP INDEX overview_booked"),
    ]
