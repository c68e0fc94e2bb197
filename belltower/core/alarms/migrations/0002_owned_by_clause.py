# SPDX-License-Identifier: Apache-2.0
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries


class Migration(migrations.Migration):
    dependencies = [("alarms", "0001_initial")]

    operations = [
        migrations.AddField(
            "definition", "clause", models.CharField(max_length=81, blank=True, default="", db_default="")
        ),
        WriteEntries(
            "alarms_definition",
            (
                "uid", "stream_id", "condition", "title", "limit", "set_point", "against_id", "deadband", "on_delay",
                "off_delay", "stale_after", "is_latching", "priority", "is_enabled", "cause", "consequence", "response",
                "time_to_respond", "suppressed_when", "clause", "revision", "changed_at", "changed_by",
            ),
            version=2,
        ),
    ]  # fmt: skip
