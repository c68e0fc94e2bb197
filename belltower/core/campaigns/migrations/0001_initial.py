# SPDX-License-Identifier: Apache-2.0
"""The tables of campaigns and action plans: seen by whom they concern, entries of the ledger, never deleted.

Written by who sees everything. Others see a campaign that is about things of theirs, and a plan with a project of theirs.
"""

import belltower.kernel.identity
import django.db.models.deletion
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import ANY_AREA, ANY_PARTY, SEES_ALL, no_policy, of_kind, of_party, policy

# Somebody's thing of a kind that one of the clauses is about, in one of the areas; a campaign without areas is of all.
CONCERNED = """EXISTS (
    SELECT FROM campaigns_clause c JOIN places_asset a ON a.kind = c.kind
    WHERE c.campaign_id = campaigns_campaign.id AND (
        NOT EXISTS (SELECT FROM campaigns_area w WHERE w.campaign_id = c.campaign_id)
        OR EXISTS (SELECT FROM campaigns_area w JOIN places_area top ON top.id = w.area_id
                   JOIN places_area own ON own.id = a.area_id
                   WHERE w.campaign_id = c.campaign_id AND starts_with(own.path, top.path))))"""
IS_WHOLE = f"({ANY_PARTY} AND {ANY_AREA})"
SECRET = f"""EXISTS (SELECT FROM campaigns_clause c
    WHERE c.campaign_id = campaigns_report.campaign_id AND ({of_kind('c.kind')}) IS NOT TRUE)"""
