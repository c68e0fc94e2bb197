# SPDX-License-Identifier: Apache-2.0
"""The ledger's half that lives in the database: what turns a written row into an entry, whoever writes it.

Texts of SQL for migrations. docs/why/ledger.md explains the commitments and the tree.
"""

from __future__ import annotations

from collections.abc import Sequence

# Where a commitment is computed, values must read the same in every session.
_ALIKE = "SET search_path = public, pg_temp SET timezone = 'UTC' SET bytea_output = 'hex' SET extra_float_digits = 1"

# RFC 9162, 2.1.1, bottom up: neighbours are joined, an odd last one moves up as it is. ``leaves`` is 32 bytes each.
ROOT = """
CREATE FUNCTION ledger_root(leaves bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    count int := length(leaves) / 32;
    odd bytea;
BEGIN
    IF count = 0 THEN RETURN sha256(''); END IF;
    WHILE count > 1 LOOP
        odd := CASE WHEN count % 2 = 1 THEN substr(leaves, (count - 1) * 32 + 1, 32) ELSE ''::bytea END;
        SELECT string_agg(sha256('\\x01'::bytea || substr(leaves, n * 64 + 1, 64)), ''::bytea ORDER BY n) || odd INTO leaves
            FROM generate_series(0, count / 2 - 1) AS n;
        count := (count + 1) / 2;
    END LOOP;
    RETURN leaves;
END $$;
"""

# What of an entry is hashed, as lines that a person can read. No value holds a line break (see ledger_enter).
LEAF = """
CREATE FUNCTION ledger_leaf_text(e ledger_entry, f ledger_form) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT 'belltower entry 1' || E'\\nid ' || e.id::text
        || E'\\nat ' || to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        || E'\\nactor ' || e.actor || E'\\nwhat ' || e.what || E'\\naction ' || e.action::text
        || coalesce(E'\\ntable ' || f."table" || ' ' || f.version::text, '')
        || E'\\noperation ' || e.operation || E'\\nrows ' || e.rows::text || coalesce(E'\\nrow ' || e.row::text, '')
        || coalesce(E'\\nbefore ' || encode(e.before, 'hex'), '') || coalesce(E'\\nafter ' || encode(e.after, 'hex'), '')
        || CASE WHEN e.subject = '' THEN '' ELSE E'\\nsubject ' || e.subject END
        || coalesce(E'\\nabout ' || e.about::text, '')
$$;
"""

ENTER = """
ALTER TABLE ledger_batch ALTER befores SET STORAGE EXTERNAL, ALTER afters SET STORAGE EXTERNAL;

CREATE FUNCTION ledger_enter(
    form smallint, operation text, rows bigint, row_id bigint, before bytea, after bytea, subject text, about jsonb
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    actor text := current_setting('belltower.actor', true);
    what text := current_setting('belltower.what', true);
    entry bigint;
BEGIN
    IF coalesce(actor, '') = '' OR coalesce(what, '') = '' THEN
        RAISE EXCEPTION 'a write without an entry is refused (%): write through an action, which says who does what',
            coalesce((SELECT f."table" FROM ledger_form f WHERE f.id = form), subject) USING ERRCODE = 'BT001';
    END IF;
    IF (actor || what || subject) ~ '[\\n\\r]' THEN
        RAISE EXCEPTION 'actor, what and subject of an entry hold no line break' USING ERRCODE = 'BT002';
    END IF;
    INSERT INTO ledger_entry (at, actor, what, action, form_id, operation, rows, row, before, after, subject, about)
        VALUES (clock_timestamp(), actor, what, current_setting('belltower.action')::uuid, form, operation, rows, row_id,
                before, after, subject, about)
        RETURNING id INTO entry;
    INSERT INTO ledger_pending VALUES (entry);
    RETURN entry;
END $$;

CREATE FUNCTION ledger_note(subject text, about jsonb) RETURNS bigint LANGUAGE sql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    SELECT ledger_enter(NULL, 'note', 0, NULL, NULL, NULL, subject, about)
$$;
"""

# One at a time puts what is committed into order. Nobody waits for it, and it never passes over an entry: what is not
# committed yet is not in ledger_pending yet.
SEQUENCE = """
CREATE OR REPLACE FUNCTION ledger_sequence(most int) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    size bigint;
    added bigint;
    height int := 8;  -- of the nodes being made; no column is called so
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('belltower ledger sequence'));
    SELECT coalesce(max(position) + 1, 0) INTO size FROM ledger_leaf;
    WITH taken AS (
        DELETE FROM ledger_pending WHERE entry_id IN (SELECT entry_id FROM ledger_pending ORDER BY entry_id LIMIT most)
        RETURNING entry_id
    )
    INSERT INTO ledger_leaf (position, entry_id, hash)
        SELECT size - 1 + row_number() OVER (ORDER BY e.id), e.id,
               sha256('\\x00'::bytea || convert_to(ledger_leaf_text(e, f), 'UTF8'))
        FROM taken JOIN ledger_entry e ON e.id = taken.entry_id LEFT JOIN ledger_form f ON f.id = e.form_id;
    GET DIAGNOSTICS added = ROW_COUNT;
    INSERT INTO ledger_node (level, index, hash)
        SELECT 8, n, (SELECT ledger_root(string_agg(l.hash, ''::bytea ORDER BY l.position)) FROM ledger_leaf l
                      WHERE l.position >= n * 256 AND l.position < (n + 1) * 256)
        FROM generate_series(size / 256, (size + added) / 256 - 1) AS n;
    WHILE (size + added) >> (height + 8) > 0 LOOP
        height := height + 8;
        INSERT INTO ledger_node (level, index, hash)
            SELECT height, n, (SELECT ledger_root(string_agg(c.hash, ''::bytea ORDER BY c.index)) FROM ledger_node c
                               WHERE c.level = height - 8 AND c.index >= n * 256 AND c.index < (n + 1) * 256)
            FROM generate_series(size >> height, ((size + added) >> height) - 1) AS n;
    END LOOP;
    RETURN added;
END $$;
"""

