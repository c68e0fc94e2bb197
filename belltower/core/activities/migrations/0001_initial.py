# SPDX-License-Identifier: Apache-2.0
"""The table of activities: seen with its asset or area, an entry of the ledger, never changed and never deleted."""

import belltower.kernel.identity
import django.db.models.deletion
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import ANY_PARTY, SEES_ALL, in_area, no_policy, policy

# Of an asset: seen with it. In an area: by who sees all that is done there, whoever does it.
SEEN = (
    f"{SEES_ALL} OR EXISTS (SELECT FROM places_asset a WHERE a.id = activities_activity.asset_id)"
    f" OR (asset_id IS NULL AND {ANY_PARTY} AND {in_area('area_id')})"
)
KEEP = """
CREATE FUNCTION activities_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was done is never changed or deleted (%)', TG_TABLE_NAME;
END $$;
CREATE TRIGGER activities_never_change BEFORE UPDATE OR DELETE ON activities_activity
    FOR EACH STATEMENT EXECUTE FUNCTION activities_never_change();
"""
FORGET = "DROP TRIGGER activities_never_change ON activities_activity; DROP FUNCTION activities_never_change;"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('places', '0012_stamps_at_once'),
        ('ledger', '0014_beyond_65536'),
    ]

    operations = [
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('activity', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('fields', models.JSONField(default=dict)),
                ('source', models.CharField(blank=True, max_length=120)),
                ('recorded_at', models.DateTimeField()),
                ('area', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='places.area')),
                ('asset', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='places.asset')),
                ('by_party', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='places.party')),
            ],
            options={
                'db_table': 'activities_activity',
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(condition=models.Q(('asset__isnull', False)), fields=['asset', '-at'], name='activities_of_asset'), models.Index(condition=models.Q(('area__isnull', False)), fields=['activity', 'area', '-at'], name='activities_in_area')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('area__isnull', False), ('asset__isnull', True)), models.Q(('area__isnull', True), ('asset__isnull', False)), _connector='OR'), name='activities_asset_or_area'), models.UniqueConstraint(fields=('activity', 'asset', 'at', 'area', 'by_party'), name='activities_once', nulls_distinct=False)],
            },
        ),
        migrations.RunSQL(policy("activities_activity", SEEN), no_policy("activities_activity")),
        migrations.RunSQL(KEEP, FORGET),
        WriteEntries(
            "activities_activity",
            ("uid", "activity", "asset_id", "area_id", "at", "by_party_id", "fields", "source", "recorded_at"),
        ),
    ]
