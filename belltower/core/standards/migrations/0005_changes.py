# SPDX-License-Identifier: Apache-2.0
"""How each subject stands to a clause judged by itself, and what happened by which it may stand otherwise, noted by the database.

A statement that changes more than WHOLE things of a kind notes the kind: judging all of it costs less than so many notes.
"""

from django.db import migrations, models

from belltower.kernel.row_policies import SEES_ALL, no_policy, policy

TABLES = ("standards_last_judged", "standards_verdict", "standards_change")
WHOLE = 5_000
_HEAD = "RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$"


def _note(name: str, *found: str) -> str:
    """A function that notes what each of ``found`` gives as (what, name, subject, was)."""
    notes = "".join(
        f"""
    WITH found AS MATERIALIZED ({each}),
         names AS (SELECT what, name, count(*) > {WHOLE} AS is_whole FROM found GROUP BY what, name)
    INSERT INTO standards_change (what, name, subject, was)
        SELECT f.what, f.name, f.subject, f.was FROM found f JOIN names n USING (what, name) WHERE NOT n.is_whole
        UNION ALL SELECT what, name, NULL, NULL FROM names WHERE is_whole;"""
        for each in found
    )
    return f"CREATE FUNCTION {name}() {_HEAD}\nBEGIN{notes}\n    RETURN NULL;\nEND $$;\n"


def _after(name: str, event: str, table: str) -> str:
    olds, news = "OLD TABLE AS gone", "NEW TABLE AS fresh"
    seen = {"INSERT": news, "UPDATE": f"{olds} {news}", "DELETE": olds}[event]
    return (
        f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION {name}();\n"
    )


