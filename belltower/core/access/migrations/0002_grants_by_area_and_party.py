# SPDX-License-Identifier: Apache-2.0
"""A grant is a role in an area, for a party, with dates; it has an outside identifier and says why it was given."""

import django.db.models.deletion
from django.db import migrations, models

import belltower.kernel.identity


def name_them(apps, schema_editor):
    Grant = apps.get_model("access", "Grant")
    for grant in Grant.objects.using(schema_editor.connection.alias).filter(uid=None).only("pk").iterator():
        grant.uid = belltower.kernel.identity.uuid7()
        grant.save(update_fields=["uid"])


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial"), ("places", "0007_check_by_statement")]

    operations = [
        migrations.AlterModelOptions("grant", {"ordering": ["id"]}),
        migrations.AddField("grant", "uid", models.UUIDField(null=True, editable=False)),
        migrations.RunPython(name_them, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            "grant", "uid", models.UUIDField(unique=True, default=belltower.kernel.identity.uuid7, editable=False)
        ),
        migrations.AddField(
            "grant",
            "area",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="grants", to="places.area"
            ),
        ),
        migrations.AddField(
            "grant",
            "party",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="grants", to="places.party"
            ),
        ),
        migrations.AddField("grant", "why", models.CharField(max_length=300, blank=True, default=""), False),
        migrations.RemoveConstraint("grant", "access_grant_once"),
        migrations.AddConstraint(
            "grant",
            models.UniqueConstraint(
                fields=["user", "role", "area", "party", "valid_from"], nulls_distinct=False, name="access_grant_once"
            ),
        ),
    ]