READ = {
    "campaigns_campaign": f"{IS_WHOLE} OR {CONCERNED}",
    # Which clauses and areas a campaign is about says nothing of any thing, nor what it is called.
    "campaigns_clause": "true",
    "campaigns_area": "true",
    # Numbers of everybody's things: who sees fewer is shown what is counted of their own.
    "campaigns_report": f"{IS_WHOLE} AND NOT {SECRET}",
    "campaigns_plan": f"{ANY_PARTY} OR EXISTS (SELECT FROM campaigns_project p WHERE p.plan_id = campaigns_plan.id)",
    "campaigns_project": of_party("party_id"),
    "campaigns_milestone": "EXISTS (SELECT FROM campaigns_project p WHERE p.id = campaigns_milestone.project_id)",
    "campaigns_slip": "EXISTS (SELECT FROM campaigns_milestone m WHERE m.id = campaigns_slip.milestone_id)",
}
SEEN = "".join(
    policy(table, SEES_ALL) + policy(table, condition, for_="SELECT", name="known") for table, condition in READ.items()
)
UNSEEN = "".join(no_policy(table, "seen", "known") for table in READ)
KEEP = """
CREATE FUNCTION campaigns_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is kept of campaigns and plans is never changed or deleted (%)', TG_TABLE_NAME;
END $$;
CREATE FUNCTION campaigns_only_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL OR (OLD.uid, OLD.title, OLD.purpose, OLD.first_day, OLD.last_day, OLD.targets,
        OLD.is_simulated, OLD.made_by, OLD.made_at) IS DISTINCT FROM (NEW.uid, NEW.title, NEW.purpose, NEW.first_day,
        NEW.last_day, NEW.targets, NEW.is_simulated, NEW.made_by, NEW.made_at) THEN
        RAISE EXCEPTION 'a campaign is closed once, and never edited (campaign %)', OLD.uid;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER campaigns_only_close BEFORE UPDATE ON campaigns_campaign
    FOR EACH ROW EXECUTE FUNCTION campaigns_only_close();
""" + "".join(
    f"CREATE TRIGGER campaigns_never_delete BEFORE DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION campaigns_keep();\n"
    for table in READ
) + "".join(
    f"CREATE TRIGGER campaigns_never_change BEFORE UPDATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION campaigns_keep();\n"
    for table in ("campaigns_clause", "campaigns_area", "campaigns_report", "campaigns_slip")
)
FORGET = "DROP FUNCTION campaigns_keep CASCADE; DROP FUNCTION campaigns_only_close CASCADE;"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('places', '0012_stamps_at_once'),
        ('standards', '0002_mark_what_changed'),
    ]

    operations = [
        migrations.CreateModel(
            name='ActionPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('title', models.JSONField()),
                ('purpose', models.JSONField(default=dict)),
                ('first_day', models.DateField()),
                ('last_day', models.DateField()),
                ('is_simulated', models.BooleanField(default=False)),
                ('made_by', models.CharField(max_length=120)),
                ('made_at', models.DateTimeField()),
                ('party', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.party')),
            ],
            options={
                'db_table': 'campaigns_plan',
                'ordering': ['-first_day', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('title', models.JSONField()),
                ('purpose', models.JSONField(default=dict)),
                ('first_day', models.DateField()),
                ('last_day', models.DateField()),
                ('targets', models.JSONField(default=list)),
                ('is_simulated', models.BooleanField(default=False)),
                ('made_by', models.CharField(max_length=120)),
                ('made_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.CharField(blank=True, max_length=120)),
                ('remark', models.CharField(blank=True, max_length=1000)),
            ],
            options={
                'db_table': 'campaigns_campaign',
                'ordering': ['-first_day', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='campaigns_campaign_days')],
            },
        ),
        migrations.CreateModel(
            name='CampaignArea',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('area', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='places.area')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='areas', to='campaigns.campaign')),
            ],
            options={
                'db_table': 'campaigns_area',
                'ordering': ['area__code'],
            },
        ),
        migrations.CreateModel(
            name='CampaignClause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(blank=True, max_length=40)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clauses', to='campaigns.campaign')),
                ('clause', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='standards.keptclause')),
            ],
            options={
                'db_table': 'campaigns_clause',
                'ordering': ['clause__key'],
            },
        ),
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('number', models.IntegerField()),
                ('title', models.JSONField()),
                ('party', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='places.party')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='campaigns.actionplan')),
            ],
            options={
                'db_table': 'campaigns_project',
                'ordering': ['plan', 'number'],
            },
        ),
        migrations.CreateModel(
            name='Milestone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('title', models.JSONField()),
                ('due_on', models.DateField()),
                ('reached_on', models.DateField(null=True)),
                ('reached_by', models.CharField(blank=True, max_length=120)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='campaigns.project')),
            ],
            options={
                'db_table': 'campaigns_milestone',
                'ordering': ['project', 'due_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('numbers', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('campaign', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='report', to='campaigns.campaign')),
            ],
            options={
                'db_table': 'campaigns_report',
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
                ('milestone', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slips', to='campaigns.milestone')),
            ],
            options={
                'db_table': 'campaigns_slip',
                'ordering': ['milestone', 'id'],
            },
        ),
        migrations.AddConstraint(
            model_name='actionplan',
            constraint=models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='campaigns_plan_days'),
        ),
        migrations.AddConstraint(
            model_name='campaignarea',
            constraint=models.UniqueConstraint(fields=('campaign', 'area'), name='campaigns_area_once'),
        ),
        migrations.AddConstraint(
            model_name='campaignclause',
            constraint=models.UniqueConstraint(fields=('campaign', 'clause'), name='campaigns_clause_once'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.UniqueConstraint(fields=('plan', 'number'), name='campaigns_project_number'),
        ),
        migrations.RunSQL(SEEN, UNSEEN),
        migrations.RunSQL(KEEP, FORGET),
        WriteEntries(
            "campaigns_campaign",
            ("uid", "title", "purpose", "first_day", "last_day", "targets", "is_simulated", "made_by", "made_at",
             "closed_at", "closed_by", "remark"),
        ),
        WriteEntries("campaigns_clause", ("campaign_id", "clause_id", "kind")),
        WriteEntries("campaigns_area", ("campaign_id", "area_id")),
        WriteEntries("campaigns_report", ("campaign_id", "numbers", "digest")),
        WriteEntries(
            "campaigns_plan",
            ("uid", "title", "purpose", "first_day", "last_day", "party_id", "is_simulated", "made_by", "made_at"),
        ),
        WriteEntries("campaigns_project", ("uid", "plan_id", "number", "title", "party_id")),
        WriteEntries("campaigns_milestone", ("uid", "project_id", "title", "due_on", "reached_on", "reached_by")),
        WriteEntries("campaigns_slip", ("milestone_id", "from_day", "to_day", "reason", "moved_by", "moved_at")),
    ]  # fmt: skip
