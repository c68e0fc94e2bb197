# SPDX-License-Identifier: Apache-2.0
"""Readings by UTC day, and what the database does by itself when they are stored (docs/why/observations.md).

Writers store through functions that run as the owner: what is there already is found whatever the writer may see.
"""

from django.db import migrations

READINGS = """
CREATE SEQUENCE observations_reading_id AS bigint;
CREATE TABLE observations_reading (
    id bigint NOT NULL, stream bigint NOT NULL, at timestamptz NOT NULL, result_at timestamptz NOT NULL, value float8,
    quality smallint NOT NULL DEFAULT 0, flags smallint NOT NULL DEFAULT 0
) PARTITION BY RANGE (at);
CREATE INDEX observations_reading_stream ON observations_reading (stream, at);
CREATE INDEX observations_reading_block ON observations_reading USING brin (id) WITH (autosummarize = on);
ALTER TABLE observations_latest SET (fillfactor = 50);
ALTER TABLE observations_count SET (fillfactor = 50);
-- Numbers that are read once: compressing them would cost more than storing them.
ALTER TABLE observations_landing ALTER streams SET STORAGE EXTERNAL, ALTER ats SET STORAGE EXTERNAL,
    ALTER "values" SET STORAGE EXTERNAL, ALTER qualities SET STORAGE EXTERNAL;
"""

# Attached rather than made as a partition: that does not wait for those who read or write other days.
MAKE_DAY = """
CREATE FUNCTION observations_make_day(day date) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE name text := 'observations_reading_' || to_char(day, 'YYYYMMDD');
BEGIN
    IF to_regclass(name) IS NOT NULL THEN RETURN false; END IF;
    PERFORM pg_advisory_xact_lock(hashtext('belltower observations days'));
    IF to_regclass(name) IS NOT NULL THEN RETURN false; END IF;
    EXECUTE format('CREATE TABLE %I (LIKE observations_reading INCLUDING ALL)', name);
    EXECUTE format('ALTER TABLE observations_reading ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name,
                   to_char(day, 'YYYY-MM-DD') || ' 00:00:00+00', to_char(day + 1, 'YYYY-MM-DD') || ' 00:00:00+00');
    EXECUTE format('GRANT INSERT ON %I TO belltower_app', name);
    RETURN true;
END $$;
SELECT observations_make_day(d::date) FROM unnest(ARRAY[-1, 0, 1]) AS n, LATERAL (SELECT (now() AT TIME ZONE 'UTC')::date + n) AS t (d);
"""

# Locks the streams, 1,024 neighbours at a time and in order, so that one reading is never stored twice; makes the days, and
# reserves a block of ids, whatever becomes of it.
BEGIN = """
CREATE FUNCTION observations_begin(streams bigint[], blocks int[], days date[], most bigint,
                                   OUT first_id bigint, OUT known bytea, OUT newest bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    day date;
    block int;
    kind int := hashtext('belltower observations streams');
    ring bigint := hashtext('belltower observations ids');
BEGIN
    FOREACH block IN ARRAY blocks LOOP PERFORM pg_advisory_xact_lock(kind, block); END LOOP;
    FOREACH day IN ARRAY days LOOP PERFORM observations_make_day(day); END LOOP;
    SELECT array_send(array_agg(l.stream)), array_send(array_agg(coalesce(l.at, '-infinity'))) INTO known, newest
        FROM (SELECT o.stream, o.at FROM observations_latest o WHERE o.stream = ANY (streams) ORDER BY o.stream) AS l;
    PERFORM pg_advisory_lock(ring);
    first_id := nextval('observations_reading_id');
    IF most > 1 THEN PERFORM setval('observations_reading_id', first_id + most - 1); END IF;
    PERFORM pg_advisory_unlock(ring);
END $$;
"""

# Which of these rows are there already, by their place in the arrays; one look into the index for each.
THERE = """
CREATE FUNCTION observations_there(streams bigint[], ats timestamptz[], results timestamptz[]) RETURNS bytea
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    since timestamptz := (SELECT min(a) FROM unnest(ats) AS a);
    until timestamptz := (SELECT max(a) FROM unnest(ats) AS a);
BEGIN
    RETURN (
        SELECT array_send(array_agg(g.n::bigint)) FROM unnest(streams, ats, results) WITH ORDINALITY AS g (stream, at, result_at, n)
        WHERE EXISTS (SELECT FROM observations_reading r WHERE r.stream = g.stream AND r.at = g.at
                      AND r.result_at = g.result_at AND r.at >= since AND r.at <= until)
    );
END $$;
"""

COUNT = """
CREATE FUNCTION observations_tally(source text, at timestamptz, received bigint, stored bigint, duplicates bigint,
    refused bigint, late bigint, due bigint DEFAULT 0, answered bigint DEFAULT 0, timed_out bigint DEFAULT 0)
    RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO observations_count AS c (source, hour, shard, received, stored, duplicates, refused, late, polls_due,
                                         polls_answered, polls_timed_out)
    VALUES ($1, date_trunc('hour', $2, 'UTC'), pg_backend_pid() % 16, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (source, hour, shard) DO UPDATE SET received = c.received + excluded.received,
        stored = c.stored + excluded.stored, duplicates = c.duplicates + excluded.duplicates,
        refused = c.refused + excluded.refused, late = c.late + excluded.late,
        polls_due = c.polls_due + excluded.polls_due, polls_answered = c.polls_answered + excluded.polls_answered,
        polls_timed_out = c.polls_timed_out + excluded.polls_timed_out
$$;
"""

