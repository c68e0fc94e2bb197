# SPDX-License-Identifier: Apache-2.0
"""Who reported a case sees it, as a party; and every list of cases walks an index in its order.

A party that only reported sees the case itself. Its steps, remarks and files stay with those whom the work concerns.
"""

import django.db.models.deletion
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import ANY_PARTY, in_area, of_kind, of_party

# The parties that are listed, never "all": who sees every party's cases sees these by the other policy.
REPORTED = f"NOT {ANY_PARTY} AND {of_party('reporting_party_id')} AND {of_kind('asset_kind')}"
CONCERNED = (
    "EXISTS (SELECT FROM cases_case c WHERE {} AND " + of_party("c.party_id") + " AND " + in_area("c.area_id") + ")"
)
OF_CASE = "EXISTS (SELECT FROM cases_case c WHERE {})"
PARTS = {
    ("known", "cases_step"): ("c.id = cases_step.case_id", ""),
    ("known", "cases_remark"): ("c.id = cases_remark.case_id", ""),
    ("attachments_of_cases", "attachments_attachment"): (
        "c.uid = attachments_attachment.subject_uid", "subject_kind = 'cases.case' AND ",
    ),
}  # fmt: skip
SEEN = f"CREATE POLICY reported ON cases_case FOR SELECT USING ({REPORTED});\n" + "".join(
    f"ALTER POLICY {name} ON {table} USING ({more}{CONCERNED.format(of)});\n"
    for (name, table), (of, more) in PARTS.items()
)
UNSEEN = "DROP POLICY reported ON cases_case;\n" + "".join(
    f"ALTER POLICY {name} ON {table} USING ({more}{OF_CASE.format(of)});\n"
    for (name, table), (of, more) in PARTS.items()
)


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0001_initial'),
        ('places', '0012_stamps_at_once'),
        ('standards', '0005_changes'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='case',
            name='cases_case_party',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='cases_case_area',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='cases_case_place',
        ),
        migrations.AddField(
            model_name='case',
            name='reporting_party',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.party'),
        ),
        migrations.AlterField(
            model_name='case',
            name='asset',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='places.asset'),
        ),
        migrations.AlterField(
            model_name='case',
            name='finding',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='standards.finding'),
        ),
        migrations.AlterField(
            model_name='case',
            name='merged_into',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='cases.case'),
        ),
        migrations.AlterField(
            model_name='case',
            name='parent',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='cases.case'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['area', '-id'], name='cases_case_area'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['-id'], name='cases_case_open'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['area', '-id'], name='cases_case_area_open'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('ended_at__isnull', True), ('party__isnull', False)), fields=['party', '-id'], name='cases_case_party_open'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('party__isnull', False)), fields=['party', '-id'], name='cases_case_party'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('reporting_party__isnull', False)), fields=['reporting_party', '-id'], name='cases_case_reporting_party'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('asset__isnull', False)), fields=['asset', '-id'], name='cases_case_asset'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('finding__isnull', False)), fields=['finding', '-id'], name='cases_case_finding'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('parent__isnull', False)), fields=['parent', '-id'], name='cases_case_parent'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into', '-id'], name='cases_case_merged_into'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('lon__isnull', False)), fields=['lon', 'lat'], name='cases_case_place'),
        ),
        migrations.RunSQL(SEEN, UNSEEN),
        WriteEntries(
            "cases_case",
            ("uid", "number", "kind", "source", "grade", "title", "text", "address", "lon", "lat", "asset_id",
             "asset_kind", "area_id", "finding_id", "alarm_uid", "parent_id", "merged_into_id", "reported_at",
             "is_simulated", "reporting_party_id"),
            version=2,
        ),
    ]  # fmt: skip
