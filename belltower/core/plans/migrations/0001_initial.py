# SPDX-License-Identifier: Apache-2.0
"""The tables of plans: written by who sees everything, seen by who sees the whole city; sites by whoever builds them."""

import belltower.kernel.identity
import django.db.models.deletion
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import ANY_AREA, ANY_PARTY, SEES_ALL, no_policy, of_party, policy

IS_WHOLE = f"({ANY_PARTY} AND {ANY_AREA})"
READ = {
    # A plan counts everybody's people, places and streets.
    "plans_question": IS_WHOLE,
    "plans_run": IS_WHOLE,
    "plans_plan": IS_WHOLE,
    "plans_adoption": IS_WHOLE,
    "plans_site": of_party("party_id"),
    "plans_slip": "EXISTS (SELECT FROM plans_site s WHERE s.id = plans_slip.site_id)",
}
SEEN = "".join(
    policy(table, SEES_ALL) + policy(table, condition, for_="SELECT", name="known") for table, condition in READ.items()
)
UNSEEN = "".join(no_policy(table, "seen", "known") for table in READ)
KEEP = """
CREATE FUNCTION plans_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is kept of plans is never changed or deleted (%)', TG_TABLE_NAME;
END $$;
CREATE FUNCTION plans_file_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.uid, OLD.run_id, OLD.question_id, OLD.stage, OLD.value, OLD.bound, OLD.packed, OLD.digest) IS DISTINCT FROM
       (NEW.uid, NEW.run_id, NEW.question_id, NEW.stage, NEW.value, NEW.bound, NEW.packed, NEW.digest) THEN
        RAISE EXCEPTION 'a plan is never changed (%)', OLD.uid;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plans_file_stays BEFORE UPDATE ON plans_plan FOR EACH ROW EXECUTE FUNCTION plans_file_stays();
""" + "".join(
    f"CREATE TRIGGER plans_never_delete BEFORE DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION plans_keep();\n"
    for table in READ
) + "".join(
    f"CREATE TRIGGER plans_never_change BEFORE UPDATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION plans_keep();\n"
    for table in ("plans_question", "plans_slip")
)
FORGET = "DROP FUNCTION plans_keep CASCADE; DROP FUNCTION plans_file_stays CASCADE;"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('places', '0012_stamps_at_once'),
    ]

    operations = [
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('stage', models.SmallIntegerField(default=1)),
                ('stages', models.SmallIntegerField(default=1)),
                ('status', models.CharField(max_length=12)),
                ('value', models.BigIntegerField()),
                ('bound', models.BigIntegerField()),
                ('says', models.JSONField()),
                ('packed', models.BinaryField()),
                ('digest', models.CharField(max_length=64)),
                ('problem_digest', models.CharField(max_length=80)),
                ('is_proof', models.BooleanField()),
                ('made_at', models.DateTimeField()),
                ('checked_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'plans_plan',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Adoption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('first_day', models.DateField()),
                ('adopted_by', models.CharField(max_length=120)),
                ('adopted_at', models.DateTimeField()),
                ('checked_at', models.DateTimeField()),
                ('void_at', models.DateTimeField(null=True)),
                ('void_because', models.JSONField(default=list)),
                ('reached_now', models.BigIntegerField(null=True)),
                ('party', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.party')),
                ('plan', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='adoption', to='plans.plan')),
            ],
            options={
                'db_table': 'plans_adoption',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('title', models.JSONField()),
                ('kind', models.CharField(max_length=40)),
                ('asked', models.JSONField()),
                ('made_by', models.CharField(max_length=120)),
                ('made_at', models.DateTimeField()),
                ('area', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.area')),
            ],
            options={
                'db_table': 'plans_question',
                'ordering': ['-id'],
            },
        ),
        migrations.AddField(
            model_name='plan',
            name='question',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='plans.question'),
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('seconds', models.IntegerField()),
                ('seed', models.IntegerField()),
                ('job_uid', models.UUIDField(null=True)),
                ('asked_by', models.CharField(max_length=120)),
                ('asked_at', models.DateTimeField()),
                ('told', models.JSONField(default=list)),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='plans.question')),
            ],
            options={
                'db_table': 'plans_run',
                'ordering': ['-id'],
            },
        ),
        migrations.AddField(
            model_name='plan',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='plans.run'),
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('number', models.IntegerField()),
                ('promised_on', models.DateField(null=True)),
                ('due_on', models.DateField(null=True)),
                ('reached_on', models.DateField(null=True)),
                ('reached_by', models.CharField(blank=True, max_length=120)),
                ('case_uid', models.UUIDField(null=True)),
                ('adoption', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sites', to='plans.adoption')),
                ('asset', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.asset')),
                ('party', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.party')),
            ],
            options={
                'db_table': 'plans_site',
                'ordering': ['due_on', 'number'],
            },
        ),
        migrations.CreateModel(
            name='Slip',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_day', models.DateField()),
                ('to_day', models.DateField()),
                ('reason', models.CharField(max_length=1000)),
                ('moved_by', models.CharField(max_length=120)),
                ('moved_at', models.DateTimeField()),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slips', to='plans.site')),
            ],
            options={
                'db_table': 'plans_slip',
                'ordering': ['site', 'id'],
            },
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.UniqueConstraint(fields=('run', 'stage'), name='plans_plan_stage'),
        ),
        migrations.AddConstraint(
            model_name='site',
            constraint=models.UniqueConstraint(fields=('adoption', 'number'), name='plans_site_once'),
        ),
        migrations.RunSQL(SEEN, UNSEEN),
        migrations.RunSQL(KEEP, FORGET),
        WriteEntries("plans_question", ("uid", "title", "kind", "area_id", "asked", "made_by", "made_at")),
        WriteEntries("plans_run", ("uid", "question_id", "seconds", "seed", "asked_by", "asked_at")),
        WriteEntries(
            "plans_plan",
            ("uid", "run_id", "question_id", "stage", "stages", "status", "value", "bound", "digest", "problem_digest",
             "is_proof", "made_at"),
        ),
        WriteEntries(
            "plans_adoption",
            ("uid", "plan_id", "party_id", "first_day", "adopted_by", "adopted_at", "void_at", "void_because"),
        ),
        WriteEntries(
            "plans_site",
            ("uid", "adoption_id", "number", "asset_id", "party_id", "promised_on", "due_on", "reached_on", "reached_by"),
        ),
        WriteEntries("plans_slip", ("site_id", "from_day", "to_day", "reason", "moved_by", "moved_at")),
    ]  # fmt: skip