# What follows from rows that were just copied into their days: the newest of each stream, counts, landing, and proof.
SETTLE = """
CREATE FUNCTION observations_settle(
    streams bigint[], ats timestamptz[], results timestamptz[], vals float8[], quals bigint[], ids bigint[],
    early bigint[], firsts timestamptz[], source text, received_at timestamptz, received bigint, stored bigint,
    late bigint, first_id bigint, digest bytea, since timestamptz, until timestamptz,
    landed_streams bytea, landed_ats bytea, landed_values bytea, landed_quals bytea
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM observations_tally(source, received_at, received, stored, received - stored, 0, late);
    IF stored = 0 THEN RETURN; END IF;
    -- An array that is left empty: each result came at its own instant, each quality is good.
    UPDATE observations_latest l SET at = g.at, result_at = coalesce(g.result_at, g.at), value = nullif(g.value, 'NaN'),
        quality = coalesce(g.quality, 0), reading = g.id, received_at = observations_settle.received_at
    FROM unnest(streams, ats, results, vals, quals, ids) AS g (stream, at, result_at, value, quality, id)
    WHERE l.stream = g.stream AND (l.at IS NULL OR g.at > l.at OR (g.at = l.at AND coalesce(g.result_at, g.at) >= l.result_at));
    IF cardinality(early) > 0 THEN
        UPDATE observations_latest l SET first_at = g.first_at FROM unnest(early, firsts) AS g (stream, first_at)
        WHERE l.stream = g.stream AND (l.first_at IS NULL OR g.first_at < l.first_at);
    END IF;
    INSERT INTO observations_landing (streams, ats, values, qualities, received_at)
        VALUES (landed_streams, landed_ats, landed_values, landed_quals, received_at);
    INSERT INTO observations_batch (source, received_at, first_id, rows, digest, since, until)
        VALUES (source, received_at, first_id, stored, digest, since, until);
END $$;
"""

KEEP_ASIDE = """
CREATE FUNCTION observations_keep_aside(source text, at timestamptz, uids uuid[], reasons text[], sentences text[],
                                        frames bytea[], abouts text[], counts bigint[])
    RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE total bigint := (SELECT sum(n) FROM unnest(counts) AS n);
BEGIN
    INSERT INTO observations_kept_aside (uid, source, at, reason, sentence, frame, about, rows)
        SELECT g.uid, observations_keep_aside.source, observations_keep_aside.at, g.reason, g.sentence::jsonb, g.frame, g.about::jsonb, g.n
        FROM unnest(uids, reasons, sentences, frames, abouts, counts) AS g (uid, reason, sentence, frame, about, n);
    INSERT INTO observations_refusal_count AS c (source, hour, reason, shard, refused)
        SELECT observations_keep_aside.source, date_trunc('hour', observations_keep_aside.at, 'UTC'), g.reason, pg_backend_pid() % 16, sum(g.n)
        FROM unnest(reasons, counts) AS g (reason, n) GROUP BY g.reason ORDER BY g.reason
    ON CONFLICT ON CONSTRAINT observations_refusal_count_pkey DO UPDATE SET refused = c.refused + excluded.refused;
    PERFORM observations_tally(source, at, total, 0, 0, total, 0);
END $$;
"""

# A stream has its newest row from the first, and a reading that is changed or deleted is remembered as it was.
BY_ITSELF = """
CREATE FUNCTION observations_make_latest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO observations_latest (stream) SELECT id FROM fresh;
    RETURN NULL;
END $$;
CREATE TRIGGER observations_make_latest AFTER INSERT ON observations_datastream REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION observations_make_latest();

CREATE FUNCTION observations_keep_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO observations_revision (reading, stream, at, what, row, was, recorded_at)
        SELECT o.id, o.stream, o.at, 'changed', to_jsonb(n), to_jsonb(o), clock_timestamp()
        FROM gone o JOIN fresh n USING (id) WHERE to_jsonb(o) <> to_jsonb(n);
    RETURN NULL;
END $$;
CREATE FUNCTION observations_keep_deleted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO observations_revision (reading, stream, at, what, row, was, recorded_at)
        SELECT o.id, o.stream, o.at, 'deleted', NULL, to_jsonb(o), clock_timestamp() FROM gone o;
    RETURN NULL;
END $$;
CREATE TRIGGER observations_keep_changed AFTER UPDATE ON observations_reading REFERENCING OLD TABLE AS gone NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION observations_keep_changed();
CREATE TRIGGER observations_keep_deleted AFTER DELETE ON observations_reading REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION observations_keep_deleted();
"""

CALLED = ("make_day", "begin", "there", "tally", "settle", "keep_aside")
ONLY_FOR_US = "".join(f"REVOKE EXECUTE ON FUNCTION observations_{name} FROM PUBLIC;\n" for name in CALLED) + (
    f"""
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'belltower_app') THEN
        GRANT EXECUTE ON FUNCTION {", ".join(f"observations_{name}" for name in CALLED)} TO belltower_app;
    END IF;
END $$;
"""
)
MAKE = READINGS + MAKE_DAY + BEGIN + THERE + COUNT + SETTLE + KEEP_ASIDE + BY_ITSELF + ONLY_FOR_US
DROP = (
    "DROP TABLE observations_reading CASCADE; DROP SEQUENCE observations_reading_id;\n"
    + "DROP TRIGGER observations_make_latest ON observations_datastream;\n"
    + "".join(f"DROP FUNCTION observations_{name};\n" for name in (*CALLED, "make_latest", "keep_changed", "keep_deleted"))
)


class Migration(migrations.Migration):
    dependencies = [("observations", "0001_initial")]
    operations = [migrations.RunSQL(MAKE, DROP)]
