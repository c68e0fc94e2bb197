# SPDX-License-Identifier: Apache-2.0
"""What is asked of a job, and how it ended, becomes an entry of the ledger; how far it is at the moment does not."""

from django.db import migrations

from belltower.core.ledger.auditing import WriteEntries


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_keep_the_story"), ("ledger", "0001_initial")]
    operations = [
        WriteEntries(
            "jobs_job",
            (
                "uid", "work", "arguments", "title", "state", "asked_by_uid", "asked_by_kind", "asked_by_name", "why",
                "asked_at", "is_cancel_asked", "result",
            ),
        ),
        WriteEntries("jobs_event", ("job_id", "what", "at", "by_name", "by_uid", "attempt", "because")),
    ]  # fmt: skip
