# SPDX-License-Identifier: Apache-2.0
"""What a person decides about a held event is an entry; how often a worker tried it is not."""

from django.db import migrations

from belltower.core.ledger.auditing import WriteEntries


class Migration(migrations.Migration):
    dependencies = [("ledger", "0012_anchors")]
    operations = [
        WriteEntries(
            "ledger_event_decision",
            ("held", "handler", "topic", "subject", "number", "what", "reason", "by", "at"),
        ),
    ]
