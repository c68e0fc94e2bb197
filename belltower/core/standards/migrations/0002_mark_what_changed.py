# SPDX-License-Identifier: Apache-2.0
"""The database notes which assets are to be judged again, whoever writes: when one is made or changed, and when something is done to it.

A statement that writes more than WHOLE assets of a kind marks the kind: judging all of it costs less than so many marks.
"""

from django.db import migrations

WHOLE = 20_000
_HEAD = "RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$"


def _mark(name: str, changed: str) -> str:
    """A function that marks the assets which ``changed`` gives as (id, kind)."""
    return f"""
CREATE FUNCTION {name}() {_HEAD}
BEGIN
    WITH changed AS MATERIALIZED ({changed}),
         kinds AS (SELECT kind, count(*) > {WHOLE} AS is_whole FROM changed GROUP BY kind)
    INSERT INTO standards_dirty (asset_id, kind)
        SELECT c.id, c.kind FROM changed c JOIN kinds k USING (kind) WHERE NOT k.is_whole
        UNION ALL SELECT NULL, k.kind FROM kinds k WHERE k.is_whole;
    RETURN NULL;
END $$;
"""


MARK = (
    _mark("standards_mark_made", "SELECT id, kind FROM fresh")
    + _mark(
        "standards_mark_changed",
        "SELECT n.id, n.kind FROM fresh n JOIN gone o USING (id) WHERE (n.fields, n.life, n.area_id, n.valid_from)"
        " IS DISTINCT FROM (o.fields, o.life, o.area_id, o.valid_from)",
    )
    + _mark(
        "standards_mark_done", "SELECT DISTINCT a.id, a.kind FROM fresh f JOIN places_asset a ON a.id = f.asset_id"
    )
    + """
CREATE TRIGGER standards_mark_made AFTER INSERT ON places_asset REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION standards_mark_made();
CREATE TRIGGER standards_mark_changed AFTER UPDATE ON places_asset REFERENCING OLD TABLE AS gone NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION standards_mark_changed();
CREATE TRIGGER standards_mark_done AFTER INSERT ON activities_activity REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION standards_mark_done();
"""
)
FORGET = """
DROP FUNCTION standards_mark_made CASCADE;
DROP FUNCTION standards_mark_changed CASCADE;
DROP FUNCTION standards_mark_done CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("standards", "0001_initial"),
        ("activities", "0001_initial"),
        ("places", "0012_stamps_at_once"),
    ]
    operations = [migrations.RunSQL(MARK, FORGET)]
