# SPDX-License-Identifier: Apache-2.0
"""The tables of the duty desk: of who sees the whole city, entries of the ledger. Lines and calls are never changed.

A shift only ends, a hand-over is only answered, and neither does so twice; nothing is ever deleted.
"""

import belltower.kernel.identity
import django.db.models.deletion
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import ANY_AREA, ANY_PARTY, SEES_ALL, no_policy, policy

TABLES = ("duty_desk", "duty_shift", "duty_hand_over", "duty_log_line", "duty_call")
SEEN = "".join(policy(table, f"{SEES_ALL} OR ({ANY_PARTY} AND {ANY_AREA})") for table in TABLES)
UNSEEN = "".join(no_policy(table) for table in TABLES)
KEEP = """
CREATE FUNCTION duty_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is kept of duty is never changed or deleted (%)', TG_TABLE_NAME;
END $$;
CREATE FUNCTION duty_only_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR (OLD.uid, OLD.desk_id, OLD.holder, OLD.began_at, OLD.after_id)
        IS DISTINCT FROM (NEW.uid, NEW.desk_id, NEW.holder, NEW.began_at, NEW.after_id) THEN
        RAISE EXCEPTION 'a shift only ends, and once (shift %)', OLD.uid;
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION duty_only_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.answer <> 'waiting' OR (OLD.uid, OLD.shift_id, OLD."to", OLD.note, OLD.standing, OLD.offered_at)
        IS DISTINCT FROM (NEW.uid, NEW.shift_id, NEW."to", NEW.note, NEW.standing, NEW.offered_at) THEN
        RAISE EXCEPTION 'a hand-over is only answered, and once (hand-over %)', OLD.uid;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER duty_only_end BEFORE UPDATE ON duty_shift FOR EACH ROW EXECUTE FUNCTION duty_only_end();
CREATE TRIGGER duty_only_answer BEFORE UPDATE ON duty_hand_over FOR EACH ROW EXECUTE FUNCTION duty_only_answer();
""" + "".join(
    f"CREATE TRIGGER duty_never_delete BEFORE DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION duty_keep();\n"
    for table in TABLES
) + "".join(
    f"CREATE TRIGGER duty_never_change BEFORE UPDATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION duty_keep();\n"
    for table in ("duty_desk", "duty_log_line", "duty_call")
)
FORGET = """
DROP FUNCTION duty_keep CASCADE; DROP FUNCTION duty_only_end CASCADE; DROP FUNCTION duty_only_answer CASCADE;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Desk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('code', models.CharField(max_length=40, unique=True)),
                ('title', models.JSONField()),
                ('kinds', models.JSONField(default=list)),
                ('is_unbroken', models.BooleanField(default=True)),
                ('made_by', models.CharField(max_length=120)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'duty_desk',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Shift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('holder', models.UUIDField()),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('after', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='next', to='duty.shift')),
                ('desk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shifts', to='duty.desk')),
            ],
            options={
                'db_table': 'duty_shift',
                'ordering': ['-began_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='LogLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('note', 'Note'), ('decision', 'Decision'), ('message', 'Message passed on'), ('visit', 'Visit or patrol')], max_length=12)),
                ('text', models.CharField(max_length=2000)),
                ('at', models.DateTimeField()),
                ('written_at', models.DateTimeField()),
                ('written_by', models.CharField(max_length=120)),
                ('shift', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='duty.shift')),
            ],
            options={
                'db_table': 'duty_log_line',
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='HandOver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('to', models.UUIDField()),
                ('note', models.CharField(blank=True, max_length=2000)),
                ('standing', models.JSONField()),
                ('offered_at', models.DateTimeField()),
                ('answer', models.CharField(choices=[('waiting', 'Waiting for an answer'), ('accepted', 'Accepted'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn')], default='waiting', max_length=12)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answer_note', models.CharField(blank=True, max_length=1000)),
                ('seen', models.JSONField(default=list)),
                ('shift', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hand_overs', to='duty.shift')),
            ],
            options={
                'db_table': 'duty_hand_over',
                'ordering': ['-offered_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('rang_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('about', models.CharField(blank=True, max_length=1000)),
                ('written_by', models.CharField(max_length=120)),
                ('written_at', models.DateTimeField()),
                ('case', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('shift', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='duty.shift')),
            ],
            options={
                'db_table': 'duty_call',
                'ordering': ['rang_at', 'id'],
            },
        ),
        migrations.AddConstraint(
            model_name='shift',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('desk',), name='duty_shift_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='shift',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('began_at')), _connector='OR'), name='duty_shift_order'),
        ),
        migrations.AddIndex(
            model_name='logline',
            index=models.Index(fields=['shift', 'at'], name='duty_log_line_shift'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.UniqueConstraint(condition=models.Q(('answer', 'waiting')), fields=('shift',), name='duty_hand_over_one_at_a_time'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['shift', 'rang_at'], name='duty_call_shift'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('answered_at', None), ('answered_at__gte', models.F('rang_at')), _connector='OR'), name='duty_call_order'),
        ),
        migrations.RunSQL(SEEN, UNSEEN),
        migrations.RunSQL(KEEP, FORGET),
        WriteEntries("duty_desk", ("uid", "code", "title", "kinds", "is_unbroken", "made_by", "made_at")),
        WriteEntries("duty_shift", ("uid", "desk_id", "holder", "began_at", "ended_at", "after_id")),
        WriteEntries(
            "duty_hand_over",
            ("uid", "shift_id", "to", "note", "standing", "offered_at", "answer", "answered_at", "answer_note", "seen"),
        ),
        WriteEntries("duty_log_line", ("shift_id", "what", "text", "at", "written_at", "written_by")),
        WriteEntries(
            "duty_call", ("uid", "shift_id", "rang_at", "answered_at", "about", "case_id", "written_by", "written_at")
        ),
    ]  # fmt: skip
