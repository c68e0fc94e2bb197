# SPDX-License-Identifier: Apache-2.0
"""Kept roll-ups and removals, under the ledger; and a drop that sees a day which was made anew after its watch began."""

from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries

_HEAD = """
    SET search_path = public, pg_temp SET lock_timeout = '500ms' AS $$
"""
# A file is replaced while nobody reads the lake and nobody writes a row. As with a drop: who gives way is this.
STILL = f"""
CREATE FUNCTION observations_lake_still() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
{_HEAD}
BEGIN
    LOCK TABLE observations_reading IN ACCESS EXCLUSIVE MODE;
    LOCK TABLE observations_revision IN SHARE MODE;
END $$;
REVOKE EXECUTE ON FUNCTION observations_lake_still FROM PUBLIC;
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'belltower_app') THEN
        GRANT EXECUTE ON FUNCTION observations_lake_still TO belltower_app;
    END IF;
END $$;
"""
_UNWATCHED = """
    IF to_regclass(name) IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_trigger WHERE tgrelid = to_regclass(name) AND tgname = 'observations_lake_mark') THEN
        RETURN false;
    END IF;
"""


def _drop(more: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION observations_lake_drop(day date) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
{_HEAD}
DECLARE name text := 'observations_reading_' || to_char(day, 'YYYYMMDD');
BEGIN
    LOCK TABLE observations_reading IN ACCESS EXCLUSIVE MODE;
    LOCK TABLE observations_revision IN SHARE MODE;
    IF EXISTS (SELECT FROM observations_lake_mark m WHERE m.day = observations_lake_drop.day) THEN RETURN false; END IF;
{more}
    EXECUTE format('DROP TABLE IF EXISTS %I', name);
    RETURN true;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("observations", "0005_lake")]
    operations = [
        migrations.CreateModel(
            name="LakeRollUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("every", models.CharField(max_length=6)),
                ("day", models.DateField()),
                ("zone", models.CharField(max_length=64)),
                ("file", models.CharField(max_length=120)),
                ("rows", models.BigIntegerField()),
                ("digest", models.BinaryField()),
                ("made_of", models.BinaryField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "observations_lake_rollup",
                "ordering": ["day", "every"],
                "constraints": [models.UniqueConstraint(fields=["every", "day"], name="observations_lake_rollup_one")],
            },
        ),
        migrations.CreateModel(
            name="LakeRemoval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.CharField(max_length=8)),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=90)),
                ("rows", models.BigIntegerField()),
                ("digest", models.BinaryField()),
                ("before", models.BinaryField()),
                ("removed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "observations_lake_removal",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["what", "kind", "day"], name="observations_lake_removal_what")],
            },
        ),
        migrations.RunSQL(STILL + _drop(_UNWATCHED), _drop("") + "DROP FUNCTION observations_lake_still;"),
        WriteEntries(
            "observations_lake_rollup", ("every", "day", "zone", "file", "rows", "digest", "made_of", "made_at")
        ),
        WriteEntries("observations_lake_removal", ("what", "day", "kind", "rows", "digest", "before", "removed_at")),
    ]
