# SPDX-License-Identifier: Apache-2.0
"""What is done with attachments becomes entries of the ledger, which thereby commits to every content by its digest."""

from django.db import migrations

from belltower.core.ledger.auditing import WriteEntries


class Migration(migrations.Migration):
    dependencies = [("attachments", "0002_rows"), ("ledger", "0001_initial")]
    operations = [
        # Left out: what a job can find out again (when it was scanned, how large the copy is, why there is none).
        WriteEntries(
            "attachments_attachment",
            ("uid", "subject_kind", "subject_uid", "digest", "size", "media_type", "name", "taken_at", "lon", "lat", "facts",
             "put_by", "put_at", "state", "ended_at", "ended_by", "reason", "scan", "found", "thumbnail", "copy"),
        ),
    ]  # fmt: skip
