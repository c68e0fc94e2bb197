# SPDX-License-Identifier: Apache-2.0
"""The tables of the hazard ledger: a hazard is seen by its enterprise and by the bureau in its areas, sheets by the bureau alone.

A hazard and a sheet are entries of the ledger, never changed and never deleted: how a hazard stands is its case's.
"""

import belltower.kernel.identity
import django.db.models.deletion
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import ANY_AREA, ANY_PARTY, SEES_ALL, in_area, no_policy, of_party, policy, seen

WHOLE_CITY = seen(ANY_PARTY, ANY_AREA)
SEEN = (
    policy("hazards_sheet", WHOLE_CITY)
    + policy("hazards_kept_aside", WHOLE_CITY)
    + policy("hazards_hazard", SEES_ALL)
    + policy("hazards_hazard", f"{of_party('enterprise_id')} AND {in_area('area_id')}", for_="SELECT", name="known")
)
UNSEEN = no_policy("hazards_hazard", "seen", "known") + no_policy("hazards_sheet") + no_policy("hazards_kept_aside")
KEEP = """
CREATE FUNCTION hazards_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was found is never changed or deleted (%)', TG_TABLE_NAME;
END $$;
""" + "".join(
    f"CREATE TRIGGER hazards_keep BEFORE UPDATE OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION hazards_keep();\n"
    for table in ("hazards_sheet", "hazards_kept_aside", "hazards_hazard")
)
FORGET = "DROP FUNCTION hazards_keep CASCADE;"


def _id() -> tuple[str, models.Field]:
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _uid() -> tuple[str, models.Field]:
    return "uid", models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)


PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("places", "0012_stamps_at_once"),
        ("cases", "0001_initial"),
        ("ledger", "0014_beyond_65536"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sheet",
            fields=[
                _id(),
                _uid(),
                ("file", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64)),
                ("columns", models.JSONField()),
                ("rows", models.IntegerField(default=0)),
                ("taken", models.IntegerField(default=0)),
                ("known", models.IntegerField(default=0)),
                ("kept_aside", models.IntegerField(default=0)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=120)),
            ],
            options={"db_table": "hazards_sheet", "ordering": ["-at", "-id"]},
        ),
        migrations.CreateModel(
            name="KeptAside",
            fields=[
                _id(),
                ("row", models.IntegerField()),
                ("reason", models.JSONField()),
                ("values", models.JSONField()),
                ("sheet", models.ForeignKey(on_delete=PROTECT, related_name="aside", to="hazards.sheet")),
            ],
            options={"db_table": "hazards_kept_aside", "ordering": ["sheet_id", "row"]},
        ),
        migrations.CreateModel(
            name="Hazard",
            fields=[
                _id(),
                _uid(),
                ("row", models.IntegerField()),
                ("number", models.CharField(blank=True, max_length=60)),
                ("category", models.CharField(max_length=60)),
                ("text", models.TextField()),
                ("place", models.CharField(blank=True, max_length=300)),
                ("found_on", models.DateField()),
                ("grade", models.CharField(max_length=8)),
                ("rule", models.CharField(max_length=120)),
                ("because", models.JSONField()),
                ("sheet", models.ForeignKey(on_delete=PROTECT, related_name="hazards", to="hazards.sheet")),
                ("enterprise", models.ForeignKey(db_constraint=False, on_delete=PROTECT, related_name="+", to="places.party")),
                ("area", models.ForeignKey(db_constraint=False, null=True, on_delete=PROTECT, related_name="+", to="places.area")),
                ("case", models.OneToOneField(on_delete=PROTECT, related_name="hazard", to="cases.case")),
            ],
            options={
                "db_table": "hazards_hazard",
                "ordering": ["-found_on", "-id"],
                "constraints": [models.UniqueConstraint(condition=models.Q(("number", ""), _negated=True), fields=("enterprise", "number"), name="hazards_hazard_number")],
            },
        ),
        migrations.RunSQL(SEEN, UNSEEN),
        migrations.RunSQL(KEEP, FORGET),
        WriteEntries("hazards_sheet", ("uid", "file", "digest", "columns", "rows", "taken", "known", "kept_aside", "at", "by")),
        WriteEntries(
            "hazards_hazard",
            ("uid", "sheet_id", "row", "number", "category", "text", "place", "found_on", "enterprise_id", "area_id", "grade",
             "rule", "because", "case_id"),
        ),
    ]
