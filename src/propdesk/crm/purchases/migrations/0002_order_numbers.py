from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("purchases", "0001_first")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE purchases_order_number", "DROP SEQUENCE purchases_order_number"
        ),
    ]
