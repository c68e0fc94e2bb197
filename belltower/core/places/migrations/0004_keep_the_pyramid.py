# SPDX-License-Identifier: Apache-2.0
"""Counts by cell and stamps by square, kept by the database itself whoever writes assets (docs/why/tiles.md).

Writers append deltas and stamps, which never conflict. From time to time one of them, if nobody else is at it, folds
what has gathered into the pyramid; it tries the lock and never waits, so no two writers can block each other.
"""

from django.db import migrations, models

TABLES = """
ALTER TABLE places_stored_tile SET UNLOGGED;
ALTER TABLE places_stored_tile ALTER body SET STORAGE EXTERNAL;
ALTER TABLE places_pyramid SET (fillfactor = 80);
"""

# Things with an extent are few; without these two, a tile would look through all the points to find them.
INDEXES = """
CREATE INDEX places_asset_extended ON places_asset USING gist (box) WHERE width(box) + height(box) > 0;
CREATE INDEX places_asset_wide ON places_asset USING gist (box) WHERE width(box) + height(box) > 100;
"""

KEEP = """
CREATE FUNCTION places_fold_pyramid() RETURNS void LANGUAGE sql AS $$
    WITH gone AS (DELETE FROM places_pyramid_delta RETURNING cell, kind, owner_id, n, lon, lat),
    finest AS (
        SELECT cell, kind, owner_id, sum(n)::bigint AS n, sum(lon)::bigint AS lon, sum(lat)::bigint AS lat
        FROM gone GROUP BY cell, kind, owner_id
        HAVING sum(n) <> 0 OR sum(lon) <> 0 OR sum(lat) <> 0
    )
    INSERT INTO places_pyramid AS p (level, cell, kind, owner_id, n, lon, lat)
    SELECT level, cell >> (2 * (16 - level)), kind, owner_id, sum(n), sum(lon), sum(lat)
    FROM finest, generate_series(9, 16) AS level
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (level, cell, kind, owner_id)
        DO UPDATE SET n = p.n + EXCLUDED.n, lon = p.lon + EXCLUDED.lon, lat = p.lat + EXCLUDED.lat;
$$;

CREATE FUNCTION places_fold_stamps() RETURNS void LANGUAGE sql AS $$
    WITH gone AS (DELETE FROM places_stamp RETURNING east, north, n)
    INSERT INTO places_stamp (east, north, n) SELECT east, north, sum(n) FROM gone GROUP BY east, north;
$$;

-- `last` is the newest id of an append-only table, `added` how many rows a statement appended: due once a thousand.
CREATE FUNCTION places_fold_is_due(last bigint, added bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT added > 0 AND last / 1000 > (last - added) / 1000
       AND current_setting('transaction_isolation') = 'read committed';
$$;

CREATE FUNCTION places_fold_after(deltas bigint, stamps bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF deltas > 0 AND places_fold_is_due(currval('places_pyramid_delta_id_seq'), deltas)
       AND pg_try_advisory_xact_lock(4767806) THEN
        PERFORM places_fold_pyramid();
    END IF;
    IF stamps > 0 AND places_fold_is_due(currval('places_stamp_id_seq'), stamps)
       AND pg_try_advisory_xact_lock(4767807) THEN
        PERFORM places_fold_stamps();
    END IF;
END $$;

CREATE FUNCTION places_count_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE deltas bigint; stamps bigint;
BEGIN
    INSERT INTO places_pyramid_delta (cell, kind, owner_id, n, lon, lat)
    SELECT cell >> 4, kind, coalesce(owner_id, 0), count(*), sum(round(lon * 1e6)::int), sum(round(lat * 1e6)::int)
    FROM fresh WHERE cell >= 0 AND life <> 'retired' GROUP BY 1, 2, 3;
    GET DIAGNOSTICS deltas = ROW_COUNT;
    INSERT INTO places_stamp (east, north, n)
    SELECT DISTINCT east, north, 1
    FROM (SELECT DISTINCT floor((box[1])[0] / 2048)::int AS west_most, floor((box[0])[0] / 2048)::int AS east_most,
                 floor((box[1])[1] / 2048)::int AS south_most, floor((box[0])[1] / 2048)::int AS north_most
          FROM fresh WHERE box IS NOT NULL) AS touched,
         generate_series(west_most, east_most) AS east, generate_series(south_most, north_most) AS north;
    GET DIAGNOSTICS stamps = ROW_COUNT;
    PERFORM places_fold_after(deltas, stamps);
    RETURN NULL;
END $$;
CREATE TRIGGER places_count_inserted AFTER INSERT ON places_asset REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION places_count_inserted();

CREATE FUNCTION places_count_updated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE deltas bigint; stamps bigint;
BEGIN
    INSERT INTO places_pyramid_delta (cell, kind, owner_id, n, lon, lat)
    SELECT cell >> 4, kind, coalesce(owner_id, 0),
           sum(sign), sum(sign * round(lon * 1e6)::int), sum(sign * round(lat * 1e6)::int)
    FROM (SELECT cell, kind, owner_id, life, lon, lat, 1::bigint AS sign FROM fresh UNION ALL
          SELECT cell, kind, owner_id, life, lon, lat, -1::bigint FROM stale) AS moved
    WHERE cell >= 0 AND life <> 'retired' GROUP BY 1, 2, 3
    HAVING sum(sign) <> 0 OR sum(sign * round(lon * 1e6)::int) <> 0 OR sum(sign * round(lat * 1e6)::int) <> 0;
    GET DIAGNOSTICS deltas = ROW_COUNT;
    INSERT INTO places_stamp (east, north, n)
    SELECT DISTINCT east, north, 1
    FROM (SELECT DISTINCT floor((box[1])[0] / 2048)::int AS west_most, floor((box[0])[0] / 2048)::int AS east_most,
                 floor((box[1])[1] / 2048)::int AS south_most, floor((box[0])[1] / 2048)::int AS north_most
          FROM (SELECT box FROM fresh UNION ALL SELECT box FROM stale) AS boxes WHERE box IS NOT NULL) AS touched,
         generate_series(west_most, east_most) AS east, generate_series(south_most, north_most) AS north;
    GET DIAGNOSTICS stamps = ROW_COUNT;
    PERFORM places_fold_after(deltas, stamps);
    RETURN NULL;
END $$;
CREATE TRIGGER places_count_updated AFTER UPDATE ON places_asset REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION places_count_updated();

-- One statement reads the assets and clears the deltas, so both are of one moment; later deltas stay and still hold.
CREATE FUNCTION places_rebuild_pyramid() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(4767806);
    WITH gone AS (DELETE FROM places_pyramid_delta)
    INSERT INTO places_pyramid_delta (cell, kind, owner_id, n, lon, lat)
    SELECT cell >> 4, kind, coalesce(owner_id, 0), count(*), sum(round(lon * 1e6)::int), sum(round(lat * 1e6)::int)
    FROM places_asset WHERE cell >= 0 AND life <> 'retired' GROUP BY 1, 2, 3;
    DELETE FROM places_pyramid;
    PERFORM places_fold_pyramid();
END $$;

SELECT places_rebuild_pyramid();
INSERT INTO places_stamp (east, north, n)
    SELECT DISTINCT floor(x / 2048)::int, floor(y / 2048)::int, 1
    FROM (SELECT (box[1])[0] AS x, (box[1])[1] AS y FROM places_asset WHERE box IS NOT NULL) AS corners;
"""
FORGET = """
DROP TRIGGER places_count_updated ON places_asset;
DROP TRIGGER places_count_inserted ON places_asset;
DROP FUNCTION places_rebuild_pyramid, places_count_updated, places_count_inserted, places_fold_after,
    places_fold_is_due, places_fold_stamps, places_fold_pyramid;
"""
FORGET_INDEXES = "DROP INDEX places_asset_extended; DROP INDEX places_asset_wide;"

