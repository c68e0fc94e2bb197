# SPDX-License-Identifier: Apache-2.0
"""The tables of cases: seen by whom they concern, entries of the ledger, never deleted; steps never change.

Written by who sees everything, which the room's actions do after they have looked at who acts. What follows from the steps
(state, stage, holder, due) is no part of the case's entries: the step's entry says it.
"""

import belltower.kernel.identity
import django.db.models.deletion
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import ANY_PARTY, SEES_ALL, in_area, no_policy, of_kind, of_party, policy

OF_CASE = "EXISTS (SELECT FROM cases_case c WHERE c.id = {}.case_id)"
READ = {
    "cases_case": f"{of_party('party_id')} AND {in_area('area_id')} AND {of_kind('asset_kind')}",
    "cases_step": OF_CASE.format("cases_step"),
    # Who must put it right is never told who reported it.
    "cases_report": f"{ANY_PARTY} AND {OF_CASE.format('cases_report')}",
    "cases_remark": OF_CASE.format("cases_remark"),
}
SEEN = "".join(
    policy(table, SEES_ALL) + policy(table, condition, for_="SELECT", name="known") for table, condition in READ.items()
) + """
CREATE POLICY attachments_of_cases ON attachments_attachment FOR SELECT
    USING (subject_kind = 'cases.case'
           AND EXISTS (SELECT FROM cases_case c WHERE c.uid = attachments_attachment.subject_uid));
"""
UNSEEN = "DROP POLICY attachments_of_cases ON attachments_attachment;" + "".join(
    no_policy(table, "seen", "known") for table in READ
)
KEEP = """
CREATE SEQUENCE cases_number;
CREATE FUNCTION cases_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is kept of cases is never changed or deleted (%)', TG_TABLE_NAME;
END $$;
CREATE TRIGGER cases_never_change BEFORE UPDATE ON cases_step FOR EACH STATEMENT EXECUTE FUNCTION cases_keep();
""" + "".join(
    f"CREATE TRIGGER cases_never_delete BEFORE DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION cases_keep();\n"
    for table in READ
)
FORGET = "DROP FUNCTION cases_keep CASCADE; DROP SEQUENCE cases_number;"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('places', '0012_stamps_at_once'),
        ('standards', '0004_source_and_who_withdrew'),
        ('attachments', '0002_rows'),
    ]

    operations = [
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('number', models.CharField(max_length=20, unique=True)),
                ('kind', models.CharField(max_length=40)),
                ('source', models.CharField(max_length=12)),
                ('grade', models.CharField(default='none', max_length=8)),
                ('title', models.JSONField()),
                ('text', models.TextField(blank=True)),
                ('address', models.CharField(blank=True, max_length=300)),
                ('lon', models.FloatField(null=True)),
                ('lat', models.FloatField(null=True)),
                ('asset_kind', models.CharField(blank=True, max_length=40)),
                ('alarm_uid', models.UUIDField(null=True)),
                ('state', models.CharField(default='reported', max_length=12)),
                ('before', models.CharField(blank=True, max_length=12)),
                ('stage', models.CharField(blank=True, max_length=12)),
                ('due_at', models.DateTimeField(null=True)),
                ('suspended_until', models.DateTimeField(null=True)),
                ('rung', models.SmallIntegerField(default=0)),
                ('reported_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('is_simulated', models.BooleanField(default=False)),
                ('area', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='places.area')),
                ('asset', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='places.asset')),
                ('finding', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='standards.finding')),
                ('merged_into', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='cases.case')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='cases.case')),
                ('party', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='places.party')),
                ('responsibility', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.responsibility')),
            ],
            options={
                'db_table': 'cases_case',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='CaseStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('step', models.CharField(max_length=12)),
                ('state', models.CharField(max_length=12)),
                ('stage', models.CharField(blank=True, max_length=12)),
                ('part', models.CharField(max_length=12)),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=120)),
                ('reason', models.CharField(blank=True, max_length=2000)),
                ('about', models.JSONField(default=dict)),
                ('by_party', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.party')),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='cases.case')),
                ('holder', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.party')),
                ('party', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.party')),
            ],
            options={
                'db_table': 'cases_step',
                'ordering': ['case', 'number'],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('code_digest', models.CharField(max_length=64, unique=True)),
                ('text_sealed', models.BinaryField(null=True)),
                ('name_sealed', models.BinaryField(null=True)),
                ('phone_sealed', models.BinaryField(null=True)),
                ('email_sealed', models.BinaryField(null=True)),
                ('language', models.CharField(default='zh', max_length=8)),
                ('lon', models.FloatField(null=True)),
                ('lat', models.FloatField(null=True)),
                ('at', models.DateTimeField()),
                ('follows_only', models.BooleanField(default=False)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('stars', models.SmallIntegerField(null=True)),
                ('rated_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='cases.case')),
            ],
            options={
                'db_table': 'cases_report',
                'ordering': ['case', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Remark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('text', models.CharField(max_length=2000)),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=120)),
                ('is_public', models.BooleanField(default=False)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='remarks', to='cases.case')),
                ('report', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='remarks', to='cases.report')),
            ],
            options={
                'db_table': 'cases_remark',
                'ordering': ['case', 'id'],
            },
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['state', '-id'], name='cases_case_state'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['party', 'state', '-id'], name='cases_case_party'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['area', 'state', '-id'], name='cases_case_area'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['kind', '-id'], name='cases_case_kind'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('due_at__isnull', False), ('ended_at__isnull', True)), fields=['due_at'], name='cases_case_due'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['lon', 'lat'], name='cases_case_place'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('alarm_uid__isnull', False)), fields=['alarm_uid'], name='cases_case_alarm'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lat__isnull', True), ('lon__isnull', True)), models.Q(('lat__isnull', False), ('lon__isnull', False)), _connector='OR'), name='cases_case_point'),
        ),
        migrations.AddConstraint(
            model_name='casestep',
            constraint=models.UniqueConstraint(fields=('case', 'number'), name='cases_step_number'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('stars__isnull', True), ('stars__range', (1, 5)), _connector='OR'), name='cases_report_stars'),
        ),
        migrations.RunSQL(SEEN, UNSEEN),
        migrations.RunSQL(KEEP, FORGET),
        WriteEntries(
            "cases_case",
            ("uid", "number", "kind", "source", "grade", "title", "text", "address", "lon", "lat", "asset_id",
             "asset_kind", "area_id", "finding_id", "alarm_uid", "parent_id", "merged_into_id", "reported_at",
             "is_simulated"),
        ),
        WriteEntries(
            "cases_step",
            ("case_id", "number", "step", "state", "stage", "part", "at", "by", "by_party_id", "party_id", "holder_id",
             "reason", "about"),
        ),
        WriteEntries(
            "cases_report",
            ("uid", "case_id", "code_digest", "text_sealed", "name_sealed", "phone_sealed", "email_sealed", "language",
             "lon", "lat", "at", "follows_only", "confirmed_at", "stars", "rated_at"),
        ),
        WriteEntries("cases_remark", ("uid", "case_id", "report_id", "text", "at", "by", "is_public")),
    ]  # fmt: skip
