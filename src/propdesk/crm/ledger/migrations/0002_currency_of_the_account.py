from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_first")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE ledger_entry_number", "DROP SEQUENCE ledger_entry_number"
        ),
        # A posting is in the currency of its account; Django knows no key of two columns.
        migrations.RunSQL(
            "ALTER TABLE ledger_posting ADD CONSTRAINT ledger_posting_currency_is_the_accounts"
            " FOREIGN KEY (account_id, currency) REFERENCES ledger_account (id, currency)",
            "ALTER TABLE ledger_posting DROP CONSTRAINT ledger_posting_currency_is_the_accounts",
        ),
    ]
