# SPDX-License-Identifier: Apache-2.0
"""What is written about places becomes entries of the ledger. Boxes, points, cells and words are derived, and left out."""

from django.db import migrations

from belltower.core.ledger.auditing import WriteEntries

_STATE = ("code", "name", "life", "geometry", "area_id", "owner_id", "fields", "source")
_KNOWN = ("valid_from", "recorded_at", "recorded_by")


# The past is kept once a statement, so that a bulk change is one entry about many rows, not many about one.
KEEP = """
DROP TRIGGER places_keep_past ON places_asset;
CREATE OR REPLACE FUNCTION places_keep_past() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong uuid;
BEGIN
    SELECT o.uid INTO wrong FROM gone o LEFT JOIN fresh n USING (id)
        WHERE (o.kind, o.key, o.uid) IS DISTINCT FROM (n.kind, n.key, n.uid) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the kind, key and uid of an asset never change (asset %)', wrong;
    END IF;
    WITH kept AS (
        INSERT INTO places_asset_past (asset_id, code, name, life, geometry, area_id, owner_id, fields, source,
                                       valid_from, recorded_at, recorded_by, superseded_at)
        SELECT o.id, o.code, o.name, o.life, o.geometry, o.area_id, o.owner_id, o.fields, o.source,
               o.valid_from, o.recorded_at, o.recorded_by, n.recorded_at
        FROM gone o JOIN fresh n USING (id)
        -- what is derived (area, cell, words) moves without a trace here
        WHERE (o.code, o.name, o.life, o.geometry, o.owner_id, o.fields, o.valid_from)
              IS DISTINCT FROM (n.code, n.name, n.life, n.geometry, n.owner_id, n.fields, n.valid_from)
        RETURNING asset_id, recorded_at, superseded_at
    )
    SELECT a.uid INTO wrong FROM kept JOIN fresh a ON a.id = kept.asset_id WHERE superseded_at <= kept.recorded_at LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'a changed asset needs a later recorded_at (asset %)', wrong;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER places_keep_past AFTER UPDATE ON places_asset REFERENCING OLD TABLE AS gone NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION places_keep_past();
"""


class Migration(migrations.Migration):
    dependencies = [("places", "0007_check_by_statement"), ("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
        WriteEntries(
            "places_area",
            ("uid", "code", "level", "name", "parent_id", "path", "geometry", "population", "valid_from", "valid_until", "source"),
        ),
        WriteEntries("places_party", ("uid", "key", "kind", "name", "credit_code", "parent_id")),
        WriteEntries(
            "places_responsibility",
            ("uid", "party_id", "role", "kind", "area_id", "valid_from", "valid_until", "basis"),
        ),
        WriteEntries("places_asset", ("uid", "kind", "key", *_STATE, *_KNOWN)),
        WriteEntries("places_asset_past", ("asset_id", *_STATE, *_KNOWN, "superseded_at")),
        WriteEntries("places_city", ("profile",)),
        WriteEntries("places_code", ("standard", "kind", "code", "name", "verified")),
        WriteEntries(
            "places_load",
            ("uid", "target", "file_name", "digest", "crs", "rules", "state", "is_dry_run", "job_uid", "by", "made_at", "report"),
        ),
        WriteEntries("places_mapping", ("uid", "name", "target", "columns", "rules", "saved_by")),
        WriteEntries("places_saved_view", ("uid", "page", "name", "query", "owner_uid", "is_shared")),
    ]  # fmt: skip
