# SPDX-License-Identifier: Apache-2.0
"""A document keeps the digest of the file that a pack laid down, so that a start reads only what is new."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("standards", "0002_mark_what_changed")]

    operations = [
        migrations.AddField("keptdocument", "laid_down", models.CharField(max_length=64, blank=True, default="", db_default="")),
    ]
