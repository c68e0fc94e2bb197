# SPDX-License-Identifier: Apache-2.0
"""The tables of kept standards: the written law is public once it held, a finding is seen with its asset or area.

Documents, clauses, revisions, exemptions and findings are entries of the ledger; what held is never edited or deleted.
"""

import belltower.kernel.identity
import django.db.models.deletion
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import ANY_PARTY, SEES_ALL, in_area, no_policy, of_kind, policy, seen

ASSET = "EXISTS (SELECT FROM places_asset a WHERE a.id = {}.asset_id)"
HELD = "state IN ('in_force', 'superseded', 'withdrawn')"
# Of an asset: seen with it. Of an area: by who sees every owner's things there, unless the kind is too secret.
OF_AREA = f"(asset_id IS NULL AND {ANY_PARTY} AND {in_area('area_id')})"
FINDING = (
    f"{SEES_ALL} OR {ASSET.format('standards_finding')}"
    f" OR (asset_id IS NULL AND {ANY_PARTY} AND {in_area('area_id')} AND {of_kind('kind')})"
)
# Written by who sees everything; read by others as far as the second condition goes.
READ = {
    "standards_document": "true",
    "standards_clause": "true",
    "standards_revision": HELD,
    "standards_exemption": f"{ASSET.format('standards_exemption')} OR {OF_AREA}",
    # Counts are not cut by owner: who sees one owner's assets only counts them one by one.
    "standards_assessment": seen(ANY_PARTY, of_kind("applies_to")),
    "standards_count": seen(
        ANY_PARTY, in_area("area_id"), "EXISTS (SELECT FROM standards_assessment a WHERE a.id = standards_count.assessment_id)"
    ),
    "standards_finding": FINDING,
    "standards_standing": ASSET.format("standards_standing"),
    "standards_basis": "true",
}
SEEN = "".join(
    policy(table, SEES_ALL) + policy(table, condition, for_="SELECT", name="known") for table, condition in READ.items()
) + policy("standards_dirty", SEES_ALL)
UNSEEN = "".join(no_policy(table, "seen", "known") for table in READ) + no_policy("standards_dirty")
KEEP = """
CREATE FUNCTION standards_keep_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('in_force', 'superseded', 'withdrawn') AND
       (OLD.uid, OLD.clause_id, OLD.number, OLD.body, OLD.digest, OLD.since, OLD.origin, OLD.written_by, OLD.written_at,
        OLD.reviewed_by, OLD.reviewed_at) IS DISTINCT FROM
       (NEW.uid, NEW.clause_id, NEW.number, NEW.body, NEW.digest, NEW.since, NEW.origin, NEW.written_by, NEW.written_at,
        NEW.reviewed_by, NEW.reviewed_at) THEN
        RAISE EXCEPTION 'what is in force is never edited: write a new revision (revision %)', OLD.uid;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER standards_keep_revision BEFORE UPDATE ON standards_revision
    FOR EACH ROW EXECUTE FUNCTION standards_keep_revision();
CREATE FUNCTION standards_never_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'nothing is deleted here (%)', TG_TABLE_NAME;
END $$;
""" + "".join(
    f"CREATE TRIGGER standards_never_delete BEFORE DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION standards_never_delete();\n"
    for table in ("standards_document", "standards_clause", "standards_revision", "standards_exemption", "standards_finding")
)
FORGET = "DROP FUNCTION standards_keep_revision CASCADE; DROP FUNCTION standards_never_delete CASCADE;"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('activities', '0001_initial'),
        ('ledger', '0014_beyond_65536'),
        ('places', '0012_stamps_at_once'),
    ]

    operations = [
        migrations.CreateModel(
            name='Basis',
            fields=[
                ('kind', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('revisions', models.JSONField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'standards_basis',
            },
        ),
        migrations.CreateModel(
            name='Dirty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asset_id', models.BigIntegerField(null=True)),
                ('kind', models.CharField(blank=True, max_length=40)),
            ],
            options={
                'db_table': 'standards_dirty',
            },
        ),
        migrations.CreateModel(
            name='KeptDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=81, unique=True)),
                ('title', models.JSONField()),
                ('issued_by', models.JSONField()),
                ('origin', models.CharField(choices=[('pack', 'Pack'), ('console', 'Console')], default='pack', max_length=8)),
            ],
            options={
                'db_table': 'standards_document',
                'ordering': ['key'],
            },
        ),
        migrations.CreateModel(
            name='KeptClause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=81, unique=True)),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clauses', to='standards.keptdocument')),
            ],
            options={
                'db_table': 'standards_clause',
                'ordering': ['key'],
            },
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('number', models.IntegerField()),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('in_force', 'In force'), ('superseded', 'Superseded'), ('withdrawn', 'Withdrawn')], default='draft', max_length=12)),
                ('body', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('since', models.DateField(null=True)),
                ('until', models.DateField(null=True)),
                ('origin', models.CharField(choices=[('pack', 'Pack'), ('console', 'Console')], max_length=8)),
                ('remark', models.CharField(blank=True, max_length=1000)),
                ('written_by', models.CharField(max_length=120)),
                ('written_at', models.DateTimeField()),
                ('reviewed_by', models.CharField(blank=True, max_length=120)),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('clause', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='standards.keptclause')),
            ],
            options={
                'db_table': 'standards_revision',
                'ordering': ['clause', 'number'],
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('kind', models.CharField(blank=True, max_length=40)),
                ('state', models.CharField(choices=[('open', 'Open'), ('closed', 'Closed')], default='open', max_length=8)),
                ('outcome', models.CharField(choices=[('broken', 'Broken'), ('unknown', 'Not known')], default='broken', max_length=8)),
                ('opened_at', models.DateTimeField()),
                ('holds_since', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_because', models.CharField(blank=True, choices=[('holds', 'The clause holds again'), ('exempt', 'Exempt'), ('not_meant', 'The clause no longer means it'), ('not_in_force', 'The clause is no longer in force')], max_length=12)),
                ('seen_at', models.DateTimeField()),
                ('times_opened', models.IntegerField(default=1)),
                ('evidence', models.JSONField(default=dict)),
                ('grade', models.CharField(max_length=8)),
                ('due_at', models.DateTimeField(null=True)),
                ('role', models.CharField(choices=[('territory', 'Territory'), ('sector', 'Sector'), ('enterprise', 'Enterprise'), ('owner', 'Owner')], max_length=12)),
                ('area', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='places.area')),
                ('asset', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='places.asset')),
                ('party', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='places.party')),
                ('responsibility', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.responsibility')),
                ('clause', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='standards.keptclause')),
                ('revision', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='standards.revision')),
            ],
            options={
                'db_table': 'standards_finding',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Assessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('applies_to', models.CharField(blank=True, max_length=40)),
                ('day', models.DateField()),
                ('at', models.DateTimeField()),
                ('kind', models.CharField(choices=[('full', 'Full'), ('incremental', 'Incremental')], max_length=12)),
                ('subjects', models.BigIntegerField(default=0)),
                ('took_ms', models.IntegerField()),
                ('clause', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='standards.keptclause')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='standards.revision')),
            ],
            options={
                'db_table': 'standards_assessment',
                'ordering': ['clause', '-day'],
            },
        ),
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('asset', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='standing', serialize=False, to='places.asset')),
                ('kind', models.CharField(max_length=40)),
                ('area_id', models.BigIntegerField(null=True)),
                ('letters', models.CharField(max_length=400)),
            ],
            options={
                'db_table': 'standards_standing',
                'indexes': [models.Index(fields=['kind', 'asset'], name='standards_standing_kind')],
            },
        ),
        migrations.CreateModel(
            name='Count',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('holds', models.BigIntegerField(default=0)),
                ('broken', models.BigIntegerField(default=0)),
                ('unknown', models.BigIntegerField(default=0)),
                ('exempt', models.BigIntegerField(default=0)),
                ('area', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.area')),
                ('assessment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='counts', to='standards.assessment')),
            ],
            options={
                'db_table': 'standards_count',
                'constraints': [models.UniqueConstraint(fields=('assessment', 'area'), name='standards_count_area', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Exemption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('reason', models.CharField(max_length=1000)),
                ('granted_by', models.CharField(max_length=120)),
                ('granted_at', models.DateTimeField()),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('area', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exemptions', to='places.area')),
                ('asset', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exemptions', to='places.asset')),
                ('clause', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exemptions', to='standards.keptclause')),
            ],
            options={
                'db_table': 'standards_exemption',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('area__isnull', False), ('asset__isnull', True)), models.Q(('area__isnull', True), ('asset__isnull', False)), _connector='OR'), name='standards_exempt_asset_or_area'), models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='standards_exemption_days')],
            },
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.UniqueConstraint(fields=('clause', 'number'), name='standards_revision_number'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), models.Q(('since__isnull', False), ('until__gte', models.F('since'))), _connector='OR'), name='standards_revision_days'),
        ),
        migrations.AddIndex(
            model_name='finding',
            index=models.Index(fields=['clause', 'state'], name='standards_finding_clause'),
        ),
        migrations.AddIndex(
            model_name='finding',
            index=models.Index(fields=['state', 'due_at'], name='standards_finding_due'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.UniqueConstraint(condition=models.Q(('asset__isnull', False), ('state', 'open')), fields=('clause', 'asset'), name='standards_finding_asset'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.UniqueConstraint(condition=models.Q(('asset__isnull', True), ('state', 'open')), fields=('clause', 'area'), name='standards_finding_area', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.UniqueConstraint(fields=('clause', 'day'), name='standards_assessment_day'),
        ),
        migrations.RunSQL(SEEN, UNSEEN),
        migrations.RunSQL(KEEP, FORGET),
        WriteEntries("standards_document", ("key", "title", "issued_by", "origin")),
        WriteEntries("standards_clause", ("key", "document_id")),
        WriteEntries(
            "standards_revision",
            ("uid", "clause_id", "number", "state", "body", "digest", "since", "until", "origin", "remark", "written_by",
             "written_at", "reviewed_by", "reviewed_at"),
        ),
        WriteEntries(
            "standards_exemption",
            ("uid", "clause_id", "asset_id", "area_id", "reason", "granted_by", "granted_at", "since", "until"),
        ),
        WriteEntries(
            "standards_finding",
            ("uid", "clause_id", "revision_id", "kind", "asset_id", "area_id", "state", "outcome", "opened_at",
             "holds_since", "closed_at", "closed_because", "times_opened", "evidence", "grade", "due_at", "party_id",
             "responsibility_id", "role"),
        ),
    ]  # fmt: skip
