# SPDX-License-Identifier: Apache-2.0
"""The table of evidence: seen by who sees its case, an entry of the ledger, never changed or deleted."""

import belltower.kernel.identity
import django.db.models.deletion
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import SEES_ALL, no_policy, policy

SEEN = "EXISTS (SELECT FROM cases_case c WHERE c.id = evidence_evidence.case_id)"
KEEP = """
CREATE FUNCTION evidence_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'evidence is never changed or deleted (%): its file can be taken down', TG_TABLE_NAME;
END $$;
CREATE TRIGGER evidence_keep BEFORE UPDATE OR DELETE ON evidence_evidence
    FOR EACH STATEMENT EXECUTE FUNCTION evidence_keep();
"""
FORGET = "DROP FUNCTION evidence_keep CASCADE;"


class Migration(migrations.Migration):

    initial = True

    dependencies = [("attachments", "0003_entries"), ("cases", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ("role", models.CharField(max_length=8)),
                ("taken_at", models.DateTimeField(null=True)),
                ("lon", models.FloatField(null=True)),
                ("lat", models.FloatField(null=True)),
                ("uncertainty_m", models.FloatField(null=True)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=120)),
                ("attachment", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="attachments.attachment")),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="cases.case")),
                ("step", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="cases.casestep")),
            ],
            options={
                "db_table": "evidence_evidence",
                "ordering": ["case", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("lat__isnull", True), ("lon__isnull", True)) | models.Q(("lat__isnull", False), ("lon__isnull", False)),
                        name="evidence_point",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            policy("evidence_evidence", SEES_ALL) + policy("evidence_evidence", SEEN, for_="SELECT", name="known"),
            no_policy("evidence_evidence", "seen", "known"),
        ),
        migrations.RunSQL(KEEP, FORGET),
        WriteEntries(
            "evidence_evidence",
            ("uid", "case_id", "step_id", "attachment_id", "role", "taken_at", "lon", "lat", "uncertainty_m", "at", "by"),
        ),
    ]
