# SPDX-License-Identifier: Apache-2.0
"""What a feed must know after a crash, beside how its bridge stands."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sources", "0001_initial")]
    operations = [
        migrations.AddField("StandingRow", "memory", models.JSONField(db_default={}, default=dict)),
    ]
