# SPDX-License-Identifier: Apache-2.0
"""The tables of alarms: definitions and commands are entries of the ledger, and an alarm is seen with its stream.

What the engine found (alarms_alarm, alarms_transition, alarms_engine) is derived from readings and commands.
"""

import django.db.models.deletion
from django.db import migrations, models

import belltower.kernel.identity
from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import SEES_ALL, no_policy, policy

STREAM = "EXISTS (SELECT FROM observations_datastream d WHERE d.id = {}.stream_id)"
ALARM = "EXISTS (SELECT FROM alarms_alarm a WHERE a.definition_id = {}.alarm_id)"
CONDITIONS = {
    "alarms_definition": f"{SEES_ALL} OR {STREAM.format('alarms_definition')}",
    "alarms_alarm": f"{SEES_ALL} OR {STREAM.format('alarms_alarm')}",
    "alarms_transition": f"{SEES_ALL} OR {ALARM.format('alarms_transition')}",
    "alarms_command": f"{SEES_ALL} OR {ALARM.format('alarms_command')}",
    "alarms_engine": SEES_ALL,
}
SEEN = "".join(policy(table, condition) for table, condition in CONDITIONS.items())
UNSEEN = "".join(map(no_policy, CONDITIONS))


class Migration(migrations.Migration):

    initial = True
    dependencies = [
        ('observations', '0003_seen_and_entries'),
    ]

    operations = [
        migrations.CreateModel(
            name='Definition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('condition', models.CharField(choices=[('hihi', 'High high'), ('hi', 'High'), ('lo', 'Low'), ('lolo', 'Low low'), ('deviation', 'Deviation from a set point'), ('rate', 'Rate of change'), ('discrepancy', 'Discrepancy between two streams'), ('stale', 'Silence')], max_length=16)),
                ('title', models.JSONField()),
                ('limit', models.FloatField(null=True)),
                ('set_point', models.FloatField(null=True)),
                ('deadband', models.FloatField(default=0.0)),
                ('on_delay', models.DurationField()),
                ('off_delay', models.DurationField()),
                ('stale_after', models.DurationField(null=True)),
                ('is_latching', models.BooleanField(default=False)),
                ('priority', models.SmallIntegerField(choices=[(1, 'Critical'), (2, 'High priority'), (3, 'Medium priority'), (4, 'Low priority')])),
                ('is_enabled', models.BooleanField(default=False)),
                ('cause', models.TextField(blank=True)),
                ('consequence', models.TextField(blank=True)),
                ('response', models.TextField(blank=True)),
                ('time_to_respond', models.DurationField(null=True)),
                ('suppressed_when', models.TextField(blank=True)),
                ('revision', models.IntegerField(default=1)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.CharField(max_length=120)),
                ('against', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='observations.datastream')),
                ('stream', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alarm_definitions', to='observations.datastream')),
            ],
            options={
                'db_table': 'alarms_definition',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Engine',
            fields=[
                ('shard', models.IntegerField(primary_key=True, serialize=False)),
                ('state', models.BinaryField()),
            ],
            options={
                'db_table': 'alarms_engine',
            },
        ),
        migrations.CreateModel(
            name='Stamp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField(default=0)),
            ],
            options={
                'db_table': 'alarms_stamp',
            },
        ),
        migrations.CreateModel(
            name='Alarm',
            fields=[
                ('definition', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='alarm', serialize=False, to='alarms.definition')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('state', models.CharField(choices=[('normal', 'Normal'), ('unacknowledged', 'Unacknowledged'), ('acknowledged', 'Acknowledged'), ('returned_unacknowledged', 'Returned, unacknowledged'), ('latched_unacknowledged', 'Latched, unacknowledged'), ('latched_acknowledged', 'Latched, acknowledged'), ('shelved', 'Shelved'), ('suppressed', 'Suppressed by design'), ('out_of_service', 'Out of service')], default='normal', max_length=24)),
                ('priority', models.SmallIntegerField(choices=[(1, 'Critical'), (2, 'High priority'), (3, 'Medium priority'), (4, 'Low priority')])),
                ('since', models.DateTimeField(null=True)),
                ('raised_at', models.DateTimeField(null=True)),
                ('value', models.FloatField(null=True)),
                ('occurrences', models.IntegerField(default=0)),
                ('chatters', models.IntegerField(default=0)),
                ('shelved_until', models.DateTimeField(null=True)),
                ('assigned_to', models.UUIDField(null=True)),
                ('changed', models.BigIntegerField(default=0)),
                ('stream', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alarms', to='observations.datastream')),
            ],
            options={
                'db_table': 'alarms_alarm',
            },
        ),
        migrations.CreateModel(
            name='Transition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('before', models.CharField(choices=[('normal', 'Normal'), ('unacknowledged', 'Unacknowledged'), ('acknowledged', 'Acknowledged'), ('returned_unacknowledged', 'Returned, unacknowledged'), ('latched_unacknowledged', 'Latched, unacknowledged'), ('latched_acknowledged', 'Latched, acknowledged'), ('shelved', 'Shelved'), ('suppressed', 'Suppressed by design'), ('out_of_service', 'Out of service')], max_length=24)),
                ('after', models.CharField(choices=[('normal', 'Normal'), ('unacknowledged', 'Unacknowledged'), ('acknowledged', 'Acknowledged'), ('returned_unacknowledged', 'Returned, unacknowledged'), ('latched_unacknowledged', 'Latched, unacknowledged'), ('latched_acknowledged', 'Latched, acknowledged'), ('shelved', 'Shelved'), ('suppressed', 'Suppressed by design'), ('out_of_service', 'Out of service')], max_length=24)),
                ('cause', models.CharField(max_length=24)),
                ('value', models.FloatField(null=True)),
                ('position', models.BigIntegerField()),
                ('command', models.BigIntegerField(null=True)),
                ('alarm', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='transitions', to='alarms.alarm')),
            ],
            options={
                'db_table': 'alarms_transition',
            },
        ),
        migrations.CreateModel(
            name='Command',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('acknowledge', 'Acknowledged'), ('shelve', 'Shelved'), ('unshelve', 'Taken from the shelf'), ('reset', 'Latch reset'), ('out_of_service', 'Taken out of service'), ('return_to_service', 'Put back into service'), ('suppress', 'Suppressed by design'), ('unsuppress', 'No longer suppressed'), ('comment', 'Comment'), ('assign', 'Assigned')], max_length=24)),
                ('until', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('assignee', models.UUIDField(null=True)),
                ('by', models.CharField(max_length=120)),
                ('at', models.DateTimeField()),
                ('taken_at', models.DateTimeField(null=True)),
                ('position', models.BigIntegerField(null=True)),
                ('alarm', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commands', to='alarms.alarm')),
            ],
            options={
                'db_table': 'alarms_command',
            },
        ),
        migrations.AddConstraint(
            model_name='definition',
            constraint=models.UniqueConstraint(fields=('stream', 'condition'), name='alarms_definition_once'),
        ),
        migrations.AddConstraint(
            model_name='definition',
            constraint=models.CheckConstraint(condition=models.Q(('priority__gte', 1), ('priority__lte', 4)), name='alarms_priority'),
        ),
        migrations.AddConstraint(
            model_name='definition',
            constraint=models.CheckConstraint(condition=models.Q(('is_enabled', False), models.Q(models.Q(('cause', ''), ('consequence', ''), ('response', ''), _connector='OR', _negated=True), ('time_to_respond__isnull', False)), _connector='OR'), name='alarms_enabled_with_reasons'),
        ),
        migrations.AddIndex(
            model_name='transition',
            index=models.Index(fields=['alarm', '-id'], name='alarms_transition_alarm'),
        ),
        migrations.AddIndex(
            model_name='transition',
            index=models.Index(fields=['at'], name='alarms_transition_at'),
        ),
        migrations.AddIndex(
            model_name='command',
            index=models.Index(fields=['alarm', '-id'], name='alarms_command_alarm'),
        ),
        migrations.AddIndex(
            model_name='command',
            index=models.Index(condition=models.Q(('taken_at', None)), fields=['id'], name='alarms_command_waiting'),
        ),
        migrations.AddIndex(
            model_name='alarm',
            index=models.Index(fields=['state', 'priority', '-raised_at'], name='alarms_alarm_state'),
        ),
        migrations.AddIndex(
            model_name='alarm',
            index=models.Index(fields=['changed'], name='alarms_alarm_changed'),
        ),
        migrations.AddIndex(
            model_name='alarm',
            index=models.Index(fields=['stream'], name='alarms_alarm_stream'),
        ),
        migrations.RunSQL("INSERT INTO alarms_stamp (id, number) VALUES (1, 0)", migrations.RunSQL.noop),
        migrations.RunSQL(SEEN, UNSEEN),
        WriteEntries(
            "alarms_definition",
            (
                "uid", "stream_id", "condition", "title", "limit", "set_point", "against_id", "deadband", "on_delay",
                "off_delay", "stale_after", "is_latching", "priority", "is_enabled", "cause", "consequence", "response",
                "time_to_respond", "suppressed_when", "revision", "changed_at", "changed_by",
            ),
        ),
        WriteEntries("alarms_command", ("alarm_id", "what", "until", "note", "assignee", "by", "at")),
    ]
