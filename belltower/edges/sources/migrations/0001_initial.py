# SPDX-License-Identifier: Apache-2.0
"""Sources and how their bridges stand; both are the bureau's to see."""

import belltower.kernel.identity
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import SEES_ALL, no_policy, policy

TABLES = ("sources_source", "sources_standing")


class Migration(migrations.Migration):
    initial = True
    dependencies = [("ledger", "0014_beyond_65536")]
    operations = [
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ("key", models.CharField(max_length=80, unique=True)),
                ("kind", models.CharField(max_length=12)),
                ("title", models.JSONField()),
                ("since", models.DateField()),
                ("mapping", models.TextField()),
                ("is_on", models.BooleanField(default=True)),
                ("revision", models.PositiveIntegerField(default=1)),
            ],
            options={"db_table": "sources_source", "ordering": ["key"]},
        ),
        migrations.CreateModel(
            name="StandingRow",
            fields=[
                ("source", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("state", models.CharField(choices=[("waiting", "Waiting"), ("connected", "Connected"), ("away", "Away"), ("stopped", "Stopped")], max_length=12)),
                ("since", models.DateTimeField(null=True)),
                ("last_seen", models.DateTimeField(null=True)),
                ("error", models.JSONField(null=True)),
                ("error_at", models.DateTimeField(null=True)),
                ("holder", models.CharField(max_length=200)),
                ("frames", models.BigIntegerField(default=0)),
                ("readings", models.BigIntegerField(default=0)),
                ("per_s", models.FloatField(default=0.0)),
                ("told_at", models.DateTimeField()),
            ],
            options={"db_table": "sources_standing"},
        ),
        migrations.RunSQL("".join(policy(one, SEES_ALL) for one in TABLES), "".join(map(no_policy, TABLES))),
        WriteEntries("sources_source", ("uid", "key", "kind", "title", "since", "mapping", "is_on", "revision")),
    ]