_NO_WAS = "NULL::bytea AS was"
_OF_STREAM = "JOIN observations_datastream s ON s.id = {}.stream_id JOIN places_asset a ON a.id = s.asset_id"
_ALARM = f"SELECT DISTINCT 'alarm' AS what, a.kind AS name, a.id AS subject, {_NO_WAS}"
_STREAMS = f"SELECT DISTINCT 'alarm' AS what, a.kind AS name, NULL::bigint AS subject, {_NO_WAS}"
NOTES = {
    # Notes: (event, table, what is found)
    "standards_note_made": ("INSERT", "places_asset", [
        f"SELECT 'asset' AS what, kind AS name, id AS subject, {_NO_WAS} FROM fresh",
    ]),
    "standards_note_changed": ("UPDATE", "places_asset", [
        "SELECT 'asset' AS what, n.kind AS name, n.id AS subject,"
        " CASE WHEN n.geometry IS DISTINCT FROM o.geometry THEN o.geometry END AS was"
        " FROM fresh n JOIN gone o USING (id) WHERE (n.fields, n.life, n.area_id, n.geometry, n.key)"
        " IS DISTINCT FROM (o.fields, o.life, o.area_id, o.geometry, o.key)",
        f"SELECT DISTINCT 'lies' AS what, n.kind AS name, NULL::bigint AS subject, {_NO_WAS}"
        " FROM fresh n JOIN gone o USING (id) WHERE n.area_id IS DISTINCT FROM o.area_id",
    ]),
    "standards_note_done": ("INSERT", "activities_activity", [
        f"SELECT DISTINCT CASE WHEN asset_id IS NULL THEN 'done_in' ELSE 'done' END AS what, activity AS name,"
        f" coalesce(asset_id, area_id) AS subject, {_NO_WAS} FROM fresh",
    ]),
    "standards_note_alarm": ("UPDATE", "alarms_alarm", [
        f"{_ALARM} FROM fresh n JOIN gone o USING (definition_id) JOIN alarms_definition d ON d.id = n.definition_id"
        f" {_OF_STREAM.format('n')} WHERE d.clause <> ''"
        " AND (n.state, n.raised_at, n.value) IS DISTINCT FROM (o.state, o.raised_at, o.value)",
    ]),
    "standards_note_defined": ("INSERT", "alarms_definition", [
        f"{_ALARM} FROM fresh n {_OF_STREAM.format('n')} WHERE n.clause <> ''",
    ]),
    "standards_note_redefined": ("UPDATE", "alarms_definition", [
        f"{_ALARM} FROM fresh n JOIN gone o USING (id) {_OF_STREAM.format('n')} WHERE n.clause <> '' OR o.clause <> ''",
    ]),
    "standards_note_stream": ("INSERT", "observations_datastream", [
        f"{_ALARM} FROM fresh s JOIN places_asset a ON a.id = s.asset_id",
    ]),
    # Where a stream went from one thing to another, or is gone, what it was on is not looked for: the kind is judged whole.
    "standards_note_stream_changed": ("UPDATE", "observations_datastream", [
        f"{_ALARM} FROM fresh s JOIN gone o USING (id) JOIN places_asset a ON a.id = s.asset_id"
        " WHERE (s.name, s.stale_after) IS DISTINCT FROM (o.name, o.stale_after)",
        f"{_STREAMS} FROM fresh s JOIN gone o USING (id) JOIN places_asset a ON a.id IN (s.asset_id, o.asset_id)"
        " WHERE (s.stream, s.asset_id) IS DISTINCT FROM (o.stream, o.asset_id)",
    ]),
    "standards_note_stream_gone": ("DELETE", "observations_datastream", [
        f"{_STREAMS} FROM gone s JOIN places_asset a ON a.id = s.asset_id",
    ]),
    "standards_note_area": ("INSERT", "places_area", [
        f"SELECT DISTINCT 'area' AS what, '' AS name, NULL::bigint AS subject, {_NO_WAS} FROM fresh",
    ]),
    "standards_note_area_changed": ("UPDATE", "places_area", [
        f"SELECT DISTINCT 'area' AS what, '' AS name, NULL::bigint AS subject, {_NO_WAS} FROM fresh n JOIN gone o USING (id)"
        " WHERE (n.code, n.level, n.path, n.geometry, n.area_m2, n.population, n.valid_from, n.valid_until)"
        " IS DISTINCT FROM (o.code, o.level, o.path, o.geometry, o.area_m2, o.population, o.valid_from, o.valid_until)",
    ]),
}  # fmt: skip
NOTE = "".join(
    _note(name, *found) + _after(name, event, table) for name, (event, table, found) in NOTES.items()
)
FORGET = "".join(f"DROP FUNCTION {name} CASCADE;\n" for name in NOTES)
SEEN = "".join(policy(table, SEES_ALL) for table in TABLES)
UNSEEN = "".join(no_policy(table) for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("standards", "0004_source_and_who_withdrew"),
        ("activities", "0001_initial"),
        ("places", "0012_stamps_at_once"),
        ("alarms", "0002_owned_by_clause"),
        ("observations", "0006_retention"),
    ]
    operations = [
        migrations.CreateModel(
            "LastJudged",
            [
                ("clause_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("revision_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
            ],
            {"db_table": "standards_last_judged"},
        ),
        migrations.CreateModel(
            "Verdict",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("clause_id", models.BigIntegerField()),
                ("subject", models.BigIntegerField()),
                ("area_id", models.BigIntegerField(null=True)),
                ("letter", models.CharField(max_length=1)),
            ],
            {"db_table": "standards_verdict"},
        ),
        migrations.AddConstraint(
            "Verdict", models.UniqueConstraint(fields=("clause_id", "subject"), name="standards_verdict_subject")
        ),
        migrations.CreateModel(
            "Change",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.CharField(max_length=8)),
                ("name", models.CharField(blank=True, max_length=81)),
                ("subject", models.BigIntegerField(null=True)),
                ("was", models.BinaryField(null=True)),
            ],
            {"db_table": "standards_change"},
        ),
        migrations.RunSQL(SEEN, UNSEEN),
        migrations.RunSQL(NOTE, FORGET),
    ]
