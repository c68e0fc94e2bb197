# SPDX-License-Identifier: Apache-2.0
"""One key a subject, wrapped by the installation's master key."""

from django.db import migrations, models


GRANT = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'belltower_app') THEN
        GRANT SELECT, INSERT, UPDATE ON ledger_subject_key TO belltower_app;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_outbox")]

    operations = [
        migrations.CreateModel(
            name="SubjectKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=200, unique=True)),
                ("wrapped", models.BinaryField(null=True)),
                ("master", models.CharField(blank=True, max_length=16)),
                ("made_at", models.DateTimeField()),
                ("erased_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": "ledger_subject_key"},
        ),
        migrations.RunSQL(GRANT, migrations.RunSQL.noop),
    ]
