# SPDX-License-Identifier: Apache-2.0
"""The table of acts from outside: seen by their author, and by the bureau's own who see the case; never deleted."""

import belltower.kernel.identity
import django.db.models.deletion
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import ANY_PARTY, SEES_ALL, VIEWER, no_policy, policy

SEEN = (
    f"person = {VIEWER} OR ({ANY_PARTY} AND EXISTS (SELECT FROM cases_case c WHERE c.id = fieldwork_act.case_id))"
)
FILES = """
CREATE POLICY attachments_of_acts ON attachments_attachment FOR SELECT
    USING (subject_kind = 'fieldwork.act'
           AND EXISTS (SELECT FROM fieldwork_act a WHERE a.uid = attachments_attachment.subject_uid));
"""
KEEP = """
CREATE FUNCTION fieldwork_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an act that was told is never deleted (%)', TG_TABLE_NAME;
END $$;
CREATE TRIGGER fieldwork_keep BEFORE DELETE ON fieldwork_act FOR EACH STATEMENT EXECUTE FUNCTION fieldwork_keep();
"""
FORGET = "DROP FUNCTION fieldwork_keep CASCADE;"


class Migration(migrations.Migration):

    initial = True

    dependencies = [("attachments", "0003_entries"), ("cases", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Act",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ("key", models.UUIDField()),
                ("person", models.UUIDField()),
                ("said_case", models.CharField(max_length=40)),
                ("step", models.CharField(max_length=12)),
                ("text", models.CharField(blank=True, max_length=2000)),
                ("based_on", models.IntegerField(null=True)),
                ("follows", models.UUIDField(null=True)),
                ("said_at", models.DateTimeField(null=True)),
                ("happened_at", models.DateTimeField()),
                ("came_at", models.DateTimeField()),
                ("outcome", models.CharField(max_length=10)),
                ("number", models.IntegerField(null=True)),
                ("why", models.JSONField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                ("case", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="acts", to="cases.case")),
            ],
            options={
                "db_table": "fieldwork_act",
                "ordering": ["-id"],
                "constraints": [models.UniqueConstraint(fields=("person", "key"), name="fieldwork_act_once")],
            },
        ),
        migrations.RunSQL(
            policy("fieldwork_act", SEES_ALL) + policy("fieldwork_act", SEEN, for_="SELECT", name="known") + FILES,
            "DROP POLICY attachments_of_acts ON attachments_attachment;" + no_policy("fieldwork_act", "seen", "known"),
        ),
        migrations.RunSQL(KEEP, FORGET),
        WriteEntries(
            "fieldwork_act",
            ("uid", "key", "person", "case_id", "said_case", "step", "text", "based_on", "follows", "said_at",
             "happened_at", "came_at", "outcome", "number", "why", "seen_at"),
        ),
    ]  # fmt: skip
