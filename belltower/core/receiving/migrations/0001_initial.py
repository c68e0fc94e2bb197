# SPDX-License-Identifier: Apache-2.0
"""The table of reporters' comments: seen by the bureau's own only, an entry of the ledger, never changed or deleted."""

import belltower.kernel.identity
import django.db.models.deletion
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import ANY_PARTY, SEES_ALL, no_policy, policy

# Who must put it right is never told what a reporter wrote, as of the reports themselves.
SEEN = f"{ANY_PARTY} AND EXISTS (SELECT FROM cases_report r WHERE r.id = receiving_comment.report_id)"
KEEP = """
CREATE FUNCTION receiving_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a reporter said is never changed or deleted (%)', TG_TABLE_NAME;
END $$;
CREATE TRIGGER receiving_keep BEFORE UPDATE OR DELETE ON receiving_comment
    FOR EACH STATEMENT EXECUTE FUNCTION receiving_keep();
"""
FORGET = "DROP FUNCTION receiving_keep CASCADE;"


class Migration(migrations.Migration):

    initial = True

    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ("text_sealed", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("is_contest", models.BooleanField(default=False)),
                ("report", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="comments", to="cases.report")),
            ],
            options={"db_table": "receiving_comment", "ordering": ["report", "id"]},
        ),
        migrations.RunSQL(
            policy("receiving_comment", SEES_ALL) + policy("receiving_comment", SEEN, for_="SELECT", name="known"),
            no_policy("receiving_comment", "seen", "known"),
        ),
        migrations.RunSQL(KEEP, FORGET),
        WriteEntries("receiving_comment", ("uid", "report_id", "text_sealed", "at", "is_contest")),
    ]
