# SPDX-License-Identifier: Apache-2.0
"""A document says where it was taken from; a revision that was withdrawn says by whom, so that no pack brings it back."""

from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries


class Migration(migrations.Migration):
    dependencies = [("standards", "0003_laid_down")]

    operations = [
        migrations.AddField(
            "KeptDocument", "source", models.CharField(max_length=300, blank=True, default="", db_default="")
        ),
        migrations.AddField(
            "Revision", "withdrawn_by", models.CharField(max_length=120, blank=True, default="", db_default="")
        ),
        WriteEntries("standards_document", ("key", "title", "issued_by", "origin", "source"), version=2),
        WriteEntries(
            "standards_revision",
            ("uid", "clause_id", "number", "state", "body", "digest", "since", "until", "origin", "remark", "written_by",
             "written_at", "reviewed_by", "reviewed_at", "withdrawn_by"),
            version=2,
        ),
    ]  # fmt: skip
