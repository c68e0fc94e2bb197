# SPDX-License-Identifier: Apache-2.0
"""Of what a stream's readings tell, kept once for all that do not say so themselves; seen with the stream."""

import django.db.models.deletion
from django.db import migrations, models

from belltower.kernel.row_policies import SEES_ALL, no_policy, policy

_OF_A_DETAIL = "EXISTS (SELECT FROM observations_detail e WHERE e.feature_id = observations_feature.id)"
_OF_A_STREAM = "EXISTS (SELECT FROM observations_default_feature f WHERE f.feature_id = observations_feature.id)"
SEEN = policy(
    "observations_default_feature",
    f"{SEES_ALL} OR EXISTS (SELECT FROM observations_datastream d WHERE d.id = observations_default_feature.stream)",
)
FEATURE = "DROP POLICY seen ON observations_feature;\n" + policy(
    "observations_feature", f"{SEES_ALL} OR {_OF_A_DETAIL} OR {_OF_A_STREAM}"
)
FEATURE_BEFORE = "DROP POLICY seen ON observations_feature;\n" + policy(
    "observations_feature", f"{SEES_ALL} OR {_OF_A_DETAIL}"
)


class Migration(migrations.Migration):
    dependencies = [("observations", "0003_seen_and_entries")]
    operations = [
        migrations.CreateModel(
            name="DefaultFeature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_id", models.BigIntegerField()),
                ("feature", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="defaults", to="observations.feature")),
                ("stream", models.ForeignKey(db_column="stream", db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="features", to="observations.datastream")),
            ],
            options={
                "db_table": "observations_default_feature",
                "constraints": [models.UniqueConstraint(fields=("stream", "from_id"), name="observations_default_feature_from")],
            },
        ),
        migrations.RunSQL(SEEN, no_policy("observations_default_feature")),
        migrations.RunSQL(FEATURE, FEATURE_BEFORE),
    ]
