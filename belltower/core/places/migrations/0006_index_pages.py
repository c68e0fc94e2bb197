# SPDX-License-Identifier: Apache-2.0
"""Indexes that lists of one kind, and of what changed lately, are read by, page after page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("places", "0005_fields_after")]
    operations = [
        migrations.AddIndex("asset", models.Index(fields=["kind", "id"], name="places_asset_kind_id")),
        migrations.AddIndex("asset", models.Index(fields=["recorded_at"], name="places_asset_recorded")),
    ]
