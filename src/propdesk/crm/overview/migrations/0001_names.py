from django.db import migrations

# Read by ``overview/searching.py``: a beginning, in the order of the names, whatever the collation
# of the database is.
ACCOUNTS = """
CREATE INDEX overview_account_names ON accounts_tradingaccount ((lower(engine_account) COLLATE "C"))
"""
ORDERS = """
CREATE INDEX overview_order_names ON purchases_order (reference COLLATE "C")
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_first"), ("purchases", "0001_first")]

    operations = [
        migrations.RunSQL(ACCOUNTS, "DROP INDEX overview_account_names"),
        migrations.RunSQL(ORDERS, "DROP INDEX overview_order_names"),
    ]
