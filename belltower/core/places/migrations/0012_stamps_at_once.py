# SPDX-License-Identifier: Apache-2.0
"""Squares are stamped without sorting out repeats: a repeat does no harm, and looking for them cost a third of an edit.

The planner takes generate_series for a thousand rows each, and so made a table for 40,000 squares of the one square
that an edited asset touches.
"""

from __future__ import annotations

from django.db import migrations

STAMPED = """
DO $do$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['places_count_inserted', 'places_count_updated'] LOOP
        EXECUTE replace(pg_get_functiondef(name::regproc), '{before}', '{after}');
    END LOOP;
END $do$;
"""
WITH, WITHOUT = "SELECT DISTINCT east, north, 1", "SELECT east, north, 1"


class Migration(migrations.Migration):
    dependencies = [("places", "0011_seen_by_row_too")]
    operations = [
        migrations.RunSQL(
            STAMPED.format(before=WITH, after=WITHOUT), STAMPED.format(before=WITHOUT, after=WITH), elidable=False
        )
    ]