FORM = """
CREATE TABLE ledger_form (
    id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "table" varchar(63) NOT NULL,
    version smallint NOT NULL,
    columns varchar(63)[] NOT NULL,
    CONSTRAINT ledger_form_once UNIQUE ("table", version)
);
CREATE TABLE ledger_secret (form_id smallint PRIMARY KEY, secret bytea NOT NULL);
"""

# What opens a commitment, for who may see the row; and the commitments of the rows as they are now, for verification.
READ = f"""
CREATE FUNCTION ledger_salt(form smallint, row_id bigint) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    SELECT sha256(s.secret || int8send(row_id)) FROM ledger_secret s WHERE s.form_id = form
$$;

CREATE FUNCTION ledger_columns(form smallint) RETURNS text LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT 'r.id, ' || (SELECT string_agg('r.' || quote_ident(name), ', ' ORDER BY n)
                        FROM unnest(f.columns) WITH ORDINALITY AS listed (name, n))
    FROM ledger_form f WHERE f.id = form
$$;

CREATE FUNCTION ledger_open(form smallint, row_id bigint, OUT salt bytea, OUT content text) LANGUAGE plpgsql STABLE
    {_ALIKE} AS $$
DECLARE name text := (SELECT f."table" FROM ledger_form f WHERE f.id = form);
BEGIN
    EXECUTE format('SELECT json_build_array(%s)::text FROM %I r WHERE r.id = $1', ledger_columns(form), name)
        INTO content USING row_id;
    IF content IS NOT NULL THEN
        salt := ledger_salt(form, row_id);
    END IF;
END $$;

CREATE FUNCTION ledger_commitments(form smallint, after_id bigint, most int) RETURNS TABLE (id bigint, commitment bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER {_ALIKE} AS $$
DECLARE name text := (SELECT f."table" FROM ledger_form f WHERE f.id = form);
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT r.id::bigint, sha256(''\\x00''::bytea || sha256($1 || int8send(r.id)) || convert_to(json_build_array(%s)::text, ''UTF8''))
         FROM %I r WHERE r.id > $2 ORDER BY r.id LIMIT $3', ledger_columns(form), name)
        USING (SELECT s.secret FROM ledger_secret s WHERE s.form_id = form), after_id, most;
END $$;
"""

# The application reads the ledger and adds to it through functions only; the secrets that salts are made of it does not even read.
PROTECT = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is never changed (%)', TG_TABLE_NAME USING ERRCODE = 'BT003';
END $$;
REVOKE EXECUTE ON FUNCTION ledger_enter, ledger_note, ledger_sequence, ledger_salt, ledger_commitments FROM PUBLIC;
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['ledger_form', 'ledger_secret', 'ledger_entry', 'ledger_batch', 'ledger_leaf', 'ledger_node', 'ledger_head'] LOOP
        EXECUTE format('CREATE TRIGGER ledger_refuse BEFORE UPDATE OR DELETE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()', name);
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'belltower_app') THEN
        GRANT SELECT ON ledger_form, ledger_entry, ledger_batch, ledger_leaf, ledger_node, ledger_head, ledger_pending
            TO belltower_app;
        GRANT INSERT ON ledger_head TO belltower_app;
        GRANT EXECUTE ON FUNCTION ledger_note, ledger_sequence, ledger_salt, ledger_commitments TO belltower_app;
    END IF;
END $$;
"""

CREATE = FORM + ROOT + LEAF + ENTER + SEQUENCE + READ + PROTECT
DROP = """
DROP FUNCTION ledger_commitments, ledger_open, ledger_columns, ledger_salt, ledger_sequence, ledger_note, ledger_enter, ledger_leaf_text, ledger_root;
DROP TABLE ledger_secret, ledger_form CASCADE;
DROP FUNCTION ledger_refuse CASCADE;
"""


def canonical(columns: Sequence[str], row: str) -> str:
    """SQL of the text that is committed to: the id and the ``columns`` of the record ``row``, as a JSON array."""
    return f"json_build_array({', '.join(f'{row}.{column}' for column in ('id', *columns))})::text"


def commitment(text: str, row_id: str) -> str:
    """SQL of a salted commitment. Its first byte makes it a leaf of RFC 9162 as well. Wants the form's ``secret``."""
    return f"sha256('\\x00'::bytea || sha256(secret || int8send({row_id})) || convert_to({text}, 'UTF8'))"


