# SPDX-License-Identifier: Apache-2.0
"""The tables of past cases: seen by who sees the whole city, entries of the ledger."""

import belltower.kernel.identity
import django.db.models.deletion
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import ANY_AREA, ANY_PARTY, no_policy, policy, seen

TABLES = ("intake_file", "intake_origin")
SEEN = "".join(policy(table, seen(ANY_PARTY, ANY_AREA)) for table in TABLES)
UNSEEN = "".join(map(no_policy, TABLES))


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Intake',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('file', models.CharField(max_length=200)),
                ('digest', models.CharField(max_length=64)),
                ('mapping', models.JSONField()),
                ('promises', models.JSONField()),
                ('unknown', models.JSONField()),
                ('rows', models.IntegerField(default=0)),
                ('kept_aside', models.IntegerField(default=0)),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=120)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'intake_file',
                'ordering': ['-at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('digest',), name='intake_file_once')],
            },
        ),
        migrations.CreateModel(
            name='Origin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.IntegerField()),
                ('number', models.CharField(max_length=80)),
                ('kind_said', models.CharField(max_length=200)),
                ('status_said', models.CharField(max_length=100)),
                ('party_said', models.CharField(max_length=200)),
                ('state', models.CharField(max_length=10)),
                ('reported_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('lon', models.FloatField(null=True)),
                ('lat', models.FloatField(null=True)),
                ('nowhere', models.CharField(max_length=12)),
                ('address', models.CharField(max_length=300)),
                ('place', models.CharField(max_length=120)),
                ('joined', models.CharField(blank=True, max_length=12)),
                ('case', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='origins', to='cases.case')),
                ('intake', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='origins', to='intake.intake')),
            ],
            options={
                'db_table': 'intake_origin',
                'ordering': ['intake_id', 'row'],
                'indexes': [models.Index(fields=['number'], name='intake_origin_number'), models.Index(fields=['place', 'kind_said', 'reported_at'], name='intake_origin_matter'), models.Index(condition=models.Q(('case__isnull', True)), fields=['intake', 'reported_at', 'row'], name='intake_origin_to_do')],
                'constraints': [models.UniqueConstraint(fields=('intake', 'row'), name='intake_origin_row')],
            },
        ),
        migrations.RunSQL(SEEN, UNSEEN),
        WriteEntries(
            "intake_file",
            ("uid", "file", "digest", "mapping", "promises", "unknown", "rows", "kept_aside", "at", "by", "finished_at"),
        ),
        WriteEntries(
            "intake_origin",
            ("intake_id", "row", "number", "kind_said", "status_said", "party_said", "state", "reported_at", "due_at",
             "closed_at", "lon", "lat", "nowhere", "address", "place", "case_id", "joined"),
        ),
    ]  # fmt: skip