BIG = models.BigIntegerField
KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
COUNTS = [
    ("cell", BIG()),
    ("kind", models.CharField(max_length=40)),
    ("owner_id", BIG()),
    ("n", BIG()),
    ("lon", BIG()),
    ("lat", BIG()),
]


class Migration(migrations.Migration):
    dependencies = [("places", "0003_stamp_areas")]
    operations = [
        migrations.CreateModel(
            name="PyramidCell",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level", "cell", "kind", "owner_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.SmallIntegerField()),
                *COUNTS,
            ],
            options={"db_table": "places_pyramid"},
        ),
        migrations.CreateModel(
            name="PyramidDelta",
            fields=[("id", KEY.clone()), *((name, field.clone()) for name, field in COUNTS)],
            options={
                "db_table": "places_pyramid_delta",
                "indexes": [models.Index(fields=["cell"], name="places_pyramid_delta_cell")],
            },
        ),
        migrations.CreateModel(
            name="Stamp",
            fields=[("id", KEY.clone()), ("east", models.IntegerField()), ("north", models.IntegerField()), ("n", BIG())],
            options={
                "db_table": "places_stamp",
                "indexes": [models.Index(fields=["east", "north"], name="places_stamp_square")],
            },
        ),
        migrations.CreateModel(
            name="StoredTile",
            fields=[
                ("id", KEY.clone()),
                ("key", models.CharField(max_length=64, unique=True)),
                ("version", BIG()),
                ("body", models.BinaryField()),
            ],
            options={"db_table": "places_stored_tile"},
        ),
        migrations.RunSQL(TABLES, migrations.RunSQL.noop),
        migrations.RunSQL(INDEXES, FORGET_INDEXES),
        migrations.RunSQL(KEEP, FORGET),
    ]
