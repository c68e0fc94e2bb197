# SPDX-License-Identifier: Apache-2.0
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("places", "0002_keep_the_past")]
    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=200)),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="dummy_notes", to="places.asset"
                    ),
                ),
            ],
            options={"db_table": "dummy_note"},
        ),
    ]
