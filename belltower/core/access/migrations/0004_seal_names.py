# SPDX-License-Identifier: Apache-2.0
"""What people are called is sealed with their own key; shape and data apart (0003 made the columns)."""

import json

from django.db import migrations

from belltower.core.ledger.entries import entry
from belltower.core.ledger.personal import seal
from belltower.kernel.actors import Actor


def seal_names(apps, schema_editor):
    """Every name of before is taken for a person's own: that is the careful way round."""
    User = apps.get_model("access", "User")
    with entry("access.seal_names", by=Actor.system("migration")):
        for user in User.objects.exclude(name=None).only("uid", "name").iterator():
            user.name_sealed = seal(f"access.user:{user.uid}", "name", json.dumps(user.name, ensure_ascii=False))
            user.name = None
            user.save(update_fields=["name", "name_sealed"])


class Migration(migrations.Migration):
    dependencies = [("access", "0003_second_factor_and_sessions")]

    operations = [migrations.RunPython(seal_names, migrations.RunPython.noop, elidable=True)]
