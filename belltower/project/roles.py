# SPDX-License-Identifier: Apache-2.0
"""The three roles of the database and what each may do; docs/why/rows.md says why there are three.

``belltower`` owns the tables and migrates them. ``belltower_app`` is what web, gateway, worker and commands log in as:
row-level security holds for it. ``belltower_writer`` cannot log in; a merge of many assets takes it for its transaction.
"""

from __future__ import annotations

from typing import Any

OWNER, APP, WRITER = "belltower", "belltower_app", "belltower_writer"

# Operators that indexes of rows under a policy are asked by. PostgreSQL uses a condition for an index there only where
# its function is known to tell nothing of the rows it looks at but its answer; these two raise no error that would.
LEAKPROOF = ("pg_catalog.box_overlap(box, box)", "pg_catalog.ts_match_vq(tsvector, tsquery)")

SCOPED = (
    "sources_source", "sources_standing", "intake_file", "intake_origin", "referring_referral",
    "places_asset", "places_asset_past", "places_pyramid", "places_pyramid_delta", "places_stored_tile", "places_party",
    "places_responsibility", "places_saved_view", "places_load", "places_kept_aside", "places_mapping", "jobs_job",
    "jobs_event", "access_user", "access_grant", "access_service_account", "access_token", "access_session",
    "access_second_factor", "access_identity", "attachments_attachment", "alarms_definition", "alarms_alarm",
    "alarms_transition", "alarms_command", "alarms_engine",
    "observations_thing", "observations_location", "observations_thing_location", "observations_historical_location",
    "observations_historical_location_place", "observations_sensor", "observations_feature", "observations_datastream",
    "observations_reading", "observations_latest", "observations_detail", "observations_revision", "observations_count",
    "observations_refusal_count", "observations_kept_aside", "observations_landing", "observations_batch",
    "observations_lake_mark",
    "observations_default_feature",
    "activities_activity", "standards_document", "standards_clause", "standards_revision", "standards_exemption",
    "standards_assessment", "standards_count", "standards_finding", "standards_standing", "standards_basis",
    "standards_dirty", "standards_last_judged", "standards_verdict", "standards_change",
    "campaigns_campaign", "campaigns_clause", "campaigns_area", "campaigns_report", "campaigns_plan", "campaigns_project",
    "campaigns_milestone", "campaigns_slip",
    "selfcheck_own_word",
    "learning_exam", "learning_sitting",
    "cases_case", "cases_step", "cases_report", "cases_remark", "receiving_comment", "answers_template",
    "evidence_evidence", "fieldwork_act",
    "hazards_sheet", "hazards_kept_aside", "hazards_hazard",
    "notices_notice", "notices_delivery", "notices_channel", "notices_subscription",
    "duty_desk", "duty_shift", "duty_hand_over", "duty_log_line", "duty_call",
    "plans_question", "plans_run", "plans_plan", "plans_adoption", "plans_site", "plans_slip",
    "messages_trained", "messages_batch", "messages_kept_aside", "messages_message", "messages_verdict", "messages_link",
)  # fmt: skip
"""Tables whose rows are seen by scope; tests/architecture holds this list against the migrations."""

MAKE_ROLES = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'belltower') THEN
        CREATE ROLE belltower LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'belltower_app') THEN
        CREATE ROLE belltower_app LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS NOINHERIT;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'belltower_writer') THEN
        CREATE ROLE belltower_writer NOLOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS;
    END IF;
    IF NOT pg_has_role('belltower_app', 'belltower_writer', 'MEMBER') THEN
        GRANT belltower_writer TO belltower_app;
    END IF;
END $$;
"""

MAKE_LEAKPROOF = """
DO $$
DECLARE function regprocedure;
BEGIN
    FOR function IN SELECT p.oid FROM pg_proc p
        WHERE NOT p.proleakproof AND p.oid = ANY (ARRAY[{functions}]::regprocedure[]) LOOP
        EXECUTE format('ALTER FUNCTION %s LEAKPROOF', function);
    END LOOP;
