# SPDX-License-Identifier: Apache-2.0
"""The tables of the message board: seen by the bureau's people for the areas they reach, by no enterprise; entries of the ledger.

What was written is never edited, and nothing is deleted.
"""

import belltower.kernel.identity
import django.db.models.deletion
from django.db import migrations, models


from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import ANY_AREA, ANY_PARTY, in_area, no_policy, policy, seen

WHOLE_CITY = seen(ANY_PARTY, ANY_AREA)
OF_MESSAGE = "EXISTS (SELECT FROM messages_message m WHERE m.id = {column})"
POLICIES = {
    "messages_trained": seen(ANY_PARTY),
    "messages_batch": WHOLE_CITY,
    "messages_kept_aside": WHOLE_CITY,
    "messages_message": seen(ANY_PARTY, in_area("area_id")),
    "messages_verdict": seen(ANY_PARTY, OF_MESSAGE.format(column="messages_verdict.message_id")),
    "messages_link": seen(
        ANY_PARTY, OF_MESSAGE.format(column="messages_link.first_id"), OF_MESSAGE.format(column="messages_link.second_id")
    ),
}
KEPT = ("messages_message", "messages_verdict", "messages_link", "messages_batch", "messages_trained")
KEEP = """
CREATE FUNCTION messages_keep_what_was_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.uid, OLD.batch_id, OLD.number, OLD.subject, OLD.text, OLD.at, OLD.writer)
       IS DISTINCT FROM (NEW.uid, NEW.batch_id, NEW.number, NEW.subject, NEW.text, NEW.at, NEW.writer) THEN
        RAISE EXCEPTION 'what a resident wrote stays as it is (message %)', OLD.uid;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER messages_keep_what_was_written BEFORE UPDATE ON messages_message
    FOR EACH ROW EXECUTE FUNCTION messages_keep_what_was_written();
CREATE FUNCTION messages_never_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'nothing is deleted here (%)', TG_TABLE_NAME;
END $$;
""" + "".join(
    f"CREATE TRIGGER messages_never_delete BEFORE DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION messages_never_delete();\n"
    for table in KEPT
)
FORGET = "DROP FUNCTION messages_keep_what_was_written CASCADE; DROP FUNCTION messages_never_delete CASCADE;"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("ledger", "0014_beyond_65536"),
        ('places', '0012_stamps_at_once'),
    ]

    operations = [
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('file', models.CharField(max_length=200)),
                ('digest', models.CharField(max_length=64)),
                ('columns', models.JSONField()),
                ('rows', models.IntegerField(default=0)),
                ('taken', models.IntegerField(default=0)),
                ('known', models.IntegerField(default=0)),
                ('kept_aside', models.IntegerField(default=0)),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=120)),
            ],
            options={
                'db_table': 'messages_batch',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=300, unique=True)),
                ('name', models.JSONField()),
                ('level', models.IntegerField()),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='message_board.category')),
            ],
            options={
                'db_table': 'messages_category',
                'ordering': ['key'],
            },
        ),
        migrations.CreateModel(
            name='KeptAside',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.IntegerField()),
                ('reason', models.JSONField()),
                ('values', models.JSONField()),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='aside', to='message_board.batch')),
            ],
            options={
                'db_table': 'messages_kept_aside',
                'ordering': ['batch_id', 'row'],
            },
        ),
        migrations.CreateModel(
            name='Trained',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('content', models.BinaryField()),
                ('stored', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('labels', models.JSONField()),
                ('texts', models.IntegerField()),
                ('threshold', models.FloatField()),
                ('put_at', models.DateTimeField()),
                ('put_by', models.CharField(max_length=120)),
                ('retired_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'messages_trained',
                'ordering': ['-put_at', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('threshold__gte', 0), ('threshold__lte', 1)), name='messages_threshold')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('number', models.CharField(max_length=60)),
                ('subject', models.CharField(max_length=500)),
                ('text', models.TextField()),
                ('at', models.DateTimeField()),
                ('votes', models.IntegerField(default=0)),
                ('writer', models.CharField(max_length=40)),
                ('name_sealed', models.BinaryField(null=True)),
                ('phone_sealed', models.BinaryField(null=True)),
                ('label', models.CharField(max_length=300)),
                ('confidence', models.FloatField(null=True)),
                ('decided_by', models.CharField(choices=[('model', 'The model'), ('person', 'A person')], max_length=10)),
                ('is_unsure', models.BooleanField(default=False)),
                ('reply', models.TextField()),
                ('replied_at', models.DateTimeField(null=True)),
                ('area', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.area')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='message_board.batch')),
                ('trained', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='message_board.trained')),
            ],
            options={
                'db_table': 'messages_message',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Verdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=300)),
                ('was', models.CharField(max_length=300)),
                ('was_confidence', models.FloatField(null=True)),
                ('by', models.CharField(max_length=120)),
                ('at', models.DateTimeField()),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='message_board.message')),
            ],
            options={
                'db_table': 'messages_verdict',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('evidence', models.JSONField()),
                ('made_at', models.DateTimeField()),
                ('made_by', models.CharField(max_length=120)),
                ('parted_at', models.DateTimeField(null=True)),
                ('parted_by', models.CharField(max_length=120)),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='later', to='message_board.message')),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='earlier', to='message_board.message')),
            ],
            options={
                'db_table': 'messages_link',
                'ordering': ['-made_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('first', 'second'), name='messages_link_once')],
            },
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['-at', '-id'], name='messages_message_at'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['label', '-at'], name='messages_message_label'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('is_unsure', True)), fields=['confidence', 'id'], name='messages_message_queue'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(condition=models.Q(('number', ''), _negated=True), fields=('number',), name='messages_message_number'),
        ),
        migrations.RunSQL("".join(map(policy, POLICIES, POLICIES.values())), "".join(map(no_policy, POLICIES))),
        migrations.RunSQL(KEEP, FORGET),
        WriteEntries("messages_category", ("key", "name", "level", "parent_id")),
        WriteEntries(
            "messages_trained", ("uid", "stored", "digest", "labels", "texts", "threshold", "put_at", "put_by", "retired_at")
        ),
        WriteEntries("messages_batch", ("uid", "file", "digest", "columns", "rows", "taken", "known", "kept_aside", "at", "by")),
        WriteEntries(
            "messages_message",
            ("uid", "batch_id", "number", "subject", "text", "at", "area_id", "votes", "writer", "name_sealed", "phone_sealed",
             "label", "confidence", "decided_by", "is_unsure", "trained_id", "reply", "replied_at"),
        ),
        WriteEntries("messages_verdict", ("message_id", "label", "was", "was_confidence", "by", "at")),
        WriteEntries(
            "messages_link",
            ("uid", "first_id", "second_id", "evidence", "made_at", "made_by", "parted_at", "parted_by"),
        ),
    ]
