# SPDX-License-Identifier: Apache-2.0
"""The outbox: events, what is still to be delivered of them, lanes, held events and what was decided about these."""

import belltower.kernel.identity
import django.db.models.deletion
from django.db import migrations, models

# Only equality is asked of a subject, so that its second index, for LIKE, would be for nothing. Rows of subjects and
# lanes are changed often and in place; deliveries come and go, and are vacuumed by their number, not by their share.
TUNE = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT indexname FROM pg_indexes WHERE tablename = 'ledger_event_subject' AND indexname LIKE '%\\_like' LOOP
        EXECUTE format('DROP INDEX %I', name);
    END LOOP;
END $$;
ALTER TABLE ledger_event_subject SET (fillfactor = 80);
ALTER TABLE ledger_lane SET (fillfactor = 50);
ALTER TABLE ledger_delivery SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
"""

# Events and decisions are only added; events go when their time of keeping is over.
GRANT = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'belltower_app') THEN
        GRANT SELECT, INSERT, DELETE ON ledger_event, ledger_delivery TO belltower_app;
        GRANT SELECT, INSERT, UPDATE ON ledger_event_subject, ledger_lane TO belltower_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ledger_held TO belltower_app;
        GRANT SELECT, INSERT ON ledger_event_decision TO belltower_app;
    END IF;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('pk', models.CompositePrimaryKey('handler', 'bucket', 'event_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('handler', models.CharField(max_length=80)),
                ('bucket', models.SmallIntegerField()),
                ('event_id', models.BigIntegerField()),
            ],
            options={
                'db_table': 'ledger_delivery',
            },
        ),
        migrations.CreateModel(
            name='EventDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('held', models.UUIDField(db_index=True)),
                ('handler', models.CharField(max_length=80)),
                ('topic', models.CharField(max_length=80)),
                ('subject', models.CharField(max_length=200)),
                ('number', models.BigIntegerField()),
                ('what', models.CharField(choices=[('try_again', 'Try Again'), ('give_up', 'Give Up')], max_length=12)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('by', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ledger_event_decision',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='EventSubject',
            fields=[
                ('subject', models.CharField(max_length=200, primary_key=True, serialize=False)),
                ('last', models.BigIntegerField()),
            ],
            options={
                'db_table': 'ledger_event_subject',
            },
        ),
        migrations.CreateModel(
            name='Lane',
            fields=[
                ('pk', models.CompositePrimaryKey('handler', 'bucket', blank=True, editable=False, primary_key=True, serialize=False)),
                ('handler', models.CharField(max_length=80)),
                ('bucket', models.SmallIntegerField()),
                ('tries', models.IntegerField(default=0)),
                ('careful', models.IntegerField(default=0)),
                ('served_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ledger_lane',
            },
        ),
        migrations.CreateModel(
            name='EventRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(max_length=80)),
                ('subject', models.CharField(max_length=200)),
                ('number', models.BigIntegerField()),
                ('body', models.JSONField()),
                ('by', models.CharField(max_length=200)),
                ('what', models.CharField(max_length=80)),
                ('action', models.UUIDField(null=True)),
                ('emitted_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ledger_event',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('subject', 'number'), name='ledger_event_number_once'), models.CheckConstraint(condition=models.Q(('by', ''), _negated=True), name='ledger_event_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='HeldEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('handler', models.CharField(max_length=80)),
                ('bucket', models.SmallIntegerField()),
                ('subject', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('retrying', 'Retrying'), ('behind', 'Behind'), ('set_aside', 'Set Aside'), ('given_up', 'Given Up'), ('delivered', 'Delivered')], max_length=12)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('failed_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('set_aside_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('error', models.CharField(blank=True, max_length=500)),
                ('trace', models.TextField(blank=True)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='held', to='ledger.eventrecord')),
            ],
            options={
                'db_table': 'ledger_held',
                'ordering': ['event_id'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['retrying', 'set_aside'])), fields=['handler', 'bucket'], name='ledger_held_open'), models.Index(condition=models.Q(('state', 'behind')), fields=['handler', 'subject'], name='ledger_held_behind'), models.Index(fields=['state', '-id'], name='ledger_held_state')],
                'constraints': [models.UniqueConstraint(fields=('event', 'handler'), name='ledger_held_once')],
            },
        ),
        migrations.RunSQL(TUNE, migrations.RunSQL.noop),
        migrations.RunSQL(GRANT, migrations.RunSQL.noop),
    ]
