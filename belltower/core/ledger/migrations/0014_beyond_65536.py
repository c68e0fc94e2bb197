# SPDX-License-Identifier: Apache-2.0
"""The log grows beyond 65,536 entries: the third level of its tree could not be made, and the sequencer stopped there."""

from django.db import migrations

from belltower.core.ledger.database import SEQUENCE


class Migration(migrations.Migration):
    dependencies = [("ledger", "0013_decisions_are_entries")]
    operations = [migrations.RunSQL(SEQUENCE, migrations.RunSQL.noop)]
