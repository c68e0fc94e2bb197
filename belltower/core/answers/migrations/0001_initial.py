# SPDX-License-Identifier: Apache-2.0
"""Templates for answers: read by everybody who is signed in, written by who sees everything, never deleted; each wording is an entry."""

import belltower.kernel.identity
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import SEES_ALL, no_policy, policy

# They hold nothing of anybody's: words of the bureau for whoever answers.
SEEN = policy("answers_template", SEES_ALL) + policy("answers_template", "true", for_="SELECT", name="known")
KEEP = """
CREATE FUNCTION answers_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a template is withdrawn, never deleted (%)', TG_TABLE_NAME;
END $$;
CREATE TRIGGER answers_never_delete BEFORE DELETE ON answers_template FOR EACH STATEMENT EXECUTE FUNCTION answers_keep();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("cases", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="AnswerTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("kind", models.CharField(blank=True, max_length=40)),
                ("language", models.CharField(default="zh", max_length=8)),
                ("text", models.CharField(max_length=2000)),
                ("number", models.IntegerField(default=1)),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.CharField(max_length=120)),
                ("is_withdrawn", models.BooleanField(default=False)),
            ],
            options={"db_table": "answers_template", "ordering": ["kind", "name", "id"]},
        ),
        migrations.RunSQL(SEEN, no_policy("answers_template", "seen", "known")),
        migrations.RunSQL(KEEP, "DROP FUNCTION answers_keep CASCADE"),
        WriteEntries(
            "answers_template",
            ("uid", "name", "kind", "language", "text", "number", "changed_at", "changed_by", "is_withdrawn"),
        ),
    ]
