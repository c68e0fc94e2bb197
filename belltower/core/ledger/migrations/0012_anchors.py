# SPDX-License-Identifier: Apache-2.0
"""Anchors of heads outside, and the ways to look entries up by who made them."""

from django.db import migrations, models

KEEP = """
CREATE FUNCTION ledger_keep_anchor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.made_at IS NOT NULL THEN
        RAISE EXCEPTION 'an anchor that was made is never changed (%)', OLD.id USING ERRCODE = 'BT003';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_keep_anchor BEFORE UPDATE OR DELETE ON ledger_anchor
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_anchor();
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'belltower_app') THEN
        GRANT SELECT, INSERT, UPDATE ON ledger_anchor TO belltower_app;
    END IF;
END $$;
"""
FORGET = "DROP TRIGGER ledger_keep_anchor ON ledger_anchor; DROP FUNCTION ledger_keep_anchor;"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_subject_keys")]

    operations = [
        migrations.CreateModel(
            name="Anchor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("way", models.CharField(choices=[("folder", "folder"), ("mail", "mail"), ("stamp", "stamp")], max_length=10)),
                ("size", models.BigIntegerField()),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("tried_at", models.DateTimeField()),
                ("made_at", models.DateTimeField(null=True)),
                ("reference", models.CharField(blank=True, max_length=300)),
                ("receipt", models.BinaryField(null=True)),
                ("error", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "db_table": "ledger_anchor",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["way", "-id"], name="ledger_anchor_way"),
                    models.Index(fields=["size"], name="ledger_anchor_size"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["way"], condition=models.Q(made_at=None), name="ledger_anchor_one_open"),
                ],
            },
        ),
        migrations.RunSQL(KEEP, FORGET),
        migrations.AddIndex(
            model_name="entry", index=models.Index(fields=["actor", "-id"], name="ledger_entry_actor")
        ),
    ]
