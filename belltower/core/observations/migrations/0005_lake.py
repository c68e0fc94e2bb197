# SPDX-License-Identifier: Apache-2.0
"""The lake's manifest, under the ledger; and how a day is watched while it is read out, and dropped when it lies in a file."""

from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import SEES_ALL, no_policy, policy

# From here on whoever writes a row to the day leaves a mark. Made under a lock that waits for those who write it now.
WATCH = """
CREATE FUNCTION observations_lake_mark_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO observations_lake_mark (day) VALUES (TG_ARGV[0]::date);
    RETURN NULL;
END $$;

CREATE FUNCTION observations_lake_watch(day date) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE name text := 'observations_reading_' || to_char(day, 'YYYYMMDD');
BEGIN
    DELETE FROM observations_lake_mark m WHERE m.day = observations_lake_watch.day;
    IF to_regclass(name) IS NULL THEN RETURN false; END IF;
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = name::regclass AND tgname = 'observations_lake_mark') THEN
        EXECUTE format('CREATE TRIGGER observations_lake_mark AFTER INSERT OR UPDATE OR DELETE ON %I '
                       'FOR EACH ROW EXECUTE FUNCTION observations_lake_mark_row(%L)', name, day::text);
    END IF;
    RETURN true;
END $$;
"""

# The lock timeout is shorter than deadlock_timeout: who gives way to writers and readers is this, never they.
DROP_DAY = """
CREATE FUNCTION observations_lake_drop(day date) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE name text := 'observations_reading_' || to_char(day, 'YYYYMMDD');
BEGIN
    LOCK TABLE observations_reading IN ACCESS EXCLUSIVE MODE;
    LOCK TABLE observations_revision IN SHARE MODE;
    IF EXISTS (SELECT FROM observations_lake_mark m WHERE m.day = observations_lake_drop.day) THEN RETURN false; END IF;
    EXECUTE format('DROP TABLE IF EXISTS %I', name);
    RETURN true;
END $$;
"""

DAYS = """
CREATE FUNCTION observations_hot_days() RETURNS SETOF date LANGUAGE sql STABLE AS $$
    SELECT to_date(right(c.relname, 8), 'YYYYMMDD') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'observations_reading'::regclass ORDER BY 1
$$;
"""

CALLED = ("lake_watch", "lake_drop")
ONLY_FOR_US = "".join(f"REVOKE EXECUTE ON FUNCTION observations_{name} FROM PUBLIC;\n" for name in CALLED) + (
    f"""
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'belltower_app') THEN
        GRANT EXECUTE ON FUNCTION {", ".join(f"observations_{name}" for name in CALLED)} TO belltower_app;
    END IF;
END $$;
"""
)
UNDO = "".join(f"DROP FUNCTION observations_{name};\n" for name in (*CALLED, "hot_days")) + (
    "DROP FUNCTION observations_lake_mark_row CASCADE;\n"
)


class Migration(migrations.Migration):
    dependencies = [("observations", "0004_default_features")]
    operations = [
        migrations.CreateModel(
            name="LakeDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("file", models.CharField(max_length=120)),
                ("rows", models.BigIntegerField()),
                ("digest", models.BinaryField()),
                ("has_equal_instants", models.BooleanField()),
                ("revised_to", models.BigIntegerField()),
                ("closed_at", models.DateTimeField()),
            ],
            options={"db_table": "observations_lake_day", "ordering": ["day"]},
        ),
        migrations.CreateModel(
            name="LakeMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
            ],
            options={"db_table": "observations_lake_mark"},
        ),
        migrations.RunSQL(WATCH + DROP_DAY + DAYS + ONLY_FOR_US, UNDO),
        migrations.RunSQL(policy("observations_lake_mark", SEES_ALL), no_policy("observations_lake_mark")),
        WriteEntries(
            "observations_lake_day",
            ("day", "file", "rows", "digest", "has_equal_instants", "revised_to", "closed_at"),
        ),
    ]
