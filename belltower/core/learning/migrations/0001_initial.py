# SPDX-License-Identifier: Apache-2.0
"""The tables of learning: an exam is seen by whom it is meant for, a sitting by its person and who sets exams for the party.

Both are entries of the ledger. What was drawn and what was handed in is never edited, and nothing is deleted.
"""

import belltower.kernel.identity
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import SEES_ALL, VIEWER, no_policy, policy

OWN_PARTIES = (
    "(SELECT string_to_array(nullif(current_setting('belltower.parties', true), '*'), ',')::bigint[])::bigint[]"
)
PERSON = f"EXISTS (SELECT FROM access_user u WHERE u.id = learning_sitting.person_id AND u.uid = {VIEWER})"
# Who reaches some parties sets exams for those only. Read are exams for everybody, for a party within reach, and those
# for the viewer's own party or one above it, which the viewer may not see otherwise.
ABOVE = """
CREATE FUNCTION learning_parties_of_viewer() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    WITH RECURSIVE above (id, parent_id) AS (
        SELECT p.id, p.parent_id FROM places_party p JOIN access_user u ON u.party_id = p.id
        WHERE u.uid = nullif(current_setting('belltower.viewer', true), '')::uuid
        UNION SELECT p.id, p.parent_id FROM places_party p JOIN above ON p.id = above.parent_id
    ) SELECT coalesce(array_agg(id), '{}') FROM above
$$;
"""
MEANT = f"party_ids = '{{}}' OR party_ids && {OWN_PARTIES} OR party_ids && (SELECT learning_parties_of_viewer())"
SEEN = (
    policy("learning_exam", f"{SEES_ALL} OR (party_ids <> '{{}}' AND party_ids <@ {OWN_PARTIES})")
    + policy("learning_exam", MEANT, for_="SELECT", name="known")
    + policy("learning_sitting", f"{SEES_ALL} OR {PERSON} OR party_id = ANY ({OWN_PARTIES})")
)
UNSEEN = no_policy("learning_exam", "seen", "known") + no_policy("learning_sitting")
KEEP = """
CREATE FUNCTION learning_keep_exam() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL OR to_jsonb(OLD) - 'withdrawn_at' IS DISTINCT FROM to_jsonb(NEW) - 'withdrawn_at' THEN
        RAISE EXCEPTION 'an exam that was set is only ever withdrawn (exam %)', OLD.uid;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER learning_keep_exam BEFORE UPDATE ON learning_exam FOR EACH ROW EXECUTE FUNCTION learning_keep_exam();
CREATE FUNCTION learning_keep_sitting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE moves text[] := ARRAY['answers', 'handed_in_at', 'is_timed_out', 'points', 'is_passed', 'certificate'];
BEGIN
    IF OLD.handed_in_at IS NOT NULL OR to_jsonb(OLD) - moves IS DISTINCT FROM to_jsonb(NEW) - moves THEN
        RAISE EXCEPTION 'questions of a sitting stay as they were drawn, and its result as it was handed in (%)', OLD.uid;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER learning_keep_sitting BEFORE UPDATE ON learning_sitting
    FOR EACH ROW EXECUTE FUNCTION learning_keep_sitting();
CREATE FUNCTION learning_never_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'nothing is deleted here (%)', TG_TABLE_NAME;
END $$;
""" + "".join(
    f"CREATE TRIGGER learning_never_delete BEFORE DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION learning_never_delete();\n"
    for table in ("learning_exam", "learning_sitting")
)
FORGET = """
DROP FUNCTION learning_keep_exam CASCADE; DROP FUNCTION learning_keep_sitting CASCADE;
DROP FUNCTION learning_never_delete CASCADE;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('access', '0006_entries'),
        ('ledger', '0014_beyond_65536'),
        ('places', '0012_stamps_at_once'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Exam',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('title', models.JSONField()),
                ('documents', models.JSONField(default=list)),
                ('sectors', models.JSONField(default=list)),
                ('answered_by', models.JSONField(default=list)),
                ('questions', models.IntegerField()),
                ('pass_percent', models.IntegerField()),
                ('minutes', models.IntegerField()),
                ('attempts', models.IntegerField(default=1)),
                ('opens_at', models.DateTimeField()),
                ('closes_at', models.DateTimeField()),
                ('party_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('roles', models.JSONField(default=list)),
                ('set_by', models.CharField(max_length=120)),
                ('set_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'learning_exam',
                'ordering': ['-opens_at', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at'))), name='learning_exam_span'), models.CheckConstraint(condition=models.Q(('attempts__gte', 1), ('minutes__gte', 1), ('pass_percent__range', (1, 100)), ('questions__gte', 1)), name='learning_exam_numbers')],
            },
        ),
        migrations.CreateModel(
            name='Sitting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('number', models.IntegerField()),
                ('day', models.DateField()),
                ('seed', models.BigIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('questions', models.JSONField()),
                ('answers', models.JSONField()),
                ('pass_percent', models.IntegerField()),
                ('begun_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('handed_in_at', models.DateTimeField(null=True)),
                ('is_timed_out', models.BooleanField(default=False)),
                ('points', models.IntegerField(null=True)),
                ('is_passed', models.BooleanField(null=True)),
                ('certificate', models.CharField(max_length=20, null=True, unique=True)),
                ('exam', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sittings', to='learning.exam')),
                ('party', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.party')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sittings', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'learning_sitting',
                'ordering': ['-begun_at', '-id'],
                'indexes': [models.Index(condition=models.Q(('handed_in_at', None)), fields=['ends_at'], name='learning_sitting_ends')],
                'constraints': [models.UniqueConstraint(fields=('exam', 'person', 'number'), name='learning_sitting_number'), models.UniqueConstraint(condition=models.Q(('handed_in_at', None)), fields=('exam', 'person'), name='learning_sitting_open'), models.CheckConstraint(condition=models.Q(models.Q(('certificate', None), ('handed_in_at', None), ('is_passed', None), ('points', None)), models.Q(('handed_in_at__isnull', False), ('is_passed__isnull', False), ('points__isnull', False)), _connector='OR'), name='learning_sitting_result')],
            },
        ),
        migrations.RunSQL(ABOVE, "DROP FUNCTION learning_parties_of_viewer"),
        migrations.RunSQL(SEEN, UNSEEN),
        migrations.RunSQL(KEEP, FORGET),
        WriteEntries(
            "learning_exam",
            ("uid", "title", "documents", "sectors", "answered_by", "questions", "pass_percent", "minutes", "attempts", "opens_at",
             "closes_at", "party_ids", "roles", "set_by", "set_at", "withdrawn_at"),
        ),
        WriteEntries(
            "learning_sitting",
            ("uid", "exam_id", "person_id", "party_id", "number", "day", "seed", "digest", "questions", "answers",
             "pass_percent", "begun_at", "ends_at", "handed_in_at", "is_timed_out", "points", "is_passed", "certificate"),
        ),
    ]  # fmt: skip