def note_writes(table: str, columns: Sequence[str], version: int = 1) -> str:
    """SQL that makes every insert, update and delete of ``table`` an entry. ``columns`` are what is committed to."""
    listed = ", ".join(f"'{column}'" for column in columns)
    made, gone = canonical(columns, "r"), canonical(columns, "o")
    described = {
        "insert": f"SELECT r.id, NULL::bytea AS before, {commitment(made, 'r.id')} AS after FROM fresh r ORDER BY r.id",
        "update": _UPDATED.format(
            before=commitment("was", "id"), after=commitment("becomes", "id"), was=gone, becomes=made
        ),
        "delete": f"SELECT o.id, {commitment(gone, 'o.id')} AS before, NULL::bytea AS after FROM gone o ORDER BY o.id",
    }
    known = f"SELECT r.id, NULL::bytea AS before, {commitment(made, 'r.id')} AS after FROM {table} r ORDER BY r.id"
    return f"""
INSERT INTO ledger_form ("table", version, columns) VALUES ('{table}', {version}, ARRAY[{listed}]);
INSERT INTO ledger_secret SELECT f.id, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
    FROM ledger_form f WHERE f."table" = '{table}' AND f.version = {version};
{_adopt(table, version, known) if version == 1 else ""}
""" + "".join(_trigger(table, version, operation, text) for operation, text in described.items())


def forget_writes(table: str) -> str:
    """SQL that takes ``table`` out of the ledger again; its entries stay."""
    return "".join(
        f"DROP TRIGGER ledger_{operation}_{table} ON {table}; DROP FUNCTION ledger_{operation}_{table};"
        for operation in _TABLES
    )


# Rows whose committed columns are as they were are not written about: counters and derived columns move freely.
_UPDATED = """
    SELECT id, {before} AS before, {after} AS after
    FROM (SELECT r.id, {was} AS was, {becomes} AS becomes FROM gone o JOIN fresh r USING (id)) AS pair
    WHERE was <> becomes ORDER BY id"""
_TABLES = {
    "insert": "NEW TABLE AS fresh",
    "update": "OLD TABLE AS gone NEW TABLE AS fresh",
    "delete": "OLD TABLE AS gone",
}
# A row that was changed is a leaf of both its commitments.
_LEAVES = {
    "insert": "leaves := afters;",
    "update": """SELECT string_agg(sha256('\\x00'::bytea || substr(befores, n * 32 - 31, 32) || substr(afters, n * 32 - 31, 32)),
                          ''::bytea ORDER BY n) INTO leaves FROM generate_series(1, count) AS n;""",
    "delete": "leaves := befores;",
}


_VARIABLES = """
    form smallint;
    secret bytea;
    count int;
    ids bigint[];
    befores bytea;
    afters bytea;
    leaves bytea;
    entry bigint;
"""


def _body(table: str, version: int, operation: str, described: str) -> str:
    """plpgsql: one entry about the rows that ``described`` gives as (id, before, after), in the order of ids."""
    return f"""
    SELECT f.id, s.secret INTO form, secret FROM ledger_form f JOIN ledger_secret s ON s.form_id = f.id
        WHERE f."table" = '{table}' AND f.version = {version};
    SELECT count(*), array_agg(id), string_agg(before, ''::bytea), string_agg(after, ''::bytea)
        INTO count, ids, befores, afters FROM ({described}) AS described;
    IF count = 1 THEN
        PERFORM ledger_enter(form, '{operation}', 1, ids[1], befores, afters, '', NULL);
    ELSIF count > 1 THEN
        {_LEAVES[operation]}
        entry := ledger_enter(form, '{operation}', count, NULL, NULL, ledger_root(leaves), '', NULL);
        INSERT INTO ledger_batch (entry_id, first, last, ids, befores, afters)
            VALUES (entry, ids[1], ids[count], ids, befores, afters);
    END IF;"""


def _adopt(table: str, version: int, described: str) -> str:
    """Rows that were there before the ledger are entered as they are now."""
    return f"""
CREATE FUNCTION ledger_adopt() RETURNS void LANGUAGE plpgsql {_ALIKE} AS $$
DECLARE {_VARIABLES}
BEGIN
    PERFORM set_config('belltower.actor', 'system:migration', true), set_config('belltower.what', 'ledger.adopt', true),
            set_config('belltower.action', gen_random_uuid()::text, true);
    {_body(table, version, "insert", described)}
END $$;
SELECT ledger_adopt();
DROP FUNCTION ledger_adopt;
"""


def _trigger(table: str, version: int, operation: str, described: str) -> str:
    name = f"ledger_{operation}_{table}"
    return f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {_ALIKE} AS $$
DECLARE {_VARIABLES}
BEGIN
    {_body(table, version, operation, described)}
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER {name} AFTER {operation.upper()} ON {table} REFERENCING {_TABLES[operation]}
    FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""
