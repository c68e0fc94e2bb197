# SPDX-License-Identifier: Apache-2.0
"""A party may be a standing committee (专委会), which takes cases over."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("places", "0012_stamps_at_once")]
    operations = [
        migrations.AlterField(
            model_name="party",
            name="kind",
            field=models.CharField(
                choices=[
                    ("regulator", "Regulator"),
                    ("territorial_government", "Territorial government"),
                    ("enterprise", "Enterprise"),
                    ("owner", "Owner"),
                    ("contractor", "Contractor"),
                    ("team", "Team"),
                    ("third_party_assessor", "Third-party assessor"),
                    ("committee", "Standing committee"),
                ],
                max_length=24,
            ),
        )
    ]