END $$;
""".format(functions=", ".join(f"'{each}'" for each in LEAKPROOF))

# What may be used of each table, sequence and view: the ledger's are left to the ledger's own migrations. Partitions are
# only written to: read, they are under the policy of the table that they are parts of.
_RIGHTS = """
    SELECT c.oid::regclass AS name, rights.role, rights.word, c.relkind = 'S' AS is_sequence
    FROM pg_class c, (VALUES ('belltower_app', 'r', 'SELECT'), ('belltower_app', 'r', 'INSERT'),
                             ('belltower_app', 'r', 'UPDATE'), ('belltower_app', 'r', 'DELETE'),
                             ('belltower_app', 'S', 'USAGE'), ('belltower_app', 'S', 'SELECT'),
                             ('belltower_writer', 'w', 'SELECT'), ('belltower_writer', 'w', 'INSERT'),
                             ('belltower_writer', 'w', 'UPDATE'), ('belltower_writer', 's', 'USAGE')
    ) AS rights (role, on_what, word)
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'ledger\\_%'
      AND (NOT c.relispartition OR (rights.role = 'belltower_app' AND rights.word = 'INSERT'))
      AND (CASE WHEN c.relkind IN ('r', 'p', 'v') THEN 'r' WHEN c.relkind = 'S' THEN 'S' END = rights.on_what
           OR (rights.on_what = 'w' AND c.relname = 'places_asset')
           OR (rights.on_what = 's' AND c.relname = 'places_asset_id_seq'))
      AND NOT CASE WHEN c.relkind = 'S' AND rights.word IN ('USAGE', 'SELECT')
                   THEN has_sequence_privilege(rights.role, c.oid, rights.word)
                   WHEN rights.word <> 'USAGE' THEN has_table_privilege(rights.role, c.oid, rights.word)
                   ELSE TRUE END
"""
_GRANT = f"""
DO $$
DECLARE missing record;
BEGIN
    FOR missing IN {_RIGHTS} LOOP
        EXECUTE format('GRANT %s ON %s %s TO %I', missing.word, CASE WHEN missing.is_sequence THEN 'SEQUENCE' ELSE 'TABLE' END,
                       missing.name, missing.role);
    END LOOP;
END $$;
"""


def make_roles(admin: Any) -> None:
    """Make the roles that are missing; ``admin`` is an autocommitting connection of a superuser. Repeatable."""
    admin.execute(MAKE_ROLES)


def make_leakproof(admin: Any) -> None:
    """Let indexes be used under row-level security in the database of this superuser's connection. Repeatable.

    It is a mark in that database's own catalogue: a dump does not carry it to another one.
    """
    admin.execute(MAKE_LEAKPROOF)


def script() -> str:
    """Both of these as a script for psql."""
    return f"{MAKE_ROLES}{MAKE_LEAKPROOF}".strip()


def not_leakproof(connection: Any) -> list[str]:
    """The functions that are not marked so in this database: without the mark, indexes are not used for rows by scope."""
    rows = connection.execute("SELECT p.oid::regprocedure::text FROM pg_proc p WHERE NOT p.proleakproof"
                              " AND p.oid = ANY (%s::regprocedure[])", [list(LEAKPROOF)])  # fmt: skip
    return sorted(name for (name,) in rows)


def without_policies(connection: Any) -> list[str]:
    """Tables that must have row-level security and have it not: those of SCOPED."""
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%s)"
        " AND NOT relrowsecurity",
        [list(SCOPED)],
    )
    return sorted(name for (name,) in rows)


def is_granted(connection: Any) -> bool:
    """Whether the application and the writer may use what they must; any role may ask."""
    return bool(connection.execute(f"SELECT NOT EXISTS ({_RIGHTS})").fetchone()[0])


def grant(owner: Any) -> None:
    """Give the application and the writer what they lack of their rights, as the tables' owner. Repeatable."""
    owner.execute("GRANT USAGE ON SCHEMA public TO belltower_app, belltower_writer")
    owner.execute(_GRANT)


def missing_roles(connection: Any) -> list[str]:
    """The names of the roles that are not there; the owner's may be another on a server of somebody's own."""
    rows = connection.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)", [[APP, WRITER]])
    return sorted({APP, WRITER} - {name for (name,) in rows})
